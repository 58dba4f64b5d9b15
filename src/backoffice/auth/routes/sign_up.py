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
from backoffice.auth.errors import AuthProblem, unprocessable, validation_failed
from backoffice.auth.flows import Challenge, Challenged
from backoffice.auth.limits import client_network
from backoffice.auth.passwords import check_strength, hash_password
from backoffice.auth.postman import link_mail, require_mailer, throttle_mail
from backoffice.auth.requests import read_params
from backoffice.auth.responses import tokens_response
from backoffice.auth.service import Auth
from backoffice.auth.sessions import start_session
from backoffice.auth.users import User, find_user_by_email
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
    if not params.email and not params.phone:
        raise unprocessable("anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    if not auth.config.sign_up:
        raise unprocessable("signup_disabled", "Signups not allowed for this instance")
    if params.phone:
        raise unprocessable("phone_provider_disabled", "Phone numbers are not supported")
    if not params.password:
        raise validation_failed("Signup requires a valid password")
    email = normal_email(params.email)
    check_strength(params.password)
    challenge = params.challenge()
    account = NewAccount(email=email, user_metadata=params.data)
    if auth.config.sign_up_autoconfirm:
        return await _sign_up_at_once(request, auth, account, params.password)
    return await _sign_up_by_mail(request, auth, account, params.password, challenge)


async def _sign_up_at_once(
    request: Request, auth: Auth, account: NewAccount, password: str
) -> Response:
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("sign-up address", network, auth.config.sign_ups_per_address)
    encrypted = await hash_password(password)
    async with auth.transaction() as connection:
        if await find_user_by_email(connection, account.email, AUDIENCE):
            raise unprocessable("user_already_exists", "User already registered")
        user = await create_account(
            connection, replace(account, encrypted_password=encrypted, email_confirmed=True)
        )
        await audit.record(connection, "user_signedup", user)
        granted = await start_session(
            connection,
            user,
            method="password",
            user_agent=request.headers.get("user-agent"),
            config=auth.config,
        )
        user = await existing_user(connection, user.id)
    if granted is None:
        raise AuthProblem(500, "unexpected_failure", "The session could not be started")
    return tokens_response(auth.grant(user, granted))


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
