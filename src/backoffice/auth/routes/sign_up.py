"""`POST /signup`: an account of one's own, where a setting allows that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import orjson
from psycopg import AsyncConnection
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from backoffice.auth import audit
from backoffice.auth.accounts import NewAccount, create_account, existing_user, normal_email
from backoffice.auth.errands import Errand, deliver_or_put_off
from backoffice.auth.errors import AuthProblem, bad_request, unprocessable, validation_failed
from backoffice.auth.flows import Challenge, Challenged
from backoffice.auth.limits import client_network
from backoffice.auth.passwords import check_strength, hash_password
from backoffice.auth.phones import normal_phone, sends_no_sms
from backoffice.auth.postman import link_mail, require_mailer, throttle_mail
from backoffice.auth.requests import read_params
from backoffice.auth.responses import tokens_response
from backoffice.auth.service import Auth
from backoffice.auth.sessions import start_session
from backoffice.auth.users import User, find_user_by_email, find_user_by_phone
from backoffice.database import Row
from backoffice.mail import Mail
from backoffice.tokens import AUDIENCE


class SignUp(Challenged):
    """What a new user gives."""

    email: str = ""
    phone: str = ""
    password: str = ""
    data: dict[str, Any] | None = None


async def sign_up(request: Request) -> Response:
    """A new account: signed in at once, or once its address is confirmed."""
    auth = Auth.of(request)
    params = await read_params(request, SignUp)
    nameless = not params.email and not params.phone
    if nameless and not auth.config.anonymous_sign_ins:
        raise unprocessable("anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    if not auth.config.sign_up:
        raise unprocessable("signup_disabled", "Signups not allowed for this instance")
    if nameless:
        return await _sign_in_anonymously(request, auth, NewAccount(user_metadata=params.data))
    account = _account(auth, params)
    challenge = params.challenge()
    if account.phone or auth.config.sign_up_autoconfirm:
        return await _sign_up_at_once(request, auth, account, params.password)
    return await _sign_up_by_mail(request, auth, account, params.password, challenge)


def _account(auth: Auth, params: SignUp) -> NewAccount:
    """What somebody signs up with, checked."""
    if not params.password:
        raise validation_failed("Signup requires a valid password")
    if params.email and params.phone:
        raise validation_failed(
            "Only an email address or phone number should be provided on signup."
        )
    if params.email:
        account = NewAccount(email=normal_email(params.email), user_metadata=params.data)
    else:
        if not auth.config.phone_sign_ins:
            raise bad_request("phone_provider_disabled", "Phone signups are disabled")
        account = NewAccount(phone=normal_phone(params.phone), user_metadata=params.data)
        if not auth.config.believes_phones:
            raise sends_no_sms()
    check_strength(params.password)
    return account


async def _sign_in_anonymously(request: Request, auth: Auth, account: NewAccount) -> Response:
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("anonymous address", network, auth.config.anonymous_per_address)
    async with auth.transaction() as connection:
        user = await create_account(connection, account)
        return await _signed_in(request, auth, connection, user, method="anonymous")


async def _sign_up_at_once(
    request: Request, auth: Auth, account: NewAccount, password: str
) -> Response:
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("sign-up address", network, auth.config.sign_ups_per_address)
    account = replace(
        account,
        encrypted_password=await hash_password(password),
        email_confirmed=bool(account.email),
        phone_confirmed=bool(account.phone),
    )
    async with auth.transaction() as connection:
        if account.email:
            known = await find_user_by_email(connection, account.email, AUDIENCE)
        else:
            known = await find_user_by_phone(connection, account.phone, AUDIENCE)
        if known:
            raise unprocessable("user_already_exists", "User already registered")
        user = await create_account(connection, account)
        return await _signed_in(request, auth, connection, user, method="password")


async def _signed_in(
    request: Request, auth: Auth, connection: AsyncConnection[Row], user: User, *, method: str
) -> Response:
    """The answer to somebody who has an account from now on."""
    await audit.record(connection, "user_signedup", user)
    granted = await start_session(
        connection,
        user,
        method=method,
        user_agent=request.headers.get("user-agent"),
        config=auth.config,
    )
    if granted is None:
        raise AuthProblem(500, "unexpected_failure", "The session could not be started")
    return tokens_response(auth.grant(await existing_user(connection, user.id), granted))


async def _sign_up_by_mail(
    request: Request, auth: Auth, account: NewAccount, password: str, challenge: Challenge | None
) -> Response:
    """The same answer, and the same work, whether or not the address has an account already."""
    require_mailer(auth)
    await throttle_mail(request, account.email)
    account = replace(account, encrypted_password=await hash_password(password))
    redirect_to = auth.allowed_redirect(request.query_params.get("redirect_to"))
    mails: list[Mail] = []

    async def write(connection: AsyncConnection[Row], user: User) -> User:
        mails.append(
            await link_mail(
                auth, connection, user, "signup", redirect_to=redirect_to, challenge=challenge
            )
        )
        await audit.record(connection, "user_confirmation_requested", user)
        return await existing_user(connection, user.id)

    async with auth.transaction() as connection:
        known = await find_user_by_email(connection, account.email, AUDIENCE)
        if known is None:
            user = await write(connection, await create_account(connection, account))
            body = orjson.dumps(user.to_json())
        else:
            # Whoever asks does not prove to own the account, so nothing of it changes or shows:
            # they are told of one that never was.
            never = replace(account, email=f"{uuid4().hex}@{account.email.partition('@')[2]}")
            async with connection.transaction(force_rollback=True):
                user = await write(connection, await create_account(connection, never))
            mails.clear()
            body = orjson.dumps(user.to_json()).replace(
                never.email.encode(), account.email.encode()
            )
            if known.email_confirmed_at is None and not await auth.is_disabled(known):
                await write(connection, known)
    errand = Errand(
        kind="signup", email=account.email, redirect_to=redirect_to, challenge=challenge
    )
    task = BackgroundTask(deliver_or_put_off, auth, mails, errand)
    return Response(body, media_type="application/json", background=task)
