"""Alerts start and end once, against a website's own usual, and never on a young website."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from backoffice.notifications.tasks import watch
from backoffice.stack.runtime import make_state
from backoffice.state import State
from support.database import TestDatabase
from support.notifications import ADMIN, NOW, SITE, USER, history, talk, visits, want

LATER = timedelta(hours=3)


@pytest.fixture
async def state(fresh_database: TestDatabase) -> AsyncIterator[State]:
    cluster = fresh_database.cluster
    async with make_state(cluster.settings, cluster.keys, fresh_database.address).opened() as own:
        yield own


def mails(connection: Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select kind, user_id::text from public.notification_mails order by 1, 2"
    ).fetchall()


async def test_visits_that_stay_away_start_one_alert_and_their_return_ends_it(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        history(connection, SITE, 6, 12)
        # What is usual three hours later.
        for week in range(1, 7):
            visits(connection, SITE, NOW - timedelta(weeks=week) + timedelta(hours=1), 30)
        visits(connection, SITE, NOW - timedelta(hours=2), 3)
        want(connection, USER, SITE, NOW)
        assert await watch(state.database, NOW) == [(SITE, "traffic", "started")]
        # As bad as before: nothing more is said.
        assert await watch(state.database, NOW + timedelta(minutes=10)) == []
        assert mails(connection) == [("alert_started", USER)]
        (figures,) = connection.execute("select figures from public.alerts").fetchone() or ({},)
        assert (figures["sessions"], figures["usual"], figures["weeks"]) == (3, 36, 6)
        assert figures["samples"] == [36] * 6
        visits(connection, SITE, NOW + timedelta(hours=1), 28)
        assert await watch(state.database, NOW + LATER) == [(SITE, "traffic", "ended")]
        assert mails(connection) == [("alert_ended", USER), ("alert_started", USER)]
        (reason, ended) = connection.execute(
            "select end_reason, end_figures from public.alerts"
        ).fetchone() or ("", {})
        assert (reason, ended["sessions"]) == ("recovered", 28)


async def test_an_agent_that_stops_answering_starts_an_alert(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        history(connection, SITE, 4, 0)
        talk(connection, SITE, NOW - timedelta(minutes=60), 8, 1)
        want(connection, ADMIN, SITE, NOW)
        assert await watch(state.database, NOW) == [(SITE, "agent", "started")]
        assert mails(connection) == [("alert_started", ADMIN)]
        (figures,) = connection.execute("select figures from public.alerts").fetchone() or ({},)
        assert (figures["asked"], figures["unanswered"]) == (8, 7)
        assert figures["history_asked"] == 84
        assert figures["usual_share"] < 0.02
        # Nobody writes for a while: that tells nothing.
        assert await watch(state.database, NOW + timedelta(hours=5)) == []
        talk(connection, SITE, NOW + timedelta(hours=6), 4, 4)
        ended = NOW + timedelta(hours=6, minutes=30)
        assert await watch(state.database, ended) == [(SITE, "agent", "ended")]


async def test_answers_within_three_minutes_are_no_failure(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        history(connection, SITE, 4, 0)
        talk(connection, SITE, NOW - timedelta(minutes=40), 6, 6)
        talk(connection, SITE, NOW - timedelta(minutes=2), 3, 0)
        assert await watch(state.database, NOW) == []


@pytest.mark.parametrize(("weeks", "sessions"), [(3, 12), (6, 5)])
async def test_little_history_alerts_nobody(
    state: State, fresh_database: TestDatabase, weeks: int, sessions: int
) -> None:
    with fresh_database.connect() as connection:
        history(connection, SITE, weeks, sessions)
        talk(connection, SITE, NOW - timedelta(minutes=60), 4, 0)
        assert await watch(state.database, NOW) == []


async def test_one_wild_week_is_no_alert(state: State, fresh_database: TestDatabase) -> None:
    with fresh_database.connect() as connection:
        history(connection, SITE, 6, 12)
        # A campaign a week ago: the median does not move.
        visits(connection, SITE, NOW - timedelta(weeks=1, hours=1, minutes=20), 400)
        visits(connection, SITE, NOW - timedelta(hours=2), 25)
        assert await watch(state.database, NOW) == []


async def test_an_alert_without_data_ends_after_a_week_and_says_so(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        history(connection, SITE, 4, 0)
        talk(connection, SITE, NOW - timedelta(minutes=60), 8, 0)
        await watch(state.database, NOW)
        assert await watch(state.database, NOW + timedelta(days=7)) == []
        late = NOW + timedelta(days=7, minutes=10)
        assert await watch(state.database, late) == [(SITE, "agent", "ended")]
        row = connection.execute("select end_reason from public.alerts").fetchone()
        assert row == ("no_data",)
        # Nobody wanted alerts.
        assert mails(connection) == []
