"""Changing an address, confirmed from the new one and, as configured, from the old."""

from __future__ import annotations

from psycopg import AsyncConnection

from backoffice.auth import audit
from backoffice.auth.accounts import email_exists, unique_accounts
from backoffice.auth.errors import forbidden
from backoffice.auth.links import forget_tokens
from backoffice.auth.queries import links as queries
from backoffice.auth.queries import users as user_queries
from backoffice.auth.users import User, email_taken
from backoffice.database import Row

HALF_CONFIRMED = (
    "Confirmation link accepted. Please proceed to confirm link sent to the other email"
)
CONFIRMED = 2


async def take_email(connection: AsyncConnection[Row], user: User, email: str) -> None:
    """Change the address without asking anybody. Raises 422 `email_exists`."""
    await connection.execute(
        queries.START_EMAIL_CHANGE,
        {"user_id": user.id, "email_change": email, "confirmations": CONFIRMED - 1},
    )
    await confirm_email_change(connection, user)


async def confirm_email_change(connection: AsyncConnection[Row], user: User) -> bool:
    """Count one confirmation; true once the address is changed.

    Raises 403 `otp_expired` without a pending change, 422 `email_exists` when somebody else took
    the address meanwhile.
    """
    cursor = await connection.execute(queries.CONFIRM_EMAIL_CHANGE, {"user_id": user.id})
    row = await cursor.fetchone()
    if row is None:
        raise forbidden("otp_expired", "Token has expired or is invalid")
    confirmations, new = row
    if confirmations < CONFIRMED:
        return False
    if await email_taken(connection, new, except_id=user.id):
        raise email_exists()
    async with unique_accounts():
        await connection.execute(queries.FINISH_EMAIL_CHANGE, {"user_id": user.id})
    await connection.execute(
        user_queries.PUT_EMAIL_IDENTITY, {"id": user.id, "email": new, "verified": True}
    )
    await connection.execute(user_queries.LIST_PROVIDERS, {"id": user.id})
    await forget_tokens(connection, user.id)
    await audit.record(connection, "user_modified", user)
    return True
