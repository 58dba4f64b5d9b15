"""What comes with every request and is worth a write now and then: noted, and written seldom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
import structlog
from psycopg.abc import QueryNoTemplate
from psycopg.types.json import Jsonb

from backoffice.background import end_tasks
from backoffice.database import Database
from backoffice.errors import Unavailable

WRITE_SECONDS: Final = 3.0
REPEAT_SECONDS: Final = 60.0
MAX_REMEMBERED: Final = 10_000

log = structlog.get_logger(__name__)


class SeldomWritten:
    """Notes of keys; the same of a key again is written once a minute at most.

    `query` takes the notes as one JSON array; `what` names them in the log.
    """

    def __init__(self, database: Database, query: QueryNoTemplate, what: str) -> None:
        self.database = database
        self._query = query
        self._what = what
        self._seen: dict[Hashable, tuple[Hashable, float]] = {}
        self._waiting: dict[Hashable, Mapping[str, Any]] = {}

    def is_news(self, key: Hashable, value: Hashable = None) -> bool:
        """Whether `value` of `key` is to be written; it is not again for a minute."""
        now = time.monotonic()
        seen = self._seen.get(key)
        if seen is not None and seen[0] == value and now - seen[1] < REPEAT_SECONDS:
            return False
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen.clear()
        self._seen[key] = (value, now)
        return True

    def put(self, key: Hashable, note: Mapping[str, Any]) -> None:
        """Have a note written with the next ones, in place of one of the same key that waits."""
        self._waiting[key] = note

    async def write(self) -> None:
        """Write what is waiting; what cannot be written waits on."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        written = False
        try:
            await self.database.fetch_value(self._query, [Jsonb(list(waiting.values()))])
            written = True
        except (psycopg.Error, OSError, Unavailable) as error:
            log.warning("notes_unwritten", what=self._what, error=str(error))
        finally:
            if not written:
                self._waiting = waiting | self._waiting

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write every few seconds for as long as the block runs, and at its end."""
        task = asyncio.create_task(self._write_on())
        try:
            yield
        finally:
            await end_tasks(task)
            await self.write()

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()
