"""Deleting texts some days after they were said, batch by batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import structlog

from backoffice.database import Database, RequestContext, sqlstate
from backoffice.http.refused import telling

log = structlog.get_logger("backoffice.privacy")

BATCH = 100
ATTEMPTS = 5
# Deadlock, serialization, lock timeout: others were in the way.
RETRIED = {"40P01", "40001", "55P03"}
JOB = RequestContext(
    role="service_role",
    settings={"statement_timeout": "60s", "backoffice.actor": "Retention"},
)
_PREVIEW = "select private.preview_retention(%s, %s)"
_SET = "select private.set_retention(%s, %s)"
_SITES = "select site_domain from public.retention_policies order by site_domain"
_OPEN = "select run.id from private.open_retention_run(%s) as run"
_ADVANCE = "select private.advance_retention(%s, %s, %s)"
_FAIL = (
    "update public.retention_runs as run set state = 'failed', error = %s,"
    " finished_at = clock_timestamp()"
    " where run.site_domain = %s and run.id = %s and run.state = 'running' returning run.id"
)
_RUN = (
    "select run.conversations, run.messages, run.events from public.retention_runs as run"
    " where run.site_domain = %s and run.id = %s"
)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a run deleted, over all its attempts."""

    conversations: int
    messages: int
    events: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a website's texts are kept, as `context`'s person may set it."""

    database: Database
    context: RequestContext
    site_domain: str

    async def preview(self, days: int) -> dict[str, Any]:
        """What a limit of `days` would delete now. Raises 400, 403, 404."""
        with telling():
            return dict(
                await self.database.fetch_value(_PREVIEW, [self.site_domain, days], self.context)
            )

    async def set(self, days: int | None) -> None:
        """Keep texts for `days`, or without a limit. Raises 400, 403, 404."""
        with telling():
            await self.database.fetch_value(_SET, [self.site_domain, days], self.context)


async def delete_due(
    database: Database, advance: Callable[[str], None] = lambda _site: None
) -> dict[str, Deleted]:
    """Delete what is due on every website; a run that was broken off goes on where it was.

    One website's failure keeps no other's texts. Raises `ExceptionGroup` of them at the end.
    """
    sites = [site for (site,) in await database.fetch_all(_SITES)]
    done = {}
    failures = []
    for site in sites:
        try:
            deleted = await delete_due_of(database, site, advance)
        except Exception as error:  # noqa: BLE001 - raised at the end
            log.error("texts not deleted", site=site, error=_reason(error))
            failures.append(error)
            continue
        if deleted is not None:
            done[site] = deleted
    if failures:
        raise ExceptionGroup(f"The texts of {len(failures)} website(s) were not deleted.", failures)
    return done


async def delete_due_of(
    database: Database, site: str, advance: Callable[[str], None] = lambda _site: None
) -> Deleted | None:
    """Delete what is due on a website; None where texts are kept. A run that fails says why."""
    run: UUID | None = await database.fetch_value(_OPEN, [site], JOB)
    if run is None:
        return None
    try:
        while await _advance(database, site, run):
            advance(site)
    except Exception as error:
        with suppress(Exception):  # What stopped the run is what is to be told.
            await database.fetch_value(_FAIL, [_reason(error), site, run], JOB)
        raise
    row = await database.fetch_one(_RUN, [site, run], JOB)
    assert row is not None
    return Deleted(*row)


def _reason(error: Exception) -> str:
    """What went wrong, without the values that a message of the database may quote."""
    name = type(error).__name__
    return f"{name} ({sqlstate(error)})" if isinstance(error, psycopg.Error) else name


async def _advance(database: Database, site: str, run: UUID) -> bool:
    """One batch, in a transaction of its own, tried again when others interfere."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return bool(await database.fetch_value(_ADVANCE, [site, run, BATCH], JOB))
        except psycopg.Error as error:
            if sqlstate(error) not in RETRIED or attempt == ATTEMPTS:
                raise
            await asyncio.sleep(0.2 * attempt)
    raise AssertionError
