"""When keys came with requests: noted in memory, written seldom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
import structlog
from psycopg.types.json import Jsonb

from backoffice.database import Database
from backoffice.errors import Unavailable

WRITE_SECONDS: Final = 3.0
REPEAT_SECONDS: Final = 60.0
MAX_REMEMBERED: Final = 10_000
_WRITE: Final = "select private.note_key_uses(%s)"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class KeyUses:
    """Notes that keys were used; each one is written once a minute at most."""

    database: Database
    _seen: dict[UUID, float] = field(default_factory=dict, repr=False)
    _waiting: dict[UUID, dict[str, Any]] = field(default_factory=dict, repr=False)

    def note(self, site_domain: str, key: UUID) -> None:
        """`key` came with a request. Returns at once."""
        now = time.monotonic()
        seen = self._seen.get(key)
        if seen is not None and now - seen < REPEAT_SECONDS:
            return
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen.clear()
        self._seen[key] = now
        used_at = datetime.now(UTC).isoformat()
        self._waiting[key] = {"site_domain": site_domain, "id": str(key), "used_at": used_at}

    async def write(self) -> None:
        """Write what is waiting; what cannot be written waits on."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            await self.database.fetch_value(_WRITE, [Jsonb(list(waiting.values()))])
        except (psycopg.Error, OSError, Unavailable) as error:
            log.warning("key_uses_unwritten", error=str(error))
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
