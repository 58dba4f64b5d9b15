"""`/admin/generate_link`: a link to hand over by other means than mail."""

from __future__ import annotations

from typing import Any, cast

from psycopg import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth import audit
from backoffice.auth.accounts import (
    NewAccount,
    create_account,
    email_exists,
    existing_user,
    merge_all_metadata,
    normal_email,
)
from backoffice.auth.errors import not_found, validation_failed
from backoffice.auth.links import (
    CHANGE_TYPES,
    LINK_TYPES,
    ChangeType,
    Link,
    LinkType,
    action_link,
    make_link,
)
from backoffice.auth.passwords import check_strength, hash_password
from backoffice.auth.postman import AUDITED
from backoffice.auth.queries import links as queries
from backoffice.auth.requests import Params, read_params, require_admin
from backoffice.auth.responses import NOT_STORED
from backoffice.auth.service import Auth
from backoffice.auth.users import User, email_taken, find_user_by_email
from backoffice.database import Row
from backoffice.tokens import AUDIENCE


class LinkRequest(Params):
    """For whom a link is, and what for."""

    type: str = ""
    email: str = ""
    new_email: str = ""
    password: str = ""
    data: dict[str, Any] | None = None
    redirect_to: str = ""


async def generate_link(request: Request) -> JSONResponse:
    """The link, and the code and the token in it."""
    auth = Auth.of(request)
    role = require_admin(request)
    params = await read_params(request, LinkRequest)
    if params.type not in (*LINK_TYPES, *CHANGE_TYPES):
        raise validation_failed(f"Invalid email action link type requested: {params.type}")
    email = normal_email(params.email)
    new_email = normal_email(params.new_email) if params.type in CHANGE_TYPES else ""
    encrypted = await _sign_up_password(params)
    async with auth.transaction() as connection:
        known = await find_user_by_email(connection, email, AUDIENCE)
        if new_email:
            half = cast("ChangeType", params.type)
            kind: LinkType | ChangeType = half
            user, link = await _change_link(auth, connection, known, new_email, half)
            await audit.record_admin(connection, "user_modified", role, user)
        else:
            wanted = _kind_for(cast("LinkType", params.type), known)
            kind = wanted
            user, link = await _link(connection, params, known, email, wanted, encrypted)
            await audit.record_admin(connection, AUDITED[wanted], role, user)
        user = await existing_user(connection, user.id)
    site = auth.state.settings.url
    redirect_to = auth.allowed_redirect(
        params.redirect_to or request.query_params.get("redirect_to")
    )
    opens = "email_change" if new_email else kind
    return JSONResponse(
        {
            **user.to_json(),
            "action_link": action_link(site, link, opens, redirect_to),
            "email_otp": link.code,
            "hashed_token": link.token_hash,
            "verification_type": kind,
            "redirect_to": redirect_to,
        },
        headers=NOT_STORED,
    )


async def _link(
    connection: AsyncConnection[Row],
    params: LinkRequest,
    known: User | None,
    email: str,
    kind: LinkType,
    encrypted: str | None,
) -> tuple[User, Link]:
    user = known or await create_account(
        connection,
        NewAccount(email=email, encrypted_password=encrypted, user_metadata=params.data),
    )
    if known and kind == "signup":
        await merge_all_metadata(connection, user.id, app=None, user=params.data)
    return user, await make_link(connection, user.id, email, kind)


async def _change_link(
    auth: Auth,
    connection: AsyncConnection[Row],
    known: User | None,
    new_email: str,
    kind: ChangeType,
) -> tuple[User, Link]:
    """One half of a change of address; a pending change to the same one keeps its other half."""
    both = auth.config.confirm_both_addresses
    if not both and kind == "email_change_current":
        raise validation_failed("Enable secure email change to generate link for current email")
    if known is None:
        raise not_found("user_not_found", "User with this email not found")
    if await email_taken(connection, new_email):
        raise email_exists()
    if known.email_change != new_email:
        await connection.execute(
            queries.START_EMAIL_CHANGE,
            {
                "user_id": known.id,
                "email_change": new_email,
                "confirmations": 0 if both else 1,
            },
        )
    address = known.email.lower() if kind == "email_change_current" else new_email
    return known, await make_link(connection, known.id, address, kind)


async def _sign_up_password(params: LinkRequest) -> str | None:
    if params.type != "signup":
        return None
    if not params.password:
        raise validation_failed("Signup requires a valid password")
    check_strength(params.password)
    return await hash_password(params.password)


def _kind_for(wanted: LinkType, known: User | None) -> LinkType:
    if known is None and wanted == "recovery":
        raise not_found("user_not_found", "User with this email not found")
    if known is None and wanted == "magiclink":
        return "signup"
    if known and known.email_confirmed_at and wanted in ("signup", "invite"):
        raise email_exists()
    return wanted
