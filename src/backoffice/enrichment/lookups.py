"""Asking outside services about addresses while their events are in flight.

An address is never stored, and services know nothing else to ask by. So the process that takes an
event in holds its address in memory until it has asked, in a queue of bounded length, and keeps
what it learns under the keyed hash. A process that ends forgets the addresses it had not asked
about; the visitor's next event brings them back. See decision 12.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import httpx
import orjson
import psycopg
import structlog

from backoffice.addresses import parse_address
from backoffice.background import end_tasks
from backoffice.database import Database
from backoffice.enrichment.services.base import TIMEOUT, Found, Service, ServiceError, SpentError
from backoffice.enrichment.services.enrich_so import EnrichSo
from backoffice.enrichment.services.snitcher import Snitcher
from backoffice.errors import BackofficeError
from backoffice.settings import Settings
from backoffice.state import State

MOST_WAITING: Final = 1000
"""Addresses that may wait; beyond that new ones are let go."""

REMEMBERED: Final = 20_000
REMEMBERED_SECONDS: Final = 3600.0
WORKERS: Final = 4
ASK_AGAIN_AFTER: Final = timedelta(days=30)
"""How long "unknown" holds."""

_NEEDED: Final = "select private.needs_address_lookup(%s, %s, %s, %s)"
_SPEND: Final = "select private.spend_provider_call(%s, %s, %s)"
_RECORD: Final = "select private.record_address_answer(%s, %s, %s, %s::jsonb, %s::jsonb, %s)"

log = structlog.get_logger("backoffice.enrichment")


@dataclass(frozen=True, slots=True)
class Place:
    """An address in memory, for as long as it takes to ask about it."""

    site_domain: str
    ip_hash: str
    address: str = field(repr=False)


@dataclass(slots=True)
class Lookups:
    """Asks services in order, until one knows. Each costs a call of its daily budget."""

    database: Database
    services: Sequence[Service]
    daily_budget: int
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _waiting: asyncio.Queue[Place] = field(init=False, repr=False)
    _seen: OrderedDict[str, float] = field(default_factory=OrderedDict, repr=False)

    def __post_init__(self) -> None:
        self._waiting = asyncio.Queue(MOST_WAITING)

    def notice(self, site_domain: str, address: str, ip_hash: str) -> None:
        """An event came from an address. Returns at once; private addresses are nobody's."""
        if not self.services or not self._is_new(f"{site_domain} {ip_hash}"):
            return
        parsed = parse_address(address)
        if parsed is None or not parsed.is_global:
            return
        with contextlib.suppress(asyncio.QueueFull):
            self._waiting.put_nowait(Place(site_domain, ip_hash, address))

    @property
    def waiting(self) -> int:
        """How many addresses wait."""
        return self._waiting.qsize()

    async def drain(self) -> None:
        """Ask about everything that waits."""
        while not self._waiting.empty():
            await self._settle(self._waiting.get_nowait())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask in the background while the block runs."""
        if not self.services:
            yield
            return
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work()) for _ in range(WORKERS)]
            try:
                yield
            finally:
                await end_tasks(*workers)
                for service in self.services:
                    await service.client.aclose()

    async def _work(self) -> None:
        while True:
            await self._settle(await self._waiting.get())

    async def _settle(self, place: Place) -> None:
        try:
            await self.ask(place)
        except (psycopg.Error, BackofficeError) as error:
            log.warning("an address was not looked up", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - others wait, and a trace may hold the address
            log.error("an address was not looked up", error=type(error).__name__)

    async def ask(self, place: Place) -> None:
        """Ask the services about one address, unless somebody there is known already."""
        for service in self.services:
            if service.is_paused:
                continue
            now = self.now()
            since = now - ASK_AGAIN_AFTER
            known = [place.site_domain, place.ip_hash, service.name]
            if not await self.database.fetch_value(_NEEDED, [*known, since]):
                continue
            budget = [service.name, now.date(), self.daily_budget]
            spend = partial(self.database.fetch_value, _SPEND, budget)
            try:
                found = await service.find(place.address, spend)
            except SpentError as error:
                log.info(str(error), provider=service.name)
                continue
            except ServiceError as error:
                # Its own words carry no address; the cause's may.
                log.warning("no answer from a service", provider=service.name, error=str(error))
                continue
            await self._record(place, service, found, now)

    async def _record(
        self, place: Place, service: Service, found: Found, asked_at: datetime
    ) -> None:
        company = orjson.dumps(found.company).decode() if found.company else None
        raw = orjson.dumps(found.raw).decode() if found.raw else None
        await self.database.fetch_value(
            _RECORD, [place.site_domain, place.ip_hash, service.name, company, raw, asked_at]
        )

    def _is_new(self, key: str) -> bool:
        """Whether the place was not noticed in the last hour."""
        now = self.clock()
        if (seen := self._seen.get(key)) is not None and now - seen < REMEMBERED_SECONDS:
            return False
        self._seen[key] = now
        self._seen.move_to_end(key)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True


def lookups_of(state: State) -> Lookups:
    """The look-ups of a process, as its settings say."""
    services = services_of(state.settings, http_client())
    return Lookups(state.database, services, state.settings.enrichment_daily_budget)


def services_of(settings: Settings, client: httpx.AsyncClient) -> list[Service]:
    """The services whose keys are configured, the surest first."""
    services: list[Service] = []
    if settings.snitcher_api_key:
        snitcher = Snitcher(settings.snitcher_url.rstrip("/"))
        services.append(Service(snitcher, settings.snitcher_api_key.get_secret_value(), client))
    if settings.enrich_so_api_key:
        enrich_so = EnrichSo(settings.enrich_so_url.rstrip("/"))
        services.append(Service(enrich_so, settings.enrich_so_api_key.get_secret_value(), client))
    return services


def http_client() -> httpx.AsyncClient:
    """A client for the services: it follows no redirect, which would take the key elsewhere."""
    return httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
