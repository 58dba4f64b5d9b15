"""Asking for an e-mail: `/recover`, `/otp`, `/magiclink`, `/resend`, `/invite`, `/reauthenticate`.

Whoever asks for somebody's mail is answered before the account is looked for, so neither the answer
nor its time says whether there is one.
"""

from __future__ import annotations

from typing import Any, Literal

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth import audit
from backoffice.auth.accounts import (
    NewAccount,
    create_account,
    email_exists,
    existing_user,
    normal_email,
)
from backoffice.auth.config import AuthConfig
from backoffice.auth.errands import Errand, run_errand
from backoffice.auth.errors import bad_request, unprocessable, validation_failed
from backoffice.auth.flows import Challenged
from backoffice.auth.links import LinkType
from backoffice.auth.phones import normal_phone, sends_no_sms
from backoffice.auth.postman import (
    deliver_now,
    link_mail,
    reauthentication_mail,
    require_mailer,
    throttle_mail,
)
from backoffice.auth.requests import Params, read_params, require_admin, signed_in
from backoffice.auth.service import Auth
from backoffice.auth.users import find_user_by_email
from backoffice.tokens import AUDIENCE

RESENT = ("signup", "email_change", "sms", "phone_change")


class MailRequest(Challenged):
    """Whom to write to; `data` and `create_user` are about somebody who has no account yet."""

    email: str = ""
    phone: str = ""
    type: str = ""
    create_user: bool = True
    data: dict[str, Any] | None = None


class Invitation(Params):
    """Whom to invite, and what is known of them."""

    email: str = ""
    data: dict[str, Any] | None = None


async def recover(request: Request) -> JSONResponse:
    """Send a link to choose a new password."""
    params = await read_params(request, MailRequest)
    if not params.email:
        raise validation_failed("Password recovery requires an email")
    return await _write_to(request, params, "recovery")


async def sign_in_link(request: Request) -> JSONResponse:
    """Send a link, and a code, to sign in with."""
    params = await read_params(request, MailRequest)
    if params.email and params.phone:
        raise validation_failed("Only an email address or phone number should be provided")
    if params.phone:
        require_phones(Auth.of(request).config, "Unsupported phone provider")
        normal_phone(params.phone)
        raise sends_no_sms()
    if not params.email:
        raise validation_failed("One of email or phone must be set")
    return await _write_to(request, params, "magiclink")


async def resend(request: Request) -> JSONResponse:
    """Send again what confirms a new account or a change of address."""
    params = await read_params(request, MailRequest)
    if params.type not in RESENT:
        raise validation_failed(f"Missing one of these types: {', '.join(RESENT)}")
    if params.type == "signup" and not params.email:
        raise validation_failed("Type provided requires an email address")
    if params.type == "sms" and not params.phone:
        raise validation_failed("Type provided requires a phone number")
    if params.email and params.phone:
        raise validation_failed("Only an email address or phone number should be provided.")
    if params.phone:
        require_phones(Auth.of(request).config, "Phone logins are disabled")
        normal_phone(params.phone)
    elif not params.email:
        raise validation_failed("Missing email address or phone number")
    if params.phone or params.type == "phone_change":
        # No code ever went to a phone, so none can be sent again.
        return JSONResponse({})
    return await _write_to(request, params, "signup" if params.type == "signup" else "email_change")


def require_phones(config: AuthConfig, refusal: str) -> None:
    """Raises 400 `phone_provider_disabled` where no phone number signs in."""
    if not config.phone_sign_ins:
        raise bad_request("phone_provider_disabled", refusal)


async def _write_to(
    request: Request, params: MailRequest, kind: LinkType | Literal["email_change"]
) -> JSONResponse:
    auth = Auth.of(request)
    email = normal_email(params.email)
    challenge = params.challenge()
    newcomer = None
    if kind == "magiclink" and params.create_user and auth.config.sign_up:
        newcomer = NewAccount(email=email, user_metadata=params.data)
    if kind == "magiclink" and not params.create_user and sign_up_tells(auth.config):
        async with auth.transaction() as connection:
            if await find_user_by_email(connection, email, AUDIENCE) is None:
                raise unprocessable("otp_disabled", "Signups not allowed for otp")
    require_mailer(auth)
    errand = Errand(
        kind=kind,
        email=email,
        redirect_to=auth.allowed_redirect(request.query_params.get("redirect_to")),
        challenge=challenge,
        newcomer=newcomer,
    )
    await throttle_mail(request, email)
    return JSONResponse({}, background=BackgroundTask(run_errand, auth, errand))


def sign_up_tells(config: AuthConfig) -> bool:
    """Whether anybody may ask `/signup` which addresses have an account: it confirms at once."""
    return config.sign_up and config.sign_up_autoconfirm


async def invite(request: Request) -> JSONResponse:
    """Make an account for somebody, and write to them."""
    auth = Auth.of(request)
    role = require_admin(request)
    params = await read_params(request, Invitation)
    email = normal_email(params.email)
    require_mailer(auth)
    redirect_to = auth.allowed_redirect(request.query_params.get("redirect_to"))
    async with auth.transaction() as connection:
        user = await find_user_by_email(connection, email, AUDIENCE)
        if user and user.email_confirmed_at:
            raise email_exists()
        user = user or await create_account(
            connection, NewAccount(email=email, user_metadata=params.data)
        )
        mail = await link_mail(auth, connection, user, "invite", redirect_to=redirect_to)
        await audit.record_admin(connection, "user_invited", role, user)
        user = await existing_user(connection, user.id)
    await deliver_now(auth, [mail])
    return JSONResponse(user.to_json())


async def reauthenticate(request: Request) -> JSONResponse:
    """Send a code that confirms a change of password."""
    auth = Auth.of(request)
    require_mailer(auth)
    async with auth.transaction() as connection:
        caller = await signed_in(request, connection)
    if not caller.user.email and caller.user.phone:
        raise sends_no_sms()
    if not caller.user.email:
        raise unprocessable(
            "validation_failed",
            "Reauthentication requires the user to have an email or a phone number",
        )
    await throttle_mail(request, caller.user.email.lower())
    async with auth.transaction() as connection:
        mail = await reauthentication_mail(connection, caller.user)
        await audit.record(connection, "user_reauthenticate_requested", caller.user)
    await deliver_now(auth, [mail], throttled=caller.user.email.lower())
    return JSONResponse({})
