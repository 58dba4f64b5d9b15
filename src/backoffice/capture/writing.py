"""One statement as `service_role` in one transaction, tried again when others are to blame.

What PostgreSQL aborts because of others (deadlock, serialization, lock timeout, a lost connection)
is tried again, for everything that is written here is idempotent.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
import structlog

from backoffice.database import SERVICE, Database, Row, sqlstate
from backoffice.errors import NotFound, Problem, Unavailable

log = structlog.get_logger("backoffice.capture")

MAX_ATTEMPTS: Final = 6
_BE_SERVICE: Final = (
    "select set_config('role', %s, true), set_config('statement_timeout', '30s', true),"
    " set_config('lock_timeout', '10s', true)"
)
_TRANSIENT: Final = frozenset({"40001", "40P01", "55P03", "08006", "57P01"})
_UNAVAILABLE_CLASSES: Final = ("08", "53", "57", "58")
_IMPOSSIBLE_CLASSES: Final = ("21", "22", "23", "54")


class ImpossibleDataError(Exception):
    """PostgreSQL refuses the data itself; sending it again would change nothing."""


@dataclass(slots=True)
class Writer:
    """Runs at most `writers` transactions at a time.

    The rest of the pool stays free for people who read while a site is busy.
    """

    database: Database
    writers: int
    patience: float = 5.0
    _turns: asyncio.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.writers)

    async def run(self, query: str, params: list[Any]) -> list[Row]:
        """The rows of `query`, once its transaction has committed.

        Raises `ImpossibleDataError`, `NotFound` (PT404), another `Problem` for what the database
        refuses, `Unavailable` when it is busy or gone.
        """
        try:
            async with asyncio.timeout(self.patience):
                await self._turns.acquire()
        except TimeoutError as error:
            raise busy() from error
        try:
            return await self._retried(query.encode(), params)
        finally:
            self._turns.release()

    async def _retried(self, query: bytes, params: list[Any]) -> list[Row]:
        for tried in range(1, MAX_ATTEMPTS + 1):
            try:
                return await self._transaction(query, params)
            except psycopg.Error as error:
                if sqlstate(error) not in _TRANSIENT:
                    raise _problem(error) from error
                if tried == MAX_ATTEMPTS:
                    raise busy() from error
            await asyncio.sleep(random.uniform(0.005, 0.02) * 2**tried)  # noqa: S311 - jitter
        raise AssertionError("unreachable")

    async def _transaction(self, query: bytes, params: list[Any]) -> list[Row]:
        async with self.database.connection() as connection:
            try:
                # One round trip: locks are held while PostgreSQL works, not while this waits.
                async with connection.pipeline(), connection.transaction():
                    await connection.execute(_BE_SERVICE, [SERVICE])
                    cursor = await connection.execute(query, params)
                return await cursor.fetchall()
            except psycopg.Error:
                if not connection.closed:
                    await connection.rollback()
                raise


def _problem(error: psycopg.Error) -> Exception:
    state = sqlstate(error)
    if state == "PT404":
        return NotFound("no such conversation", field="conversation_id")
    if state.startswith("PT") and state[2:].isdigit():
        return Problem(
            error.diag.message_primary or "refused", status=int(state[2:]), code="refused"
        )
    if state[:2] in _UNAVAILABLE_CLASSES:
        return busy()
    if state[:2] in _IMPOSSIBLE_CLASSES:
        # Without the message, which quotes what the visitor wrote.
        log.warning("refused by the database", sqlstate=state, column=error.diag.column_name)
        return ImpossibleDataError(state)
    return error


def busy() -> Unavailable:
    """The answer to a sender who should come again."""
    return Unavailable(
        "The database is busy or unreachable; send the same again.", headers={"Retry-After": "1"}
    )
