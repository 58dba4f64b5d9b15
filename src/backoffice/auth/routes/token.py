"""`POST /token`: a password or a refresh token for an access token."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth import audit
from backoffice.auth.accounts import existing_user
from backoffice.auth.errors import (
    AuthProblem,
    OAuthProblem,
    bad_request,
    forbidden,
    invalid_credentials,
    unprocessable,
    validation_failed,
)
from backoffice.auth.flows import take_flow
from backoffice.auth.limits import client_network
from backoffice.auth.passwords import check_strength, verify_password
from backoffice.auth.phones import plain_phone
from backoffice.auth.requests import Params, read_params
from backoffice.auth.responses import tokens_response
from backoffice.auth.routes.id_token import grant_id_token
from backoffice.auth.service import Auth
from backoffice.auth.sessions import Granted, lock_session, rotate, start_session
from backoffice.auth.users import User, find_user, find_user_by_email, find_user_by_phone
from backoffice.tokens import AUDIENCE


class PasswordGrant(Params):
    """`grant_type=password`."""

    email: str = ""
    phone: str = ""
    password: str = ""


class CodeGrant(Params):
    """`grant_type=pkce`."""

    auth_code: str = ""
    code_verifier: str = ""


class RefreshTokenGrant(Params):
    """`grant_type=refresh_token`."""

    refresh_token: str = ""


async def token(request: Request) -> JSONResponse:
    """Answer by `grant_type`."""
    grant_type = request.query_params.get("grant_type")
    if grant_type == "password":
        return await grant_password(request)
    if grant_type == "refresh_token":
        return await grant_refresh_token(request)
    if grant_type == "pkce":
        return await grant_code(request)
    if grant_type == "id_token":
        return await grant_id_token(request)
    if grant_type == "web3":
        raise unprocessable("web3_provider_disabled", "Web3 provider is disabled")
    raise bad_request("invalid_credentials", "unsupported_grant_type")


async def grant_password(request: Request) -> JSONResponse:
    """Sign in. Every failure before the password is known to be right looks and takes the same."""
    auth = Auth.of(request)
    params = await read_params(request, PasswordGrant)
    if params.email and params.phone:
        raise validation_failed(
            "Only an email address or phone number should be provided on login."
        )
    if params.phone and not auth.config.phone_sign_ins:
        raise unprocessable("phone_provider_disabled", "Phone logins are disabled")
    if not params.email and not params.phone:
        raise validation_failed("missing email or phone")
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("sign-in address", network, auth.config.sign_ins_per_address)
    phone = plain_phone(params.phone)
    account = params.email.lower() or phone
    await auth.limiter.take("sign-in account", account, auth.config.sign_ins_per_account)

    audience = request.headers.get("x-jwt-aud") or AUDIENCE
    async with auth.transaction() as connection:
        if phone:
            user = await find_user_by_phone(connection, phone, audience)
        else:
            user = await find_user_by_email(connection, params.email, audience)
    right = await verify_password(params.password, user.encrypted_password if user else None)
    if user is None or not right:
        raise invalid_credentials()
    await auth.limiter.refill("sign-in account", account)
    if await auth.is_disabled(user):
        raise bad_request("user_banned", "User is banned")
    if phone and user.phone_confirmed_at is None:
        raise bad_request("phone_not_confirmed", "Phone not confirmed")
    if not phone and user.email_confirmed_at is None:
        raise bad_request("email_not_confirmed", "Email not confirmed")

    async with auth.transaction() as connection:
        granted = await start_session(
            connection,
            user,
            method="password",
            user_agent=request.headers.get("user-agent"),
            config=auth.config,
        )
        fresh = await find_user(connection, user.id)
        if granted is None or fresh is None:
            raise invalid_credentials()
        await audit.record(connection, "login", fresh, {"provider": "phone" if phone else "email"})
    answer = auth.grant(fresh, granted)
    try:
        check_strength(params.password)
    except AuthProblem as weak:
        answer["weak_password"] = {"message": weak.message, **weak.extra.get("weak_password", {})}
    return tokens_response(answer)


async def grant_refresh_token(request: Request) -> JSONResponse:
    """Exchange a refresh token."""
    auth = Auth.of(request)
    params = await read_params(request, RefreshTokenGrant)
    if not params.refresh_token:
        raise OAuthProblem("refresh_token required")
    exchanged = await _exchange(auth, params.refresh_token, request.headers.get("user-agent"))
    if exchanged is None:
        raise bad_request("refresh_token_already_used", "Invalid Refresh Token: Already Used")
    user, granted = exchanged
    return tokens_response(auth.grant(user, granted))


async def grant_code(request: Request) -> JSONResponse:
    """Exchange the code a link of a PKCE flow ended with."""
    auth = Auth.of(request)
    params = await read_params(request, CodeGrant)
    if not params.auth_code or not params.code_verifier:
        raise validation_failed(
            "invalid request: both auth code and code verifier should be non-empty"
        )
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("verify address", network, auth.config.verifications_per_address)
    async with auth.transaction() as connection:
        flow = await take_flow(
            connection, params.auth_code, params.code_verifier, auth.config.code_lifetime
        )
        user = await existing_user(connection, flow.user_id)
        if await auth.is_disabled(user):
            raise forbidden("user_banned", "User is banned")
        granted = await start_session(
            connection,
            user,
            method=flow.authentication_method,
            user_agent=request.headers.get("user-agent"),
            config=auth.config,
        )
        if granted is None:
            raise forbidden("user_banned", "User is banned")
        if flow.provider_type == "email":
            await audit.record(connection, "login", user, {"provider": "email"})
        user = await existing_user(connection, user.id)
    answer = {**auth.grant(user, granted), **flow.provider_tokens()}
    return tokens_response(answer)


async def _exchange(
    auth: Auth, refresh_token: str, user_agent: str | None
) -> tuple[User, Granted] | None:
    """None when the token was used before: returned, not raised, so that revoking is committed."""
    async with auth.transaction() as connection:
        session = await lock_session(connection, refresh_token)
        user = await find_user(connection, session.user_id)
        if user is None:
            raise bad_request("session_not_found", "Invalid Refresh Token: No Valid Session Found")
        if await auth.is_disabled(user):
            raise bad_request("user_banned", "Invalid Refresh Token: User Banned")
        rotated = await rotate(
            connection, session, refresh_token, user_agent=user_agent, config=auth.config
        )
        if rotated is None:
            await audit.record(connection, "token_revoked", user)
            return None
        await audit.record(connection, "token_refreshed", user)
    return user, Granted(session, rotated)
