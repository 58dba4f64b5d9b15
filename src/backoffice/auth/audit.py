"""Who did what to an account, in `auth.audit_log_entries`, in the transaction that does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from psycopg import AsyncConnection
from psycopg.types.json import Json

from backoffice.auth.queries import audit as queries
from backoffice.auth.queries.user_rows import NIL
from backoffice.auth.users import User, moment
from backoffice.database import Row

Action = Literal[
    "challenge_created",
    "factor_deleted",
    "factor_in_progress",
    "factor_unenrolled",
    "factor_updated",
    "identity_linked",
    "identity_unlinked",
    "login",
    "logout",
    "token_refreshed",
    "token_revoked",
    "user_confirmation_requested",
    "user_deleted",
    "user_invited",
    "user_modified",
    "user_reauthenticate_requested",
    "user_recovery_requested",
    "user_signedup",
    "user_updated_password",
    "verification_attempted",
]

LOG_TYPES: Mapping[Action, str] = {
    "challenge_created": "factor",
    "factor_deleted": "factor",
    "factor_in_progress": "factor",
    "factor_unenrolled": "factor",
    "factor_updated": "factor",
    "identity_linked": "user",
    "identity_unlinked": "user",
    "login": "account",
    "logout": "account",
    "token_refreshed": "token",
    "token_revoked": "token",
    "user_confirmation_requested": "user",
    "user_deleted": "team",
    "user_invited": "team",
    "user_modified": "user",
    "user_reauthenticate_requested": "user",
    "user_recovery_requested": "user",
    "user_signedup": "team",
    "user_updated_password": "user",
    "verification_attempted": "factor",
}


async def record(
    connection: AsyncConnection[Row],
    action: Action,
    actor: User,
    traits: Mapping[str, Any] | None = None,
) -> None:
    """Record that `actor` did `action` to their own account."""
    payload = {
        "actor_id": str(actor.id),
        "actor_via_sso": actor.is_sso_user,
        "actor_username": actor.phone or actor.email,
    }
    if "full_name" in actor.user_metadata:
        payload["actor_name"] = actor.user_metadata["full_name"]
    await _insert(connection, action, payload, traits)


async def record_admin(
    connection: AsyncConnection[Row], action: Action, role: str, user: User
) -> None:
    """Record that the holder of a `role` key did `action` to the account of `user`."""
    payload = {"actor_id": NIL, "actor_via_sso": False, "actor_username": role}
    traits = {"user_id": str(user.id), "user_email": user.email, "user_phone": user.phone}
    await _insert(connection, action, payload, traits)


async def _insert(
    connection: AsyncConnection[Row],
    action: Action,
    payload: Mapping[str, Any],
    traits: Mapping[str, Any] | None,
) -> None:
    entry = {**payload, "action": action, "log_type": LOG_TYPES[action]}
    if traits:
        entry["traits"] = dict(traits)
    await connection.execute(queries.INSERT, {"payload": Json(entry)})


async def list_entries(
    connection: AsyncConnection[Row], *, names: Sequence[str], text: str, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """One page of entries whose `names` contain `text`, newest first, and how many there are."""
    params = {"names": list(names), "text": text, "limit": limit, "offset": offset}
    cursor = await connection.execute(queries.LIST, params)
    page = [
        {"id": str(entry_id), "payload": payload, "created_at": moment(at), "ip_address": ""}
        for entry_id, payload, at in await cursor.fetchall()
    ]
    counted = await connection.execute(queries.COUNT, params)
    row = await counted.fetchone()
    return page, row[0] if row else 0
