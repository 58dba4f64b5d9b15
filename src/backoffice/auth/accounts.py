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
from backoffice.auth.phones import phone_exists, phone_taken
from backoffice.auth.queries import phones as phone_queries
from backoffice.auth.queries import users as queries
from backoffice.auth.users import User, email_taken, find_user, merge_metadata
from backoffice.database import Row
from backoffice.tokens import AUDIENCE

DEFAULT_ROLE = "authenticated"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What a new account starts with; `email` and `phone` are checked ones.

    `by_email` gives it an identity by which one signs in with the address itself. With neither
    address nor number it is `anonymous`.
    """

    email: str = ""
    phone: str = ""
    id: UUID = field(default_factory=uuid4)
    audience: str = AUDIENCE
    role: str = DEFAULT_ROLE
    encrypted_password: str | None = None
    email_confirmed: bool = False
    phone_confirmed: bool = False
    ban: timedelta | None = None
    app_metadata: Mapping[str, Any] | None = None
    user_metadata: Mapping[str, Any] | None = None
    by_email: bool = True

    @property
    def anonymous(self) -> bool:
        """Whether nobody knows whose it is."""
        return not self.email and not self.phone

    @property
    def providers(self) -> list[str]:
        """By which ways one signs in."""
        by_email = ["email"] if self.email and self.by_email else []
        return [*by_email, *(["phone"] if self.phone else [])]


async def create_account(connection: AsyncConnection[Row], account: NewAccount) -> User:
    """The new user. Raises 422 `email_exists` or `phone_exists`, or 409 `conflict`."""
    if account.email and await email_taken(connection, account.email):
        raise email_exists()
    if account.phone and await phone_taken(connection, account.phone):
        raise phone_exists()
    providers = account.providers
    values = {
        "id": account.id,
        "aud": account.audience,
        "role": account.role,
        "email": account.email,
        "phone": account.phone,
        "anonymous": account.anonymous,
        "encrypted_password": account.encrypted_password or "",
        "email_confirm": account.email_confirmed,
        "phone_confirm": account.phone_confirmed,
        "ban": account.ban,
        "app_metadata": Jsonb(
            {"provider": providers[0], "providers": providers} if providers else {}
        ),
        "user_metadata": Jsonb(dict(account.user_metadata or {})),
    }
    async with unique_accounts():
        await connection.execute(queries.INSERT, values)
    if "email" in providers:
        await connection.execute(
            queries.PUT_EMAIL_IDENTITY,
            {"id": account.id, "email": account.email, "verified": account.email_confirmed},
        )
    if account.phone:
        await connection.execute(phone_queries.PUT_IDENTITY, {"id": account.id})
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
    """Two requests at once cannot take one address, number or id: the later is told so."""
    try:
        yield
    except UniqueViolation as error:
        if error.diag.constraint_name == "users_pkey":
            raise AuthProblem(409, "conflict", "A user with this id already exists") from error
        if error.diag.constraint_name == "users_phone_key":
            raise phone_exists() from error
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
