"""Phone numbers: kept as digits alone, in the international form (E.164)."""

from __future__ import annotations

import re
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

from backoffice.auth.errors import AuthProblem, unprocessable, validation_failed
from backoffice.auth.queries import phones as queries
from backoffice.auth.queries import users as user_queries
from backoffice.database import Row

PHONE = re.compile(r"[1-9][0-9]{1,14}")


def plain_phone(text: str) -> str:
    """The number without what people write into it."""
    return text.replace(" ", "").removeprefix("+")


def normal_phone(text: str) -> str:
    """The number as it is kept. Raises 400 `validation_failed` when it is none."""
    phone = plain_phone(text)
    if not PHONE.fullmatch(phone):
        raise validation_failed("Invalid phone number format (E.164 required)")
    return phone


async def phone_taken(
    connection: AsyncConnection[Row], phone: str, *, except_id: UUID | None = None
) -> bool:
    """Whether another user has the number."""
    cursor = await connection.execute(queries.TAKEN, {"phone": phone, "except_id": except_id})
    row = await cursor.fetchone()
    return bool(row and row[0])


async def set_phone(
    connection: AsyncConnection[Row], user_id: UUID, phone: str, *, confirmed: bool
) -> None:
    """Give a user the number, by which they may sign in. Raises 422 `phone_exists`."""
    if await phone_taken(connection, phone, except_id=user_id):
        raise _already_registered()
    params = {"id": user_id, "phone": phone}
    try:
        await connection.execute(queries.SET, params)
    except UniqueViolation as error:
        raise _already_registered() from error
    if confirmed:
        await connection.execute(queries.CONFIRM, params)
    await connection.execute(queries.PUT_IDENTITY, params)
    await connection.execute(user_queries.LIST_PROVIDERS, params)


def phone_exists() -> AuthProblem:
    """422 `phone_exists`, as a new user's number."""
    return unprocessable("phone_exists", "Phone number already registered by another user")


def _already_registered() -> AuthProblem:
    """422 `phone_exists`, as an existing user's new number."""
    text = "A user with this phone number has already been registered"
    return unprocessable("phone_exists", text)


def sends_no_sms() -> AuthProblem:
    """422 `sms_send_failed`: nothing here reaches a phone."""
    return unprocessable("sms_send_failed", "This server sends no SMS")
