"""`/admin/generate_link` makes links, `/verify` opens them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from psycopg import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse

from backoffice.auth import audit
from backoffice.auth.accounts import (
    NewAccount,
    create_account,
    email_exists,
    existing_user,
    merge_all_metadata,
    normal_email,
)
from backoffice.auth.email_change import HALF_CONFIRMED, confirm_email_change
from backoffice.auth.errors import AuthProblem, forbidden, not_found, validation_failed
from backoffice.auth.flows import PREFIX, issue_code
from backoffice.auth.limits import client_network
from backoffice.auth.links import (
    LINK_TYPES,
    VERIFIABLE,
    LinkType,
    action_link,
    forget_tokens,
    make_link,
    take_token,
    typed_hashes,
)
from backoffice.auth.passwords import check_strength, hash_password
from backoffice.auth.postman import AUDITED
from backoffice.auth.queries import users as user_queries
from backoffice.auth.redirects import back_to
from backoffice.auth.requests import Params, read_params, require_admin
from backoffice.auth.responses import NOT_STORED
from backoffice.auth.service import Auth
from backoffice.auth.sessions import start_session
from backoffice.auth.users import User, find_user_by_email
from backoffice.database import Row
from backoffice.tokens import AUDIENCE


class LinkRequest(Params):
    """For whom a link is, and what for."""

    type: str = ""
    email: str = ""
    password: str = ""
    data: dict[str, Any] | None = None
    redirect_to: str = ""


class Verification(Params):
    """A code with its address, or the token of a link."""

    type: str = ""
    email: str = ""
    phone: str = ""
    token: str = ""
    token_hash: str = ""


async def generate_link(request: Request) -> JSONResponse:
    """A link to hand over by other means than mail."""
    auth = Auth.of(request)
    role = require_admin(request)
    params = await read_params(request, LinkRequest)
    if params.type not in LINK_TYPES:
        raise validation_failed(f"Invalid email action link type requested: {params.type}")
    email = normal_email(params.email)
    encrypted = await _sign_up_password(params)
    async with auth.transaction() as connection:
        known = await find_user_by_email(connection, email, AUDIENCE)
        kind = _kind_for(cast("LinkType", params.type), known)
        user = known or await create_account(
            connection,
            NewAccount(email=email, encrypted_password=encrypted, user_metadata=params.data),
        )
        if known and kind == "signup":
            await merge_all_metadata(connection, user.id, app=None, user=params.data)
        link = await make_link(connection, user.id, email, kind)
        await audit.record_admin(connection, AUDITED[kind], role, user)
        user = await existing_user(connection, user.id)
    site = auth.state.settings.url
    wanted = params.redirect_to or request.query_params.get("redirect_to")
    redirect_to = auth.allowed_redirect(wanted)
    return JSONResponse(
        {
            **user.to_json(),
            "action_link": action_link(site, link, kind, redirect_to),
            "email_otp": link.code,
            "hashed_token": link.token_hash,
            "verification_type": kind,
            "redirect_to": redirect_to,
        },
        headers=NOT_STORED,
    )


async def verify(request: Request) -> JSONResponse:
    """Sign in with a code or a link's token."""
    auth = Auth.of(request)
    params = await read_params(request, Verification)
    if params.phone:
        raise validation_failed("Only an email address should be provided on verify")
    if bool(params.token) == bool(params.token_hash):
        raise validation_failed("Verify requires a token or a token hash")
    if params.token and not params.email:
        raise validation_failed("Only an email address or phone number should be provided")
    if params.token_hash and params.email:
        raise validation_failed("Only the token_hash and type should be provided")
    _check_type(params.type)
    await _throttle(request, params.email)
    hashes = (
        [params.token_hash]
        if params.token_hash
        else typed_hashes(params.email.lower().strip(), params.token)
    )
    opened = await _open(auth, request, hashes, params.type)
    if opened is None:
        raise forbidden("otp_expired", "Token has expired or is invalid")
    return JSONResponse(opened.answer, headers=NOT_STORED)


async def follow(request: Request) -> RedirectResponse:
    """What a link leads to: back to the application, signed in or told why not."""
    auth = Auth.of(request)
    query = request.query_params
    redirect_to = auth.allowed_redirect(query.get("redirect_to"))
    kind, token = query.get("type", ""), query.get("token", "").replace("\x00", "")
    try:
        if not token:
            raise validation_failed("Verify requires a token")
        _check_type(kind)
        await _throttle(request, "")
        opened = await _open(auth, request, [token], kind, by_link=True)
        if opened is None:
            raise forbidden("otp_expired", "Email link is invalid or has expired")
    except AuthProblem as problem:
        told = {
            "error": "access_denied" if problem.status == 403 else "invalid_request",
            "error_code": problem.code,
            "error_description": problem.message,
        }
        return back_to(redirect_to, query=told if token.startswith(PREFIX) else None, fragment=told)
    if opened.code:
        return back_to(redirect_to, query={"code": opened.code}, fragment={})
    if opened.is_half:
        return back_to(redirect_to, fragment={"message": HALF_CONFIRMED})
    names = ("access_token", "expires_at", "expires_in", "refresh_token", "token_type")
    return back_to(
        redirect_to, fragment={**{name: opened.answer[name] for name in names}, "type": kind}
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a link gave: a session, a code to exchange, or half of a confirmation."""

    answer: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    is_half: bool = False


async def _open(
    auth: Auth, request: Request, hashes: Sequence[str], kind: str, *, by_link: bool = False
) -> Opened | None:
    """Consume the token; None when it is no good."""
    async with auth.transaction() as connection:
        taken = await take_token(connection, hashes, kind, auth.config.link_lifetime)
        if taken is None:
            return None
        user = await existing_user(connection, taken.user_id)
        if await auth.is_disabled(user):
            raise forbidden("user_banned", "User is banned")
        if kind == "email_change":
            if not await confirm_email_change(connection, user):
                return Opened({"code": "200", "msg": HALF_CONFIRMED}, is_half=True)
        else:
            await _confirm(connection, user)
        if by_link and taken.pkce:
            return Opened(code=await issue_code(connection, user.id, kind))
        granted = await start_session(
            connection,
            user,
            method="otp",
            user_agent=request.headers.get("user-agent"),
            config=auth.config,
        )
        if granted is None:
            return None
        signed_in = await existing_user(connection, user.id)
    return Opened(auth.grant(signed_in, granted))


async def _confirm(connection: AsyncConnection[Row], user: User) -> None:
    await forget_tokens(connection, user.id)
    if user.email_confirmed_at is None:
        await connection.execute(user_queries.CONFIRM_EMAIL, {"id": user.id})
        await audit.record(connection, "user_signedup", user)
    else:
        await audit.record(connection, "login", user, {"provider": "email"})


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


def _check_type(kind: str) -> None:
    if not kind:
        raise validation_failed("Verify requires a verification type")
    if kind not in VERIFIABLE:
        raise validation_failed("Invalid email verification type")


async def _throttle(request: Request, email: str) -> None:
    auth = Auth.of(request)
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("verify address", network, auth.config.verifications_per_address)
    if email:
        await auth.limiter.take(
            "verify account", email.lower().strip(), auth.config.verifications_per_account
        )
