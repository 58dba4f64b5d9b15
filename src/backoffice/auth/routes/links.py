"""`/verify`: opening the links and codes of e-mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from psycopg import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse

from backoffice.auth import audit
from backoffice.auth.accounts import (
    existing_user,
)
from backoffice.auth.email_change import HALF_CONFIRMED, confirm_email_change
from backoffice.auth.errors import AuthProblem, forbidden, validation_failed
from backoffice.auth.flows import PREFIX, issue_code
from backoffice.auth.limits import client_network
from backoffice.auth.links import (
    INVITATION_PREFIX,
    VERIFIABLE,
    forget_tokens,
    take_token,
    typed_hashes,
)
from backoffice.auth.phones import normal_phone
from backoffice.auth.queries import users as user_queries
from backoffice.auth.redirects import back_to
from backoffice.auth.requests import Params, read_params
from backoffice.auth.responses import NOT_STORED, tokens_response
from backoffice.auth.service import Auth
from backoffice.auth.sessions import start_session
from backoffice.auth.users import User
from backoffice.database import Row


class Verification(Params):
    """A code with its address, or the token of a link."""

    type: str = ""
    email: str = ""
    phone: str = ""
    token: str = ""
    token_hash: str = ""


async def verify(request: Request) -> JSONResponse:
    """Sign in with a code or a link's token."""
    auth = Auth.of(request)
    params = await read_params(request, Verification)
    if params.phone:
        refuse_phone(params.phone)
    if bool(params.token) == bool(params.token_hash):
        raise validation_failed("Verify requires either a token or a token hash")
    if params.token and not params.email:
        raise validation_failed(
            "Only an email address or phone number should be provided on verify"
        )
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
    if "access_token" in opened.answer:
        return tokens_response(opened.answer)
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
        told = {"message": HALF_CONFIRMED}
        return back_to(redirect_to, query=told if token.startswith(PREFIX) else None, fragment=told)
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
        invited = hashes[0].startswith(INVITATION_PREFIX)
        lifetime = auth.config.invitation_lifetime if invited else auth.config.link_lifetime
        taken = await take_token(connection, hashes, kind, lifetime)
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


def refuse_phone(phone: str) -> NoReturn:
    """No code is ever sent to a phone, so none is right. Raises 400 or 403 `otp_expired`."""
    normal_phone(phone)
    raise forbidden("otp_expired", "Token has expired or is invalid")


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
