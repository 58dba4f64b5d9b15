"""Second factors: enrolling an authenticator app, and raising a session to `aal2` with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row

from backoffice.auth import totp
from backoffice.auth.config import AuthConfig
from backoffice.auth.errors import forbidden, not_found, unprocessable
from backoffice.auth.queries import factors as queries
from backoffice.auth.queries import sessions as session_queries
from backoffice.auth.sessions import Granted, Session, find_session, rotate
from backoffice.auth.users import User
from backoffice.database import Row

MOST_FACTORS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One row of `auth.mfa_factors`; its secret never leaves the server again."""

    id: UUID
    friendly_name: str
    factor_type: str
    status: str
    secret: str | None

    @property
    def is_verified(self) -> bool:
        """Whether its owner ever proved it."""
        return self.status == "verified"


async def factors_of(connection: AsyncConnection[Row], user_id: UUID) -> Sequence[Factor]:
    """The user's factors, held until the transaction ends: two requests never both verify."""
    await connection.execute(queries.LOCK_USER, {"user_id": user_id})
    async with connection.cursor(row_factory=class_row(Factor)) as cursor:
        await cursor.execute(queries.OF_USER, {"user_id": user_id})
        return await cursor.fetchall()


async def find_factor(connection: AsyncConnection[Row], user_id: UUID, factor_id: str) -> Factor:
    """The user's own factor of that id.

    Raises 404 `mfa_factor_not_found` or `validation_failed`.
    """
    try:
        wanted = UUID(factor_id)
    except ValueError as error:
        raise not_found("validation_failed", "factor_id must be an UUID") from error
    for factor in await factors_of(connection, user_id):
        if factor.id == wanted:
            return factor
    raise not_found("mfa_factor_not_found", "Factor not found")


async def enrol(
    connection: AsyncConnection[Row], user: User, session: Session, friendly_name: str
) -> Factor:
    """A new factor, to be proved within five minutes.

    Raises 422 `mfa_factor_name_conflict` or `too_many_enrolled_mfa_factors`, and
    403 `insufficient_aal`.
    """
    await connection.execute(queries.DELETE_ABANDONED, {"user_id": user.id})
    existing = await factors_of(connection, user.id)
    if len(existing) >= MOST_FACTORS:
        raise unprocessable(
            "too_many_enrolled_mfa_factors",
            "Maximum number of verified factors reached, unenroll to continue",
        )
    if any(factor.friendly_name == friendly_name for factor in existing):
        raise _name_conflict(friendly_name)
    if any(factor.is_verified for factor in existing) and session.aal != "aal2":
        raise forbidden("insufficient_aal", "AAL2 required to enroll a new factor")
    factor = Factor(
        id=uuid4(),
        friendly_name=friendly_name,
        factor_type="totp",
        status="unverified",
        secret=totp.new_secret(),
    )
    try:
        await connection.execute(
            queries.INSERT,
            {
                "id": factor.id,
                "user_id": user.id,
                "friendly_name": friendly_name,
                "secret": factor.secret,
            },
        )
    except UniqueViolation as error:
        raise _name_conflict(friendly_name) from error
    return factor


async def rename(connection: AsyncConnection[Row], factor: Factor, friendly_name: str) -> None:
    """Give the factor another name. Raises 422 `mfa_factor_name_conflict`."""
    try:
        await connection.execute(queries.RENAME, {"id": factor.id, "friendly_name": friendly_name})
    except UniqueViolation as error:
        raise _name_conflict(friendly_name) from error


async def challenge(
    connection: AsyncConnection[Row], factor: Factor, config: AuthConfig
) -> tuple[UUID, int]:
    """A new challenge of `factor`: its id, and when it expires (Unix seconds)."""
    challenge_id = uuid4()
    await connection.execute(queries.DELETE_OLD_CHALLENGES, {"factor_id": factor.id})
    cursor = await connection.execute(
        queries.INSERT_CHALLENGE,
        {"id": challenge_id, "factor_id": factor.id, "lifetime": config.challenge_lifetime},
    )
    row = await cursor.fetchone()
    assert row is not None
    return challenge_id, row[0]


async def check_challenge(
    connection: AsyncConnection[Row], factor: Factor, challenge_id: UUID, config: AuthConfig
) -> None:
    """Raise 404 `mfa_factor_not_found` or 422 `mfa_challenge_expired` unless it is open."""
    cursor = await connection.execute(
        queries.LOCK_CHALLENGE,
        {"id": challenge_id, "factor_id": factor.id, "lifetime": config.challenge_lifetime},
    )
    row = await cursor.fetchone()
    if row is None:
        raise not_found(
            "mfa_factor_not_found", "MFA factor with the provided challenge ID not found"
        )
    is_used, is_expired = row
    if is_used or is_expired:
        raise unprocessable(
            "mfa_challenge_expired",
            f"MFA challenge {challenge_id} has expired, verify against another challenge or"
            " create a new challenge.",
        )


async def prove(
    connection: AsyncConnection[Row],
    session: Session,
    factor: Factor,
    challenge_id: UUID,
    code: str,
    *,
    user_agent: str | None,
    config: AuthConfig,
) -> Granted:
    """Raise `session` to `aal2`; every session below that ends.

    Raises 422 `mfa_verification_failed` for a wrong code, and for one that was used before.
    """
    step = totp.matching_step(factor.secret or "", code)
    if step is None:
        raise _wrong_code()
    used = await connection.execute(queries.USE_STEP, {"id": challenge_id, "step": step})
    if await used.fetchone() is None:
        raise _wrong_code()
    await connection.execute(queries.MARK_VERIFIED, {"id": factor.id})
    ids = {"id": factor.id, "user_id": session.user_id}
    await connection.execute(queries.DELETE_OTHER_UNVERIFIED, ids)
    await connection.execute(queries.RAISE_SESSION, {"id": session.id, "factor_id": factor.id})
    await connection.execute(
        session_queries.INSERT_METHOD, {"session_id": session.id, "method": "totp"}
    )
    await connection.execute(
        queries.DELETE_LOWER_SESSIONS, {"id": session.id, "user_id": session.user_id}
    )
    cursor = await connection.execute(queries.ACTIVE_REFRESH_TOKEN, {"session_id": session.id})
    active = await cursor.fetchone()
    raised = await find_session(connection, session.id)
    if active is None or raised is None:
        raise forbidden("session_not_found", "Session from session_id claim in JWT does not exist")
    refresh_token = await rotate(
        connection, raised, active[0], user_agent=user_agent, config=config
    )
    assert refresh_token is not None
    return Granted(raised, refresh_token)


async def unenrol(connection: AsyncConnection[Row], factor: Factor) -> None:
    """Take a factor away, and with it what it proved."""
    await connection.execute(queries.LOWER_SESSIONS, {"id": factor.id})
    await connection.execute(queries.DELETE, {"id": factor.id})


def _name_conflict(friendly_name: str) -> Exception:
    return unprocessable(
        "mfa_factor_name_conflict",
        f'A factor with the friendly name "{friendly_name}" for this user already exists',
    )


def _wrong_code() -> Exception:
    return unprocessable("mfa_verification_failed", "Invalid TOTP code entered")
