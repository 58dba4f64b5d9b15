"""`/factors`: turning a second factor on and off, and signing in with it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import AsyncConnection
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth import audit, factors, totp
from backoffice.auth.errors import (
    AuthProblem,
    forbidden,
    unprocessable,
    validation_failed,
)
from backoffice.auth.requests import Params, SignedIn, bearer_claims, read_params, signed_in
from backoffice.auth.responses import NOT_STORED, tokens_response
from backoffice.auth.service import Auth
from backoffice.auth.sessions import Session
from backoffice.auth.users import find_user
from backoffice.database import Row

Name = Annotated[str, Field(max_length=255)]


class Enrolment(Params):
    """What kind of factor, and what its owner calls it."""

    factor_type: str = ""
    friendly_name: Name = ""
    issuer: Name = ""


class Verification(Params):
    """The answer to a challenge."""

    challenge_id: str = ""
    code: str = ""


async def enrol(request: Request) -> JSONResponse:
    """Begin: a secret, to be scanned and then proved."""
    auth = Auth.of(request)
    params = await read_params(request, Enrolment)
    if params.factor_type in ("phone", "webauthn"):
        kind = {"phone": "Phone", "webauthn": "WebAuthn"}[params.factor_type]
        code = {"phone": "mfa_phone", "webauthn": "mfa_webauthn"}[params.factor_type]
        raise unprocessable(f"{code}_enroll_not_enabled", f"MFA enroll is disabled for {kind}")
    if params.factor_type != "totp":
        raise validation_failed("factor_type needs to be totp, phone, or webauthn")
    async with auth.transaction() as connection:
        caller, session = await _with_session(request, connection)
        factor = await factors.enrol(connection, caller.user, session, params.friendly_name)
        await audit.record(
            connection, "factor_in_progress", caller.user, {"factor_id": str(factor.id)}
        )
    issuer = params.issuer or urlsplit(auth.state.settings.url).netloc
    secret = factor.secret or ""
    account = caller.user.email or caller.user.phone
    uri = totp.enrolment_uri(secret, issuer=issuer, account=account)
    return JSONResponse(
        {
            "id": str(factor.id),
            "type": "totp",
            "friendly_name": factor.friendly_name,
            "totp": {"qr_code": totp.qr_code(uri), "secret": secret, "uri": uri},
        },
        headers=NOT_STORED,
    )


async def challenge(request: Request) -> JSONResponse:
    """Ask for a code."""
    auth = Auth.of(request)
    await _throttle(request, "second factor challenge")
    async with auth.transaction() as connection:
        caller, _ = await _with_session(request, connection)
        factor = await _own_factor(request, connection, caller)
        challenge_id, expires_at = await factors.challenge(connection, factor, auth.config)
        traits = {"factor_id": str(factor.id), "factor_status": factor.status}
        await audit.record(connection, "challenge_created", caller.user, traits)
    return JSONResponse(
        {"id": str(challenge_id), "type": factor.factor_type, "expires_at": expires_at}
    )


async def verify(request: Request) -> JSONResponse:
    """Answer with the code: the session becomes `aal2`."""
    auth = Auth.of(request)
    params = await read_params(request, Verification)
    try:
        challenge_id = UUID(params.challenge_id)
    except ValueError as error:
        raise validation_failed("challenge_id must be an UUID") from error
    await _throttle(request, "second factor")
    async with auth.transaction() as connection:
        caller, session = await _with_session(request, connection)
        factor = await _own_factor(request, connection, caller)
        await factors.check_challenge(connection, factor, challenge_id, auth.config)
        granted = await factors.prove(
            connection,
            session,
            factor,
            challenge_id,
            params.code,
            user_agent=request.headers.get("user-agent"),
            config=auth.config,
        )
        traits = {"factor_id": str(factor.id), "challenge_id": str(challenge_id)}
        await audit.record(connection, "verification_attempted", caller.user, traits)
        user = await find_user(connection, caller.user.id)
    return tokens_response(auth.grant(user or caller.user, granted))


async def unenrol(request: Request) -> JSONResponse:
    """Take the factor away."""
    async with Auth.of(request).transaction() as connection:
        caller, session = await _with_session(request, connection)
        factor = await _own_factor(request, connection, caller)
        if factor.is_verified and session.aal != "aal2":
            raise unprocessable("insufficient_aal", "AAL2 required to unenroll verified factor")
        await factors.unenrol(connection, factor)
        traits = {"factor_id": str(factor.id), "factor_status": factor.status}
        await audit.record(connection, "factor_unenrolled", caller.user, traits)
    return JSONResponse({"id": str(factor.id)})


async def _throttle(request: Request, kind: str) -> None:
    auth = Auth.of(request)
    subject = str(bearer_claims(request).get("sub"))
    await auth.limiter.take(kind, subject, auth.config.second_factors_per_account)


async def _with_session(
    request: Request, connection: AsyncConnection[Row]
) -> tuple[SignedIn, Session]:
    caller = await signed_in(request, connection)
    if caller.user.is_anonymous:
        raise forbidden("no_authorization", "Anonymous user not allowed to perform these actions")
    if caller.session is None:
        raise AuthProblem(403, "session_not_found", "A session is required for a second factor")
    return caller, caller.session


async def _own_factor(
    request: Request, connection: AsyncConnection[Row], caller: SignedIn
) -> factors.Factor:
    return await factors.find_factor(connection, caller.user.id, request.path_params["factor_id"])
