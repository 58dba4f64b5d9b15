"""Loading demo traffic through the functions capture uses, a site's day at a time, newest first.

A day is one transaction, so an interrupted load is taken up again at the first day that is not
there in full; ids follow from the seed, so nothing is ever stored twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
import psycopg

from backoffice.database import Database, RequestContext, Row, sqlstate
from backoffice.demo.catalogue import Client, clients
from backoffice.demo.companies import SOURCE, directory
from backoffice.demo.people import internal_addresses
from backoffice.demo.plan import DEFAULT_SEED, chunks, plan_day, visits_on
from backoffice.demo.sections import prepare_sections
from backoffice.demo.story import tell
from backoffice.errors import BackofficeError
from backoffice.jobs import defer

KIND = "demo"
ENRICH = "enrichment:enrich"
LABEL = "Demo traffic"
ANALYZE = "insights:analyze_quiet"
FOLD_EVERY = 12
ATTEMPTS = 4
# Serialization failure, deadlock, lock timeout: others write at the same time.
RETRIED = frozenset({"40001", "40P01", "55P03"})
CONTEXT = RequestContext(
    role="service_role",
    # Made-up rows may be lost with a crash of the machine: the next load brings them back.
    settings={"synchronous_commit": "off", "statement_timeout": "120s"},
)

PREPARE: LiteralString = """
with made as (select private.create_domain(%(site)s, %(name)s, %(timezone)s, %(organization)s)),
staged as (
  insert into public.domain_hosts (site_domain, host, environment)
  select %(site)s, %(staging)s, 'staging' from made
  on conflict do nothing
)
insert into public.internal_addresses (site_domain, ip_hash, label)
select %(site)s, address.ip_hash, 'Demo: office'
from made, unnest(%(internal)s::text[]) as address (ip_hash)
on conflict do nothing
"""
DIRECTORY: LiteralString = "select private.import_companies(%s, %s::jsonb, clock_timestamp())"
KNOWN: LiteralString = """
select count(*) from public.event_ids where site_domain = %s and uuid = any(%s::uuid[])
"""
EVENTS: LiteralString = """
select count(*) filter (where status = 'stored') from private.capture_events(%s, %s::jsonb)
"""
CONVERSATIONS: LiteralString = """
select count(*) filter (where put.created)
from jsonb_array_elements(%(conversations)s::jsonb) as told
cross join lateral private.put_conversation(%(site)s, (told ->> 'id')::uuid, told - 'id') as put
"""
MESSAGES: LiteralString = """
select count(*) filter (where status = 'stored') from private.put_messages(%s, %s::jsonb)
"""


class AlreadyLoadingError(BackofficeError):
    """Another process is loading demo traffic into this database."""


@dataclass(slots=True)
class Loaded:
    """What a load stored; `days_known` were there in full before."""

    events: int = 0
    conversations: int = 0
    messages: int = 0
    days: int = 0
    days_known: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What to load: the last `days` days of every client until `now`."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    days: int = 90
    seed: int = DEFAULT_SEED
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Day:
    """Everything one site saw on one day."""

    client: Client
    visits: int
    events: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    messages: list[dict[str, Any]]


Report = Callable[[int, int], None]


async def load(database: Database, order: Order, report: Report) -> Loaded:
    """Load what `order` says; `report(done, total)` counts visits.

    The run is announced in `background_runs`. Raises `AlreadyLoadingError`.
    """
    wanted = chunks(order.now, order.days)
    total = sum(visits_on(client, day, order.seed, order.scale) for client, day in wanted)
    loaded = Loaded()
    async with _alone(database), _run(database, total) as run:
        await prepare_clients(database)
        await prepare_sections(database)
        done = 0
        following = asyncio.create_task(asyncio.to_thread(make_day, *wanted[0], order))
        try:
            for place in range(len(wanted)):
                day = await following
                if place + 1 < len(wanted):
                    following = asyncio.create_task(
                        asyncio.to_thread(make_day, *wanted[place + 1], order)
                    )
                await store_day(database, day, loaded)
                done += day.visits
                await _advance(database, run, done, fold=place % FOLD_EVERY == FOLD_EVERY - 1)
                report(done, total)
        finally:
            following.cancel()
        await database.fetch_value("select rollup.fold()", context=CONTEXT)
        await _ask_for_insights(database)
    return loaded


async def _ask_for_insights(database: Database) -> None:
    """Have the conversations analysed now rather than at the next full minute."""
    async with database.transaction(CONTEXT) as connection:
        await defer(connection, ANALYZE, {"timestamp": 0}, queueing_lock="analyze_quiet")


def make_day(client: Client, day: date, order: Order) -> Day:
    """The site's day, without the visits that have not ended by `order.now`."""
    made = Day(client, visits_on(client, day, order.seed, order.scale), [], [], [])
    for visit in plan_day(client, day, order.seed, order.scale):
        story = tell(visit, order.seed)
        if story.end > order.now:
            continue
        made.events.extend(story.events)
        made.messages.extend(story.messages)
        if story.conversation:
            made.conversations.append(story.conversation)
    return made


async def prepare_clients(database: Database) -> None:
    """Make the clients that are missing, with their staging hosts and office addresses, and the
    directory of the companies their visitors come from.
    """
    async with database.transaction(CONTEXT) as connection:
        await connection.execute(DIRECTORY, [SOURCE, _json(directory())])
    for client in clients():
        async with database.transaction(CONTEXT) as connection:
            await connection.execute(
                PREPARE,
                {
                    "site": client.site,
                    "name": client.name,
                    "timezone": client.timezone,
                    "organization": client.organization,
                    "staging": client.staging,
                    "internal": internal_addresses(client),
                },
            )


async def store_day(database: Database, day: Day, loaded: Loaded) -> None:
    """Store a day in one transaction, unless it is there already; again when others interfere."""
    loaded.days += 1
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with database.transaction(CONTEXT) as connection:
                stored = await _store(connection, day)
            break
        except psycopg.Error as error:
            if sqlstate(error) not in RETRIED or attempt == ATTEMPTS:
                raise
            await asyncio.sleep(0.2 * attempt)
    if stored is None:
        loaded.days_known += 1
        return
    loaded.events += stored[0]
    loaded.conversations += stored[1]
    loaded.messages += stored[2]


async def _store(connection: psycopg.AsyncConnection[Row], day: Day) -> tuple[int, int, int] | None:
    """The numbers of events, conversations and messages stored; None when all were there."""
    site = day.client.site
    known = await _count(connection, KNOWN, [site, [event["uuid"] for event in day.events]])
    if known == len(day.events):
        return None
    return (
        await _count(connection, EVENTS, [site, _json(day.events)]),
        await _count(
            connection, CONVERSATIONS, {"site": site, "conversations": _json(day.conversations)}
        ),
        await _count(connection, MESSAGES, [site, _json(day.messages)]),
    )


async def _count(
    connection: psycopg.AsyncConnection[Row], query: LiteralString, params: Any
) -> int:
    cursor = await connection.execute(query, params)
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


def _json(value: list[dict[str, Any]]) -> str:
    return orjson.dumps(value).decode()


async def _advance(database: Database, run: UUID, done: int, *, fold: bool) -> None:
    async with database.transaction(CONTEXT) as connection:
        await connection.execute("select private.advance_run(%s, %s)", [run, done])
        if fold:
            await connection.execute("select rollup.fold()")
            # Whose visitors are is the worker's to find out, as they come.
            await defer(connection, ENRICH, {}, queueing_lock=ENRICH, lock=ENRICH)


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """The one process that loads demo traffic; a lock of the session, gone with its connection."""
    async with database.connection() as connection:
        key = "select {}(hashtext('backoffice.demo'))"
        cursor = await connection.execute(key.format("pg_try_advisory_lock"))
        row = await cursor.fetchone()
        if not row or not row[0]:
            raise AlreadyLoadingError(
                "Demo traffic is being loaded by another process; wait for it."
            )
        try:
            yield
        finally:
            await connection.execute(key.format("pg_advisory_unlock"))


@asynccontextmanager
async def _run(database: Database, total: int) -> AsyncIterator[UUID]:
    """A row of `background_runs` that ends as the block does; left-over ones are closed first."""
    async with database.transaction(CONTEXT) as connection:
        await connection.execute(
            "select private.finish_run(id, 'failed', 'interrupted') from public.background_runs"
            " where kind = %s and state = 'running'",
            [KIND],
        )
        cursor = await connection.execute(
            "select private.start_run(%s, %s, %s)", [KIND, LABEL, total]
        )
        row = await cursor.fetchone()
        assert row is not None
        run: UUID = row[0]
    finish = "select private.finish_run(%s, %s, %s)"
    try:
        yield run
    except asyncio.CancelledError:
        with suppress(psycopg.Error, BackofficeError):
            await database.fetch_value(finish, [run, "failed", "interrupted"])
        raise
    except Exception as error:
        with suppress(psycopg.Error, BackofficeError):
            await database.fetch_value(finish, [run, "failed", type(error).__name__])
        raise
    await database.fetch_value(finish, [run, "done", None])
