"""Who downloaded which version last: noted in memory, written seldom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import structlog
from psycopg.types.json import Jsonb

from backoffice.database import Database
from backoffice.errors import Unavailable

WRITE_SECONDS: Final = 3.0
REPEAT_SECONDS: Final = 60.0
MAX_REMEMBERED: Final = 10_000
_WRITE: Final = "select private.note_config_fetches(%s)"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Fetches:
    """Notes downloads; the same version again is written once a minute at most."""

    database: Database
    _seen: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict, repr=False)
    _waiting: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict, repr=False)

    def note(self, site_domain: str, consumer: str, version: str) -> None:
        """`consumer` ("widget", or an agent) downloaded a version. Returns at once."""
        now = time.monotonic()
        seen = self._seen.get((site_domain, consumer))
        if seen is not None and seen[0] == version and now - seen[1] < REPEAT_SECONDS:
            return
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen.clear()
        self._seen[site_domain, consumer] = (version, now)
        self._waiting[site_domain, consumer] = {
            "site_domain": site_domain,
            "consumer": consumer,
            "version": version,
            "fetched_at": datetime.now(UTC).isoformat(),
        }

    async def write(self) -> None:
        """Write what is waiting; what cannot be written waits on."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            await self.database.fetch_value(_WRITE, [Jsonb(list(waiting.values()))])
        except (psycopg.Error, OSError, Unavailable) as error:
            log.warning("config_fetches_unwritten", error=str(error))
            self._waiting = waiting | self._waiting

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write every few seconds for as long as the block runs, and at its end."""
        task = asyncio.create_task(self._write_on())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.write()

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()
