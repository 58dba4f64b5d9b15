"""Events, conversations and messages into PostgreSQL: one statement and one transaction a batch.

Nothing is acknowledged before its transaction has committed. What PostgreSQL aborts because of
others (deadlock, serialization, lock timeout, a lost connection) is tried again, for everything
here is idempotent; what it cannot hold is found by halving the batch, so that one impossible event
takes no other with it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson
import psycopg
import structlog
from psycopg import AsyncConnection

from backoffice.capture.events import Event
from backoffice.database import SERVICE, Database, RequestContext, Row, sqlstate
from backoffice.errors import NotFound, Problem, Unavailable

T = TypeVar("T")

log = structlog.get_logger("backoffice.capture")

MAX_ATTEMPTS: Final = 6
_CONTEXT: Final = RequestContext(
    role=SERVICE, settings={"statement_timeout": "30s", "lock_timeout": "10s"}
)
_TRANSIENT: Final = frozenset({"40001", "40P01", "55P03", "08006", "57P01"})
_UNAVAILABLE_CLASSES: Final = ("08", "53", "57", "58")
_IMPOSSIBLE_CLASSES: Final = ("21", "22", "23", "54")
_CAPTURE: Final = "select uuid, status from private.capture_events(%s, %s::jsonb)"
_PUT_CONVERSATION: Final = "select id, created from private.put_conversation(%s, %s, %s::jsonb)"
_ADD_MESSAGES: Final = "select id, status from private.add_messages(%s, %s, %s::jsonb)"
_SENT_AT: Final = (
    "select id, sent_at from public.messages"
    " where site_domain = %s and conversation_id = %s and id = any(%s::uuid[])"
)
_PATCH_CONVERSATION: Final = "select id from private.patch_conversation(%s, %s, %s::jsonb)"


class ImpossibleDataError(Exception):
    """PostgreSQL refuses the data itself; sending it again would change nothing."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: new events, ones known before, and ids of ones nothing can store."""

    stored: int = 0
    duplicates: int = 0
    impossible: tuple[str, ...] = ()

    def __add__(self, other: Stored) -> Stored:
        return Stored(
            self.stored + other.stored,
            self.duplicates + other.duplicates,
            self.impossible + other.impossible,
        )


@dataclass(slots=True)
class Store:
    """Writes as `service_role`, with at most `writers` transactions at a time.

    The rest of the pool stays free for people who read while a site is busy.
    """

    database: Database
    writers: int
    patience: float = 5.0
    _turns: asyncio.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.writers)

    async def capture(self, site_domain: str, events: Sequence[Event]) -> Stored:
        """Store a batch of at most a few hundred events. Raises `Unavailable`."""
        batch = orjson.dumps(events).decode()
        try:
            rows = await self._run(_CAPTURE, [site_domain, batch])
        except ImpossibleDataError:
            if len(events) == 1:
                return Stored(impossible=(events[0].uuid,))
            half = len(events) // 2
            first = await self.capture(site_domain, events[:half])
            return first + await self.capture(site_domain, events[half:])
        stored = sum(1 for row in rows if row[1] == "stored")
        return Stored(stored=stored, duplicates=len(events) - stored)

    async def put_conversation(
        self, site_domain: str, conversation_id: UUID, content: dict[str, Any]
    ) -> bool:
        """Create or complete a conversation; whether it is new."""
        rows = await self._run(
            _PUT_CONVERSATION, [site_domain, conversation_id, orjson.dumps(content).decode()]
        )
        return bool(rows[0][1])

    async def add_messages(
        self, site_domain: str, conversation_id: UUID, messages: list[dict[str, Any]]
    ) -> dict[UUID, str]:
        """What became of each message by id: stored, duplicate or edited. Raises `NotFound`.

        A message without `sent_at` gets the time it was first stored with, or now.
        """
        undated = [message for message in messages if "sent_at" not in message]
        if undated:
            rows = await self._run(
                _SENT_AT, [site_domain, conversation_id, [message["id"] for message in undated]]
            )
            date_messages(undated, {str(row[0]): row[1] for row in rows}, datetime.now(UTC))
        rows = await self._run(
            _ADD_MESSAGES, [site_domain, conversation_id, orjson.dumps(messages).decode()]
        )
        return {row[0]: row[1] for row in rows}

    async def patch_conversation(
        self, site_domain: str, conversation_id: UUID, changes: dict[str, Any]
    ) -> None:
        """Change flags of a conversation. Raises `NotFound`."""
        rows = await self._run(
            _PATCH_CONVERSATION, [site_domain, conversation_id, orjson.dumps(changes).decode()]
        )
        if not rows:
            raise NotFound("no such conversation", field="conversation_id")

    async def _run(self, query: str, params: list[Any]) -> list[Row]:
        try:
            async with asyncio.timeout(self.patience):
                await self._turns.acquire()
        except TimeoutError as error:
            raise _busy() from error
        try:
            return await _retried(lambda: self._transaction(query, params))
        finally:
            self._turns.release()

    async def _transaction(self, query: str, params: list[Any]) -> list[Row]:
        async with self.database.transaction(_CONTEXT) as connection:
            return await _fetch(connection, query, params)


def date_messages(
    messages: list[dict[str, Any]], known: dict[str, datetime], now: datetime
) -> None:
    """Give each message the time it is `known` by, else `now`, in the order they came."""
    for position, message in enumerate(messages):
        message["sent_at"] = known.get(message["id"], now + timedelta(microseconds=position))


async def _fetch(connection: AsyncConnection[Row], query: str, params: list[Any]) -> list[Row]:
    cursor = await connection.execute(query.encode(), params)
    return await cursor.fetchall()


async def _retried(attempt: Callable[[], Coroutine[Any, Any, T]]) -> T:
    for tried in range(1, MAX_ATTEMPTS + 1):
        try:
            return await attempt()
        except psycopg.Error as error:
            if sqlstate(error) not in _TRANSIENT:
                raise _problem(error) from error
            if tried == MAX_ATTEMPTS:
                raise _busy() from error
        await asyncio.sleep(random.uniform(0.005, 0.02) * 2**tried)  # noqa: S311 - jitter
    raise AssertionError("unreachable")


def _problem(error: psycopg.Error) -> Exception:
    state = sqlstate(error)
    if state == "PT404":
        return NotFound("no such conversation", field="conversation_id")
    if state.startswith("PT") and state[2:].isdigit():
        return Problem(
            error.diag.message_primary or "refused", status=int(state[2:]), code="refused"
        )
    if state[:2] in _UNAVAILABLE_CLASSES:
        return _busy()
    if state[:2] in _IMPOSSIBLE_CLASSES:
        # Without the message, which quotes what the visitor wrote.
        log.warning("refused by the database", sqlstate=state, column=error.diag.column_name)
        return ImpossibleDataError(error.diag.message_primary or state)
    return error


def _busy() -> Unavailable:
    return Unavailable(
        "The database is busy or unreachable; send the same again.", headers={"Retry-After": "1"}
    )
