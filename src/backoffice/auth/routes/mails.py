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
from backoffice.auth.errors import unprocessable, validation_failed
from backoffice.auth.flows import Challenged
from backoffice.auth.links import LinkType
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
    return await _write_to(request, "recovery")


async def sign_in_link(request: Request) -> JSONResponse:
    """Send a link, and a code, to sign in with."""
    return await _write_to(request, "magiclink")


async def resend(request: Request) -> JSONResponse:
    """Send again what confirms a new account or a change of address."""
    return await _write_to(request, None)


async def _write_to(request: Request, kind: LinkType | None) -> JSONResponse:
    auth = Auth.of(request)
    params = await read_params(request, MailRequest)
    if params.phone:
        raise unprocessable("phone_provider_disabled", "Phone numbers are not supported")
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
        kind=kind or _again(params.type),
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


def _again(kind: str) -> Literal["signup", "email_change"]:
    if kind == "signup":
        return "signup"
    if kind == "email_change":
        return "email_change"
    raise validation_failed("Missing one of these types: signup, email_change")


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
