"""What websites download, ready to be sent, in the memory of this process.

A save says so on the channel `content_changed`; besides, versions are compared every second, for a
notification that was lost. While the database is away, what was read last is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import psycopg
import structlog
from psycopg import AsyncConnection

from backoffice.background import end_tasks
from backoffice.database import Database
from backoffice.errors import NotFound, Unavailable
from backoffice.metrics import WIDGET_CONFIGS

CHANNEL: Final = "content_changed"
CHECK_SECONDS: Final = 0.8
RETRY_SECONDS: Final = 1.0
MAX_SITES: Final = 2000
MAX_ORIGINS: Final = 100
_READ: Final = "select widget, agent, version, hosts from private.content_to_deliver(%s)"
_VERSIONS: Final = "select site_domain, version from private.content_versions_of(%s)"
_AWAY: Final = (psycopg.Error, OSError, Unavailable)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Body:
    """A document as it is sent, plain and compressed."""

    plain: bytes
    gzipped: bytes
    etag: str

    @classmethod
    def of(cls, document: Any) -> Body:
        """A JSON document."""
        plain = orjson.dumps(document)
        # Weak, since both forms have the same one.
        return cls(plain, gzip.compress(plain, 6), f'W/"{sha256(plain).hexdigest()[:24]}"')


@dataclass(slots=True)
class Delivery:
    """What one website downloads."""

    version: str
    widget: Body
    agent: Body
    agents: frozenset[str]
    hosts: frozenset[str]
    is_fresh: bool = True
    _origins: dict[str, bool] = field(default_factory=dict, repr=False)

    def allows(self, origin: str) -> bool:
        """Whether pages of an origin may read the widget's document: the website's own."""
        known = self._origins.get(origin)
        if known is None:
            known = _host_of(origin) in self.hosts
            if len(self._origins) < MAX_ORIGINS:
                self._origins[origin] = known
        return known


def _host_of(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("https", "http") else None


@dataclass(slots=True)
class DeliveryCache:
    """Reads each website's documents once for each change of them."""

    database: Database
    _known: OrderedDict[str, Delivery] = field(default_factory=OrderedDict, repr=False)
    _asked: dict[str, asyncio.Task[Delivery]] = field(default_factory=dict, repr=False)
    _outdated: set[str] = field(default_factory=set, repr=False)

    async def get(self, site_domain: str) -> Delivery:
        """What a website downloads now. Raises `NotFound`."""
        known = self._known.get(site_domain)
        if known is not None and known.is_fresh:
            WIDGET_CONFIGS.add("hit")
            return known
        WIDGET_CONFIGS.add("miss")
        task = self._asked.get(site_domain)
        if task is None:
            task = asyncio.create_task(self._read(site_domain))
            self._asked[site_domain] = task
            task.add_done_callback(lambda _: self._asked.pop(site_domain, None))
        try:
            return await asyncio.shield(task)
        except _AWAY as error:
            if known is None:
                raise
            log.warning("content_unreadable", site_domain=site_domain, error=str(error))
            return known

    def forget(self, site_domain: str) -> None:
        """Read a website's documents again before they are next sent; `*` is every website's."""
        sites = [*self._known, *self._asked] if site_domain == "*" else [site_domain]
        for site in sites:
            if site in self._known:
                self._known[site].is_fresh = False
            # What is being read may be from before the change.
            if site in self._asked:
                self._outdated.add(site)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen and compare for as long as the block runs."""
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._compare())]
        try:
            yield
        finally:
            await end_tasks(*tasks)

    async def _read(self, site_domain: str) -> Delivery:
        while True:
            self._outdated.discard(site_domain)
            row = await self.database.fetch_one(_READ, [site_domain])
            if site_domain not in self._outdated:
                break
        if row is None:
            self._known.pop(site_domain, None)
            raise NotFound("There is no such website.")
        widget, agent, version, hosts = row
        delivery = Delivery(
            version=version,
            # Of a website with much to say, this takes long enough to be in everybody's way.
            widget=await asyncio.to_thread(Body.of, widget),
            agent=await asyncio.to_thread(Body.of, agent),
            agents=frozenset(agent["agents"]),
            hosts=frozenset(hosts),
        )
        self._known[site_domain] = delivery
        self._known.move_to_end(site_domain)
        while len(self._known) > MAX_SITES:
            self._known.popitem(last=False)
        return delivery

    async def _compare(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if sites := [site for site, known in self._known.items() if known.is_fresh]:
                with contextlib.suppress(*_AWAY):
                    for site, version in await self.database.fetch_all(_VERSIONS, [sites]):
                        if site in self._known and self._known[site].version != version:
                            self.forget(site)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except _AWAY as error:
                log.info("content_listener_lost", error=str(error))
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self) -> None:
        connection = await AsyncConnection.connect(self.database.conninfo, autocommit=True)
        async with connection:
            await connection.execute(f"listen {CHANNEL}")
            # What was said before is lost.
            self.forget("*")
            async for notification in connection.notifies():
                self.forget(notification.payload)
