"""`/user` and `/logout`: what a signed-in user does with their own account."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backoffice.auth import audit
from backoffice.auth.errors import AuthProblem, forbidden, unprocessable, validation_failed
from backoffice.auth.passwords import check_strength, hash_password, verify_password
from backoffice.auth.queries import users as queries
from backoffice.auth.requests import Params, SignedIn, read_params, signed_in
from backoffice.auth.service import Auth
from backoffice.auth.sessions import end_all_sessions, end_sessions
from backoffice.auth.users import find_user, merge_metadata

SCOPES = ("global", "local", "others")


class UserUpdate(Params):
    """What a user may ask to change; not all of it is theirs to."""

    email: str = ""
    phone: str = ""
    password: str | None = None
    data: dict[str, Any] | None = None
    app_metadata: dict[str, Any] | None = None


async def get_user(request: Request) -> JSONResponse:
    """The signed-in user."""
    async with Auth.of(request).transaction() as connection:
        caller = await signed_in(request, connection)
    return JSONResponse(caller.user.to_json())


async def update_user(request: Request) -> JSONResponse:
    """Change password and metadata; a new password ends every other session."""
    auth = Auth.of(request)
    params = await read_params(request, UserUpdate)
    async with auth.transaction() as connection:
        caller = await signed_in(request, connection)
    _check_update(params, caller)
    encrypted = await _new_password(params.password, caller) if params.password else None

    async with auth.transaction() as connection:
        caller = await signed_in(request, connection)
        user_id = caller.user.id
        if encrypted:
            await connection.execute(
                queries.SET_PASSWORD, {"id": user_id, "encrypted_password": encrypted}
            )
            if caller.session:
                await end_sessions(connection, caller.session, "others")
            else:
                await end_all_sessions(connection, user_id)
            await audit.record(connection, "user_updated_password", caller.user)
        if params.data is not None:
            await merge_metadata(connection, queries.MERGE_USER_METADATA, user_id, params.data)
        await audit.record(connection, "user_modified", caller.user)
        changed = await find_user(connection, user_id)
    return JSONResponse((changed or caller.user).to_json())


async def logout(request: Request) -> Response:
    """End sessions; their access tokens stop working here at once, elsewhere when they expire."""
    scope = request.query_params.get("scope") or "global"
    if scope not in SCOPES:
        raise validation_failed(f'Unsupported logout scope "{scope}"')
    async with Auth.of(request).transaction() as connection:
        caller = await signed_in(request, connection)
        await audit.record(connection, "logout", caller.user)
        if caller.session:
            await end_sessions(connection, caller.session, scope)
        else:
            await end_all_sessions(connection, caller.user.id)
    return Response(status_code=204)


def _check_update(params: UserUpdate, caller: SignedIn) -> None:
    user = caller.user
    new_email = params.email and params.email.lower() != user.email.lower()
    if params.password is not None:
        check_strength(params.password)
    if params.app_metadata is not None:
        raise forbidden("not_admin", "Updating app_metadata requires admin privileges")
    sensitive = params.password or new_email or params.phone
    if sensitive and user.has_second_factor and not _is_aal2(caller):
        raise AuthProblem(
            401,
            "insufficient_aal",
            "AAL2 session is required to update email or password when MFA is enabled.",
        )
    if sensitive and user.is_sso_user:
        raise unprocessable(
            "user_sso_managed",
            "Updating email, phone, password of a SSO account only possible via SSO",
        )
    if params.phone and params.phone != user.phone:
        raise unprocessable("phone_provider_disabled", "Phone numbers are not supported")
    if new_email:
        raise unprocessable(
            "email_provider_disabled",
            "This server sends no mail, so only an administrator can change an email address",
        )


def _is_aal2(caller: SignedIn) -> bool:
    return caller.session is not None and caller.session.aal == "aal2"


async def _new_password(password: str, caller: SignedIn) -> str:
    if await verify_password(password, caller.user.encrypted_password):
        raise unprocessable(
            "same_password", "New password should be different from the old password."
        )
    return await hash_password(password)
