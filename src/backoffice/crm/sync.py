"""A run from its beginning, or from where it was interrupted, to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import orjson
import psycopg
import structlog

from backoffice.crm.changes import Changes
from backoffice.crm.client import HubSpot
from backoffice.crm.dry_run import DryRun
from backoffice.crm.failures import (
    HubSpotError,
    LaterError,
    MissingScopeError,
    NotConnectedError,
    RevokedError,
)
from backoffice.crm.mapping import FieldMapping, read_mapping
from backoffice.crm.oauth import OAuthApp
from backoffice.crm.reading import Reader
from backoffice.crm.records import Records
from backoffice.crm.runs import STALE_AFTER, Run, StoppedError
from backoffice.crm.sending import Sender
from backoffice.crm.tokens import TokenStore
from backoffice.database import Database
from backoffice.errors import Problem, Unavailable
from backoffice.state import State

OVERLAP: Final = timedelta(days=1)
"""What a visit sets off (enrichment, analysis) is done within a day of it."""

log = structlog.get_logger("backoffice.crm")

_CONNECTION: Final = (
    "select portal_id, scopes, pushed_until, compared_at, pull_cursors"
    " from public.crm_connections where site_domain = %s"
)
MAPPING: Final = (
    "select version, fields, push_notes, push_companies from public.crm_mappings"
    " where site_domain = %s"
)
_FAILED: Final = (
    "select object, local_id from public.crm_failures"
    " where site_domain = %s and resolved_at is null and (%s::jsonb is null or exists ("
    " select 1 from jsonb_to_recordset(%s::jsonb) as asked (object text, local_id uuid)"
    " where asked.object = crm_failures.object and asked.local_id = crm_failures.local_id))"
)


@dataclass(frozen=True, slots=True)
class Connection:
    """What a run needs to know of a connection."""

    portal_id: int
    scopes: tuple[str, ...]
    pushed_until: datetime | None
    compared_at: datetime | None
    pull_cursors: dict[str, str]


async def read_connection(database: Database, site_domain: str) -> Connection:
    """The connection of a website. Raises `NotConnectedError`."""
    row = await database.fetch_one(_CONNECTION, [site_domain])
    if row is None:
        raise NotConnectedError("HubSpot is not connected.")
    return Connection(row[0], tuple(row[1]), row[2], row[3], row[4])


async def mapping_of(database: Database, site_domain: str) -> FieldMapping:
    """What holds for a website."""
    return read_mapping(await database.fetch_one(MAPPING, [site_domain]))


@dataclass(frozen=True, slots=True)
class Syncs:
    """Runs, for whoever has the state; `transport` and `sleep` are given by tests."""

    state: State
    http: httpx.AsyncClient
    transport: httpx.AsyncBaseTransport | None = None
    sleep: Callable[[float], Awaitable[None]] | None = None

    @property
    def database(self) -> Database:
        """Where everything is kept."""
        return self.state.database

    def tokens(self, site_domain: str) -> TokenStore:
        """A website's tokens. Raises `NotConfigured`."""
        app = OAuthApp.of(self.state.settings, self.transport)
        return TokenStore(self.database, self.state.vault, app, site_domain)

    def hubspot(self, site_domain: str) -> HubSpot:
        """A website's HubSpot. Raises `NotConfigured`."""
        url = self.state.settings.hubspot_url.rstrip("/")
        given = {"sleep": self.sleep} if self.sleep else {}
        return HubSpot(self.database, self.tokens(site_domain), self.http, url, **given)

    async def run(
        self, site_domain: str, run_id: UUID, stale: timedelta = STALE_AFTER
    ) -> datetime | None:
        """Do a run, unless another worker does; gives when to go on, if it has to wait."""
        run = await Run.claimed(self.database, site_domain, run_id, stale)
        if run is None:
            return None
        try:
            await self._do(run)
            await run.finish("done")
        except StoppedError:
            log.info("run was stopped", site=site_domain, run=str(run_id))
        except LaterError as error:
            resume_at: datetime | None = await _unless_stopped(
                run.postpone(str(error), error.seconds)
            )
            return resume_at
        except (psycopg.OperationalError, Unavailable) as error:
            log.warning("the database went away", site=site_domain, error=type(error).__name__)
            return await self._postpone_when_back(run)
        except MissingScopeError as error:
            told = f"The connection does not allow this. Connect again to allow it. ({error})"
            await _unless_stopped(run.finish("failed", told))
        except (NotConnectedError, RevokedError, HubSpotError, Problem) as error:
            await _unless_stopped(run.finish("failed", str(error)))
        except Exception:
            told = "Something went wrong on our side; the server's log says what."
            await _unless_stopped(run.finish("failed", told))
            raise
        return None

    async def _postpone_when_back(self, run: Run) -> datetime | None:
        """The run goes on later; while the database is away, as if its worker had died."""
        with suppress(psycopg.OperationalError, Unavailable):
            # Whatever broke this connection broke the idle ones, too.
            await self.database.pool.check()
            resume_at: datetime | None = await _unless_stopped(
                run.postpone("The database went away.", None)
            )
            return resume_at
        return None

    async def _do(self, run: Run) -> None:
        connection = await read_connection(self.database, run.site_domain)
        mapping = await mapping_of(self.database, run.site_domain)
        records = Records(self.database, run.site_domain, self.state.settings.url)
        hubspot = self.hubspot(run.site_domain)
        if connection.compared_at is None and run.kind != "retry":
            run.is_full = True
        pushed = connection.pushed_until
        since = None if run.is_full or run.kind == "retry" or not pushed else pushed - OVERLAP
        if run.kind == "dry_run":
            await DryRun(hubspot, records, mapping, run, since).look()
            return
        sender = Sender(hubspot, records, mapping, run, since)
        if run.kind == "retry":
            await self._retry(sender, run)
            return
        if run.total is None:
            contacts, companies = await records.count(since)
            run.total = contacts + (companies if mapping.push_companies else 0)
        app_url = self.state.settings.hubspot_app_url.rstrip("/")
        reader = Reader(
            hubspot,
            run,
            connection.scopes,
            connection.pull_cursors,
            f"{app_url}/contacts/{connection.portal_id}",
        )
        await _phases(
            run,
            {
                "properties": sender.make_properties,
                "companies": sender.send_companies if mapping.push_companies else _nothing,
                "contacts": sender.send_contacts,
                "reading": reader.read,
            },
        )

    async def _retry(self, sender: Sender, run: Run) -> None:
        """Only failed records: those asked for, or all of them."""
        asked = None if run.records is None else _json(run.records)
        rows = await self.database.fetch_all(_FAILED, [run.site_domain, asked, asked])
        failed = [(str(kind), local_id) for kind, local_id in rows]
        ids: dict[str, list[UUID]] = {}
        for kind, local_id in failed:
            ids.setdefault(kind, []).append(local_id)
        visitors = [
            *ids.get("contact", []),
            *ids.get("association", []),
            *await sender.records.visitors_of(ids.get("note", [])),
        ]
        if run.total is None:
            run.total = len(ids.get("company", [])) + len(set(visitors))
        await _phases(
            run,
            {
                "properties": sender.make_properties,
                "companies": lambda: sender.send_companies(ids.get("company", [])),
                "contacts": lambda: sender.send_contacts(visitors),
            },
        )
        # What was not met any more is gone here, so there is nothing left to send.
        rows = await self.database.fetch_all(
            "select object, local_id from public.crm_failures"
            " where site_domain = %s and resolved_at is null and run_id <> %s",
            [run.site_domain, run.id],
        )
        left = {(str(kind), local_id) for kind, local_id in rows} & set(failed)
        await run.commit(Changes(resolved=sorted(left)))


async def _phases(run: Run, phases: dict[str, Callable[[], Awaitable[Any]]]) -> None:
    """One after the other, from the one that a run was in."""
    names = list(phases)
    begun = run.position.get("phase", names[0])
    for name in names[names.index(begun) if begun in names else 0 :]:
        if run.position.get("phase") != name:
            run.position = {"phase": name}
        run.phase = name
        await run.commit()
        await phases[name]()


async def _nothing() -> None:
    return None


async def _unless_stopped(ending: Awaitable[Any]) -> Any:
    try:
        return await ending
    except StoppedError:
        return None


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
