"""Making accounts, whoever asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from email_validator import EmailNotValidError, validate_email
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from backoffice.auth.errors import AuthProblem, not_found, unprocessable, validation_failed
from backoffice.auth.queries import users as queries
from backoffice.auth.users import User, email_taken, find_user, merge_metadata
from backoffice.database import Row
from backoffice.tokens import AUDIENCE

DEFAULT_ROLE = "authenticated"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What a new account starts with; `email` is a checked address.

    `by_email` gives it an identity by which one signs in with the address itself.
    """

    email: str
    id: UUID = field(default_factory=uuid4)
    audience: str = AUDIENCE
    role: str = DEFAULT_ROLE
    encrypted_password: str | None = None
    email_confirmed: bool = False
    ban: timedelta | None = None
    app_metadata: Mapping[str, Any] | None = None
    user_metadata: Mapping[str, Any] | None = None
    by_email: bool = True


async def create_account(connection: AsyncConnection[Row], account: NewAccount) -> User:
    """The new user. Raises 422 `email_exists` or 409 `conflict`."""
    if await email_taken(connection, account.email):
        raise email_exists()
    values = {
        "id": account.id,
        "aud": account.audience,
        "role": account.role,
        "email": account.email,
        "encrypted_password": account.encrypted_password or "",
        "email_confirm": account.email_confirmed,
        "ban": account.ban,
        "app_metadata": Jsonb(
            {"provider": "email", "providers": ["email"]} if account.by_email else {}
        ),
        "user_metadata": Jsonb(dict(account.user_metadata or {})),
    }
    async with unique_accounts():
        await connection.execute(queries.INSERT, values)
    if account.by_email:
        await connection.execute(
            queries.PUT_EMAIL_IDENTITY,
            {"id": account.id, "email": account.email, "verified": account.email_confirmed},
        )
    await merge_all_metadata(
        connection, account.id, app=account.app_metadata, user=account.user_metadata
    )
    if account.email_confirmed:
        await connection.execute(queries.CONFIRM_EMAIL, {"id": account.id})
    return await existing_user(connection, account.id)


async def existing_user(connection: AsyncConnection[Row], user_id: UUID) -> User:
    """The user of that id. Raises 404 `user_not_found`."""
    user = await find_user(connection, user_id)
    if user is None:
        raise not_found("user_not_found", "User not found")
    return user


async def merge_all_metadata(
    connection: AsyncConnection[Row],
    user_id: UUID,
    *,
    app: Mapping[str, Any] | None,
    user: Mapping[str, Any] | None,
) -> None:
    """Change the named keys of either document."""
    if app:
        await merge_metadata(connection, queries.MERGE_APP_METADATA, user_id, app)
    if user:
        await merge_metadata(connection, queries.MERGE_USER_METADATA, user_id, user)


@asynccontextmanager
async def unique_accounts() -> AsyncIterator[None]:
    """Two requests at once cannot take one address or id: the later is told so."""
    try:
        yield
    except UniqueViolation as error:
        if error.diag.constraint_name == "users_pkey":
            raise AuthProblem(409, "conflict", "A user with this id already exists") from error
        raise email_exists() from error


def email_exists() -> AuthProblem:
    """422 `email_exists`."""
    return unprocessable(
        "email_exists", "A user with this email address has already been registered"
    )


def normal_email(text: str) -> str:
    """The address in lower case. Raises 400 `validation_failed` when it is none."""
    try:
        checked = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise validation_failed("Unable to validate email address: invalid format") from error
    return checked.normalized.lower()
