"""Whose account it is that signs in at another service.

An identity known from before leads to its account; a new one, to the account with the same
address, if the service vouches for the address. Else it makes an account, where anybody may.
"""

from __future__ import annotations

from typing import Literal, cast
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from backoffice.auth import audit
from backoffice.auth.accounts import (
    NewAccount,
    create_account,
    existing_user,
    normal_email,
    unique_accounts,
)
from backoffice.auth.errors import forbidden, unprocessable
from backoffice.auth.links import forget_tokens
from backoffice.auth.person import Person
from backoffice.auth.queries import identities as queries
from backoffice.auth.queries import users as user_queries
from backoffice.auth.service import Auth
from backoffice.auth.sessions import end_all_sessions
from backoffice.auth.users import User, email_taken, find_user_by_email
from backoffice.database import Row
from backoffice.tokens import AUDIENCE


async def sign_in_person(
    auth: Auth, connection: AsyncConnection[Row], provider: str, person: Person
) -> User:
    """The account of a person who has just signed in at `provider`.

    Raises 403 `user_banned`, 422 `provider_email_needs_verification` or `signup_disabled`.
    """
    owner = await _owner(connection, provider, person)
    if owner is not None:
        user = await existing_user(connection, owner)
        await refuse_disabled(auth, user)
        await _put_identity(connection, user, provider, person)
        await audit.record(connection, "login", user, {"provider": provider})
        return await existing_user(connection, user.id)
    if not person.email_verified:
        raise unprocessable(
            "provider_email_needs_verification",
            f"Unverified email with {provider}. Verify the email with {provider} in order to"
            " sign in",
        )
    email = normal_email(person.email)
    known = await find_user_by_email(connection, email, AUDIENCE)
    if known is not None:
        await refuse_disabled(auth, known)
        await _take_over(connection, known)
        action: Literal["login", "user_signedup"] = "login"
    else:
        if not auth.config.sign_up:
            raise unprocessable("signup_disabled", "Signups not allowed for this instance")
        account = NewAccount(email=email, email_confirmed=True, by_email=False)
        known = await create_account(connection, account)
        action = "user_signedup"
    await _put_identity(connection, known, provider, person)
    await audit.record(connection, action, known, {"provider": provider})
    return await existing_user(connection, known.id)


async def link_person(
    auth: Auth, connection: AsyncConnection[Row], user_id: UUID, provider: str, person: Person
) -> User:
    """Add the identity to the account of somebody who is signed in.

    Raises 422 `identity_already_exists`, 403 `user_banned`.
    """
    user = await existing_user(connection, user_id)
    await refuse_disabled(auth, user)
    owner = await _owner(connection, provider, person)
    if owner is not None:
        whose = "" if owner == user_id else " to another user"
        raise unprocessable("identity_already_exists", f"Identity is already linked{whose}")
    await _put_identity(connection, user, provider, person)
    if user.is_anonymous:
        await _introduce(connection, user, person)
    await audit.record(connection, "identity_linked", user, {"provider": provider})
    return await existing_user(connection, user_id)


async def refuse_disabled(auth: Auth, user: User) -> None:
    """Raises 403 `user_banned`."""
    if await auth.is_disabled(user):
        raise forbidden("user_banned", "User is banned")


async def _owner(connection: AsyncConnection[Row], provider: str, person: Person) -> UUID | None:
    cursor = await connection.execute(
        queries.OWNER, {"provider": provider, "subject": person.subject}
    )
    row = await cursor.fetchone()
    return cast("UUID", row[0]) if row else None


async def _take_over(connection: AsyncConnection[Row], user: User) -> None:
    """The address is proved now, as a link in an e-mail would prove it."""
    if user.email_confirmed_at is not None:
        return
    ids = {"id": user.id, "user_id": user.id}
    await connection.execute(queries.FORGET_UNPROVED, ids)
    await end_all_sessions(connection, user.id)
    await forget_tokens(connection, user.id)
    await connection.execute(user_queries.CONFIRM_EMAIL, ids)
    await connection.execute(
        user_queries.PUT_EMAIL_IDENTITY, {**ids, "email": user.email, "verified": True}
    )


async def _introduce(connection: AsyncConnection[Row], user: User, person: Person) -> None:
    """Somebody nobody knew can come back from now on, with the address unless another has it."""
    email = normal_email(person.email) if person.email_verified else ""
    if email and not await email_taken(connection, email):
        async with unique_accounts():
            await connection.execute(user_queries.SET_EMAIL, {"id": user.id, "email": email})
        await connection.execute(user_queries.CONFIRM_EMAIL, {"id": user.id})
    await connection.execute(user_queries.BECOME_KNOWN, {"id": user.id})


async def _put_identity(
    connection: AsyncConnection[Row], user: User, provider: str, person: Person
) -> None:
    values = {
        "provider": provider,
        "subject": person.subject,
        "user_id": user.id,
        "identity_data": Jsonb(person.identity_data()),
        "profile": Jsonb(person.profile()),
    }
    try:
        put = await connection.execute(queries.PUT, values)
    except UniqueViolation as error:
        raise unprocessable("identity_already_exists", "Identity is already linked") from error
    if await put.fetchone() is None:
        raise unprocessable("identity_already_exists", "Identity is already linked to another user")
    await connection.execute(queries.DESCRIBE_USER, values)
