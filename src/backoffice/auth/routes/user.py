"""`/user` and `/logout`: what a signed-in user does with their own account."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backoffice.auth import audit
from backoffice.auth.accounts import email_exists, normal_email
from backoffice.auth.current_password import check_current_password
from backoffice.auth.email_change import take_email
from backoffice.auth.errors import (
    AuthProblem,
    bad_request,
    forbidden,
    unprocessable,
    validation_failed,
)
from backoffice.auth.flows import Challenged
from backoffice.auth.links import take_token, token_hash
from backoffice.auth.passwords import check_strength, hash_password, verify_password
from backoffice.auth.phones import normal_phone, set_phone
from backoffice.auth.postman import (
    deliver_now,
    email_change_mails,
    require_mailer,
    throttle_mail,
)
from backoffice.auth.queries import users as queries
from backoffice.auth.requests import SignedIn, read_params, signed_in
from backoffice.auth.service import Auth
from backoffice.auth.sessions import end_all_sessions, end_sessions
from backoffice.auth.users import email_taken, find_user, merge_metadata
from backoffice.database import Row
from backoffice.mail import Mail
from backoffice.staff_mark import unmark

SCOPES = ("global", "local", "others")


class UserUpdate(Challenged):
    """What a user may ask to change; not all of it is theirs to."""

    email: str = ""
    phone: str = ""
    password: str | None = None
    current_password: str | None = None
    nonce: str = ""
    data: dict[str, Any] | None = None
    app_metadata: dict[str, Any] | None = None


async def get_user(request: Request) -> JSONResponse:
    """The signed-in user."""
    async with Auth.of(request).transaction() as connection:
        caller = await signed_in(request, connection)
    return JSONResponse(caller.user.to_json())


async def update_user(request: Request) -> JSONResponse:
    """Change password and metadata, and ask for another address.

    A new password ends every other session; a new address holds once it is confirmed.
    """
    auth = Auth.of(request)
    params = await read_params(request, UserUpdate)
    challenge = params.challenge()
    async with auth.transaction() as connection:
        caller = await signed_in(request, connection)
    new_email, new_phone = _check_update(auth, params, caller)
    # Signing up would not have sent them a mail either.
    at_once = caller.user.is_anonymous and auth.config.sign_up_autoconfirm
    if new_email and not at_once:
        require_mailer(auth)
        await throttle_mail(request, new_email)
    if params.password:
        await _throttle_nonce(auth, params, caller)
        await check_current_password(auth, params.current_password, caller)
    encrypted = await _new_password(params.password, caller) if params.password else None

    mails: list[Mail] = []
    async with auth.transaction() as connection:
        if at_once:
            # Of two who say at once who they are, the later is somebody already.
            await connection.execute(queries.LOCK, {"user_id": caller.user.id})
        caller = await signed_in(request, connection)
        at_once = at_once and caller.user.is_anonymous
        user_id = caller.user.id
        if encrypted:
            await _check_nonce(auth, connection, params.nonce, caller)
            await _set_password(connection, encrypted, caller)
        if params.data is not None:
            await merge_metadata(connection, queries.MERGE_USER_METADATA, user_id, params.data)
        if new_email and await email_taken(connection, new_email, except_id=user_id):
            raise email_exists()
        if new_email and at_once:
            await take_email(connection, caller.user, new_email)
        elif new_email:
            mails = await email_change_mails(
                auth,
                connection,
                caller.user,
                new_email,
                redirect_to=auth.allowed_redirect(request.query_params.get("redirect_to")),
                challenge=challenge,
            )
        if new_phone:
            await set_phone(connection, user_id, new_phone, confirmed=True)
            await connection.execute(queries.BECOME_KNOWN, {"id": user_id})
        await audit.record(connection, "user_modified", caller.user)
        changed = await find_user(connection, user_id)
    if mails:
        await deliver_now(auth, mails, throttled=new_email)
    return JSONResponse((changed or caller.user).to_json())


async def _set_password(connection: AsyncConnection[Row], encrypted: str, caller: SignedIn) -> None:
    await connection.execute(
        queries.SET_PASSWORD, {"id": caller.user.id, "encrypted_password": encrypted}
    )
    if caller.session:
        await end_sessions(connection, caller.session, "others")
    else:
        await end_all_sessions(connection, caller.user.id)
    await audit.record(connection, "user_updated_password", caller.user)


async def _throttle_nonce(auth: Auth, params: UserUpdate, caller: SignedIn) -> None:
    if params.nonce:
        account = caller.user.email.lower() or str(caller.user.id)
        await auth.limiter.take("verify account", account, auth.config.verifications_per_account)


async def _check_nonce(
    auth: Auth, connection: AsyncConnection[Row], nonce: str, caller: SignedIn
) -> None:
    """An old session may have been left open: its user proves to read the account's mail."""
    oldest = auth.config.reauthenticate_after
    if oldest is None or (caller.session and not caller.session.is_older_than(oldest)):
        return
    if not nonce:
        raise bad_request("reauthentication_needed", "Password update requires reauthentication")
    taken = await take_token(
        connection,
        [token_hash(caller.user.email.lower(), nonce)],
        "reauthentication",
        auth.config.link_lifetime,
    )
    if taken is None or taken.user_id != caller.user.id:
        raise unprocessable("reauthentication_not_valid", "Nonce has expired or is invalid")


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
    response = Response(status_code=204)
    return response if scope == "others" else unmark(response)


def _check_update(auth: Auth, params: UserUpdate, caller: SignedIn) -> tuple[str, str]:
    """The address and the phone number to change to, where they are others."""
    user = caller.user
    email = normal_email(params.email) if params.email else ""
    new_email = email if email != user.email.lower() else ""
    phone = normal_phone(params.phone) if params.phone else ""
    new_phone = phone if phone != user.phone else ""
    if params.password is not None:
        check_strength(params.password)
    if params.app_metadata is not None:
        raise forbidden("not_admin", "Updating app_metadata requires admin privileges")
    if params.password and user.is_anonymous and not new_email and not new_phone:
        raise unprocessable(
            "validation_failed",
            "Updating password of an anonymous user without an email or phone is not allowed",
        )
    sensitive = params.password or new_email or new_phone
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
    if new_phone and not auth.config.believes_phones:
        raise unprocessable("phone_provider_disabled", "Phone numbers are not supported")
    return new_email, new_phone


def _is_aal2(caller: SignedIn) -> bool:
    return caller.session is not None and caller.session.aal == "aal2"


async def _new_password(password: str, caller: SignedIn) -> str:
    if await verify_password(password, caller.user.encrypted_password):
        raise unprocessable(
            "same_password", "New password should be different from the old password."
        )
    return await hash_password(password)
