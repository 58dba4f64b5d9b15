"""Sessions: one per sign-in, kept alive by refresh tokens that rotate.

Every use of a refresh token revokes it and hands out its child. A revoked one is taken again, and
answered with the active one, when it is the active one's parent (its answer was lost) or was
revoked within the reuse interval (two tabs refreshed at once). Any other use means that somebody
copied it: every token of the session is revoked.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import class_row

from backoffice.auth.config import AuthConfig
from backoffice.auth.errors import AuthProblem, bad_request
from backoffice.auth.queries import sessions as queries
from backoffice.auth.users import User
from backoffice.database import Row

REFRESH_TOKEN_BYTES = 24
LONGEST_USER_AGENT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One row of `auth.sessions`, and by which methods its user proved who they are."""

    id: UUID
    user_id: UUID
    aal: str | None
    is_over: bool
    created_at: datetime | None
    amr: Sequence[Mapping[str, Any]]

    def is_older_than(self, age: timedelta) -> bool:
        """Whether it began longer ago than that."""
        return self.created_at is None or datetime.now(UTC) - self.created_at > age


@dataclass(frozen=True, slots=True)
class Granted:
    """A live session and the refresh token that keeps it so."""

    session: Session
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _RefreshToken:
    id: int
    token: str
    session_id: UUID
    revoked: bool
    is_fresh: bool
    is_idle: bool
    active_token: str | None
    active_parent: str | None


async def find_session(connection: AsyncConnection[Row], session_id: UUID) -> Session | None:
    """The session of that id, unless its time is over."""
    async with connection.cursor(row_factory=class_row(Session)) as cursor:
        await cursor.execute(queries.BY_ID, {"id": session_id})
        session = await cursor.fetchone()
    return None if session is None or session.is_over else session


async def start_session(
    connection: AsyncConnection[Row],
    user: User,
    *,
    method: str,
    user_agent: str | None,
    config: AuthConfig,
) -> Granted | None:
    """A new session for a user who has just proved who they are by `method`.

    None when the user's password, ban or existence changed since `user` was read.
    """
    marked = await connection.execute(
        queries.MARK_SIGN_IN,
        {"user_id": user.id, "encrypted_password": user.encrypted_password},
    )
    if await marked.fetchone() is None:
        return None
    session_id = uuid4()
    await connection.execute(
        queries.INSERT,
        {
            "id": session_id,
            "user_id": user.id,
            "timebox": config.session_timebox,
            "user_agent": clip(user_agent),
        },
    )
    await connection.execute(queries.INSERT_METHOD, {"session_id": session_id, "method": method})
    token = await _issue(connection, user.id, session_id, parent="")
    session = await find_session(connection, session_id)
    return Granted(session, token) if session else None


async def lock_session(connection: AsyncConnection[Row], refresh_token: str) -> Session:
    """The session `refresh_token` belongs to, held until the transaction ends.

    Raises 400 `refresh_token_not_found`, `session_not_found` or `session_expired`.
    """
    cursor = await connection.execute(queries.LOCK_BY_REFRESH_TOKEN, {"token": refresh_token})
    locked = await cursor.fetchone()
    if locked is None:
        raise await _unknown(connection, refresh_token)
    session = await find_session(connection, locked[0])
    if session is None:
        raise bad_request("session_expired", "Invalid Refresh Token: Session Expired")
    return session


async def rotate(
    connection: AsyncConnection[Row],
    session: Session,
    refresh_token: str,
    *,
    user_agent: str | None,
    config: AuthConfig,
) -> str | None:
    """The refresh token to use from now on; `session` must be locked.

    None after reuse: then every token of the session is revoked, which the caller must commit.
    Raises 400 `session_expired` after too long a pause.
    """
    async with connection.cursor(row_factory=class_row(_RefreshToken)) as cursor:
        await cursor.execute(
            queries.REFRESH_TOKEN,
            {
                "token": refresh_token,
                "reuse_interval": config.reuse_interval,
                "inactivity": config.session_inactivity,
            },
        )
        presented = await cursor.fetchone()
    if presented is None:
        raise await _unknown(connection, refresh_token)
    if presented.is_idle:
        raise bad_request("session_expired", "Invalid Refresh Token: Session Expired (Inactivity)")
    if presented.revoked:
        lost = presented.active_parent == presented.token
        if presented.active_token is None or not (lost or presented.is_fresh):
            await connection.execute(queries.REVOKE_ALL, {"session_id": session.id})
            return None
        token = presented.active_token
    else:
        await connection.execute(queries.REVOKE, {"id": presented.id})
        token = await _issue(connection, session.user_id, session.id, parent=presented.token)
    await connection.execute(queries.TOUCH, {"id": session.id, "user_agent": clip(user_agent)})
    return token


async def end_sessions(connection: AsyncConnection[Row], session: Session, scope: str) -> None:
    """End the user's sessions: this one (`local`), all `others`, or all of them (`global`)."""
    params = {"id": session.id, "user_id": session.user_id}
    statements = {
        "local": queries.DELETE,
        "others": queries.DELETE_OTHERS,
        "global": queries.DELETE_ALL,
    }
    await connection.execute(statements[scope], params)


async def end_all_sessions(connection: AsyncConnection[Row], user_id: UUID) -> None:
    """End every session of a user."""
    await connection.execute(queries.DELETE_ALL, {"user_id": user_id})


def clip(user_agent: str | None) -> str | None:
    """A user agent short enough to keep."""
    return user_agent[:LONGEST_USER_AGENT] if user_agent else None


async def _issue(
    connection: AsyncConnection[Row], user_id: UUID, session_id: UUID, *, parent: str
) -> str:
    token = secrets.token_urlsafe(REFRESH_TOKEN_BYTES)
    await connection.execute(
        queries.INSERT_REFRESH_TOKEN,
        {"token": token, "user_id": user_id, "parent": parent, "session_id": session_id},
    )
    return token


async def _unknown(connection: AsyncConnection[Row], refresh_token: str) -> AuthProblem:
    cursor = await connection.execute(queries.REFRESH_TOKEN_EXISTS, {"token": refresh_token})
    row = await cursor.fetchone()
    if row and row[0]:
        return bad_request("session_not_found", "Invalid Refresh Token: No Valid Session Found")
    return bad_request("refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
