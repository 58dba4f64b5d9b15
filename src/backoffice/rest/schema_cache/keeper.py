"""Keeps the schema cache fresh.

It is read again on `NOTIFY pgrst`, which Supabase's event triggers send on every DDL, and, where no
notification comes, because the catalogue's signature is compared every few seconds and before a
request is told that something does not exist.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import psycopg
import structlog
from psycopg import AsyncConnection, sql

from backoffice.background import end_tasks
from backoffice.database import Database
from backoffice.errors import Unavailable
from backoffice.rest.config import RestConfig
from backoffice.rest.errors import no_schema_cache
from backoffice.rest.schema_cache.load import load, signature
from backoffice.rest.schema_cache.types import SchemaCache

_POLL_SECONDS = 5.0
_RETRY_SECONDS = 1.0
# What a miss costs is bounded: at most one look at the catalogue in this time.
_MISS_SECONDS = 0.5

log = structlog.get_logger(__name__)


class SchemaCacheKeeper:
    """Owns the current `SchemaCache`."""

    def __init__(
        self,
        database: Database,
        config: RestConfig,
        reconfigure: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._config = config
        self._reconfigure = reconfigure
        self._current: SchemaCache | None = None
        self._lock = asyncio.Lock()
        self._checked = 0.0
        self._outdated = False
        self.loads = self.failures = 0
        self.load_seconds = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Listen and poll, until `stop`."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._poll())]
            if self._config.channel is not None:
                self._tasks.append(asyncio.create_task(self._listen(self._config.channel)))

    async def stop(self) -> None:
        """End the background tasks."""
        tasks, self._tasks = self._tasks, []
        await end_tasks(*tasks)

    @property
    def current(self) -> SchemaCache | None:
        """The cache, if it was read already."""
        return self._current

    @property
    def is_ready(self) -> bool:
        """Whether the cache was read, and nobody waits for it to be read anew."""
        return self._current is not None and not self._outdated

    async def get(self) -> SchemaCache:
        """The cache, read now if it was not yet. Raises PGRST002."""
        if self._current is None:
            async with self._lock:
                if self._current is None:
                    try:
                        await self._load()
                    except (psycopg.Error, Unavailable) as error:
                        log.error("schema_cache_unreadable", error=str(error))
                        raise no_schema_cache() from error
        assert self._current is not None
        return self._current

    async def refreshed(self) -> bool:
        """Look whether the catalogue changed, and read it if so; whether it did."""
        if time.monotonic() - self._checked < _MISS_SECONDS:
            return False
        try:
            return await self._reload_if_changed()
        except (psycopg.Error, Unavailable):
            return False

    async def reload(self) -> None:
        """Read the catalogue now, changed or not; what was read before stays if that fails."""
        self._outdated = True
        await self._reload_if_changed(always=True)

    async def _load(self) -> None:
        began = time.monotonic()
        try:
            async with self._database.connection() as connection:
                self._current = await load(connection, self._config)
        except (psycopg.Error, Unavailable):
            self.failures += 1
            raise
        self._outdated = False
        self._checked = time.monotonic()
        self.load_seconds = self._checked - began
        self.loads += 1
        log.debug("schema_cache_read", milliseconds=round(self.load_seconds * 1000, 1))

    async def _reload_if_changed(self, *, always: bool = False) -> bool:
        async with self._lock:
            async with self._database.connection() as connection:
                found = await signature(connection, self._config)
            self._checked = time.monotonic()
            if not always and self._current is not None and found == self._current.signature:
                return False
            await self._load()
            return True

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            if self._current is not None:
                with contextlib.suppress(psycopg.Error, Unavailable):
                    await self._reload_if_changed(always=self._outdated)

    async def _listen(self, channel: str) -> None:
        while True:
            try:
                await self._listen_once(channel)
            except (psycopg.Error, OSError, Unavailable) as error:
                log.info("schema_cache_listener_lost", error=str(error))
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen_once(self, channel: str) -> None:
        connection = await AsyncConnection.connect(self._database.conninfo, autocommit=True)
        async with connection:
            await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
            async for notification in connection.notifies():
                log.info("notified", channel=channel, payload=notification.payload)
                if notification.payload in ("", "reload schema"):
                    await self.reload()
                elif notification.payload == "reload config" and self._reconfigure:
                    await self._reconfigure()
