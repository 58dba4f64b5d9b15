"""Demo traffic in a real database: what was planned is stored, once, also after an interruption."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from backoffice.database import Database
from backoffice.demo.load import AlreadyLoadingError, Order, load, make_day
from backoffice.demo.plan import chunks
from support.database import TestDatabase

ORDER = Order(now=datetime(2026, 11, 20, 12, tzinfo=UTC), days=3)
ADMIN = "a0000000-0000-4000-8000-000000000001"
CONVERSIONS = ("demo_proposed", "cta_clicked", "email_captured", "demo_booked")


def quietly(_done: int, _total: int) -> None:
    """No progress bar."""


@pytest.fixture
async def pool(fresh_database: TestDatabase) -> AsyncIterator[Database]:
    database = Database(fresh_database.url("authenticator"), pool_size=4)
    await database.open()
    yield database
    await database.close()


async def one(pool: Database, query: Any, *params: Any) -> tuple[Any, ...]:
    row = await pool.fetch_one(query, list(params))
    assert row is not None
    return row


async def totals(pool: Database) -> tuple[Any, ...]:
    return await one(
        pool,
        "select (select count(*) from events), (select count(*) from conversations),"
        " (select count(*) from messages), (select count(*) from conversions),"
        " (select count(*) from visitors), (select sum(event_count) from visitor_sessions)",
    )


async def test_what_was_planned_is_stored_and_a_repetition_adds_nothing(pool: Database) -> None:
    planned = [make_day(client, day, ORDER) for client, day in chunks(ORDER.now, ORDER.days)]
    loaded = await load(pool, ORDER, quietly)
    events = [event for day in planned for event in day.events]
    flagged = {
        (event["conversation_id"], event["name"])
        for event in events
        if event["name"] in CONVERSIONS
    }
    stored = await totals(pool)
    assert stored[:4] == (
        len(events),
        sum(len(day.conversations) for day in planned),
        sum(len(day.messages) for day in planned),
        len(flagged),
    )
    assert (loaded.events, loaded.conversations, loaded.messages) == stored[:3]

    again = await load(pool, ORDER, quietly)
    assert (again.events, again.conversations, again.messages) == (0, 0, 0)
    assert again.days_known == again.days == 9
    assert await totals(pool) == stored

    assert await one(
        pool,
        "select count(*), bool_and(done = total) from background_runs"
        " where kind = 'demo' and state = 'done'",
    ) == (2, True)
    # Everybody's traffic is kept, and only people's in production counts.
    kept = dict(
        await pool.fetch_all(
            "select case when v.is_bot then 'bot' when v.is_internal then 'internal'"
            "  when e.environment <> 'production' then e.environment else 'person' end,"
            "  bool_or(e.counts)"
            " from events e"
            " join visitors v on v.site_domain = e.site_domain and v.id = e.visitor_id"
            " group by 1"
        )
    )
    assert kept == {"bot": False, "internal": False, "staging": False, "person": True}
    assert await pool.fetch_value("select count(*) from visitors where status = 'known'") > 0


async def test_an_interrupted_load_is_completed(
    pool: Database, cluster: Any, request: pytest.FixtureRequest
) -> None:
    begun = asyncio.Event()
    task = asyncio.create_task(
        load(pool, ORDER, lambda done, total: begun.set() if done > total // 3 else None)
    )
    await begun.wait()
    with pytest.raises(AlreadyLoadingError):
        await load(pool, ORDER, quietly)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    part = await totals(pool)
    assert await one(pool, "select state, error from background_runs") == ("failed", "interrupted")

    loaded = await load(pool, ORDER, quietly)
    whole = await totals(pool)
    assert 0 < loaded.days_known < loaded.days
    assert whole[0] == part[0] + loaded.events
    with cluster.cloned(request.node.name) as clone:
        other = Database(clone.url("authenticator"), pool_size=4)
        await other.open()
        try:
            await load(other, ORDER, quietly)
            assert await totals(other) == whole
        finally:
            await other.close()


async def test_the_dashboard_counts_what_was_loaded(
    pool: Database, fresh_database: TestDatabase
) -> None:
    await load(pool, ORDER, quietly)
    with fresh_database.connect("authenticated", {"sub": ADMIN}) as connection:
        figures = connection.execute(
            "select value, (select count(*) from conversations where counts)"
            " from get_dashboard_summary("
            "   array(select site_domain from domains), '2026-11-18', '2026-11-20')"
            " where metric = 'conversations'"
        ).fetchone()
    assert figures is not None
    assert figures[0] == figures[1] > 100
