"""A user of `auth.users`, as the protocol shows one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from backoffice.auth.errors import validation_failed
from backoffice.auth.queries import phones
from backoffice.auth.queries import user_rows as queries
from backoffice.database import Row

# Both documents stand in every access token, and a token must fit into a header.
MAX_METADATA_BYTES = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One row of `auth.users` with its identities and factors."""

    id: UUID
    aud: str
    role: str
    email: str
    phone: str
    encrypted_password: str | None
    email_confirmed_at: datetime | None
    invited_at: datetime | None
    phone_confirmed_at: datetime | None
    confirmation_sent_at: datetime | None
    confirmed_at: datetime | None
    recovery_sent_at: datetime | None
    email_change: str
    email_change_sent_at: datetime | None
    phone_change: str
    phone_change_sent_at: datetime | None
    reauthentication_sent_at: datetime | None
    last_sign_in_at: datetime | None
    app_metadata: dict[str, Any]
    user_metadata: dict[str, Any]
    created_at: datetime | None
    updated_at: datetime | None
    banned_until: datetime | None
    is_banned: bool
    deleted_at: datetime | None
    is_sso_user: bool
    is_anonymous: bool
    identities: Sequence[Mapping[str, Any]]
    factors: Sequence[Mapping[str, Any]]

    @property
    def has_second_factor(self) -> bool:
        """Whether a verified factor protects the account."""
        return any(factor["status"] == "verified" for factor in self.factors)

    def to_json(self) -> dict[str, Any]:
        """The user as Supabase Auth writes one: what is not set is left out."""
        always = {
            "id": str(self.id),
            "aud": self.aud,
            "role": self.role,
            "email": self.email,
            "phone": self.phone,
            "app_metadata": self.app_metadata,
            "user_metadata": self.user_metadata,
            "identities": list(self.identities),
            "created_at": moment(self.created_at),
            "updated_at": moment(self.updated_at),
            "is_anonymous": self.is_anonymous,
        }
        when_set = {
            "email_confirmed_at": moment(self.email_confirmed_at),
            "invited_at": moment(self.invited_at),
            "phone_confirmed_at": moment(self.phone_confirmed_at),
            "confirmation_sent_at": moment(self.confirmation_sent_at),
            "confirmed_at": moment(self.confirmed_at),
            "recovery_sent_at": moment(self.recovery_sent_at),
            "new_email": self.email_change,
            "email_change_sent_at": moment(self.email_change_sent_at),
            "new_phone": self.phone_change,
            "phone_change_sent_at": moment(self.phone_change_sent_at),
            "reauthentication_sent_at": moment(self.reauthentication_sent_at),
            "last_sign_in_at": moment(self.last_sign_in_at),
            "factors": list(self.factors),
            "banned_until": moment(self.banned_until),
            "deleted_at": moment(self.deleted_at),
        }
        return always | {name: value for name, value in when_set.items() if value}


async def find_user(connection: AsyncConnection[Row], user_id: UUID) -> User | None:
    """The user of that id."""
    return await _one(connection, queries.BY_ID, {"id": user_id})


async def find_user_by_email(
    connection: AsyncConnection[Row], email: str, audience: str
) -> User | None:
    """The user who signs in with `email`, whatever its case."""
    return await _one(connection, queries.BY_EMAIL, {"email": email, "aud": audience})


async def find_user_by_phone(
    connection: AsyncConnection[Row], phone: str, audience: str
) -> User | None:
    """The user who signs in with `phone`, written as `normal_phone` writes it."""
    return await _one(connection, phones.BY_PHONE, {"phone": phone, "aud": audience})


async def list_users(
    connection: AsyncConnection[Row],
    *,
    audience: str,
    search: str,
    ascending: bool,
    limit: int,
    offset: int,
) -> tuple[list[User], int]:
    """One page of users by time of creation, and how many there are in all."""
    params = {
        "aud": audience,
        "filter": search,
        "ascending": ascending,
        "limit": limit,
        "offset": offset,
    }
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(queries.LIST, params)
        page = await cursor.fetchall()
    counted = await connection.execute(queries.COUNT, params)
    row = await counted.fetchone()
    return page, row[0] if row else 0


async def email_taken(
    connection: AsyncConnection[Row], email: str, *, except_id: UUID | None = None
) -> bool:
    """Whether another user signs in with `email`."""
    cursor = await connection.execute(queries.EMAIL_TAKEN, {"email": email, "except_id": except_id})
    row = await cursor.fetchone()
    return bool(row and row[0])


async def merge_metadata(
    connection: AsyncConnection[Row], query: str, user_id: UUID, changes: Mapping[str, Any]
) -> None:
    """Change the named keys of a metadata document; a null takes its key away.

    Raises 400 `validation_failed` when the document becomes larger than a token can carry.
    """
    removed = [name for name, value in changes.items() if value is None]
    params = {"id": user_id, "changes": Jsonb(dict(changes)), "removed": removed}
    cursor = await connection.execute(query, params)
    row = await cursor.fetchone()
    if row and row[0] > MAX_METADATA_BYTES:
        raise validation_failed(f"Metadata is limited to {MAX_METADATA_BYTES} bytes.")


async def _one(
    connection: AsyncConnection[Row], query: str, params: Mapping[str, Any]
) -> User | None:
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(query, params)
        return await cursor.fetchone()


def moment(value: datetime | None) -> str | None:
    """A time as the protocol writes one."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
