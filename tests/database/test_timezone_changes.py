"""A website moves into another timezone: every figure as if it had always been there, all at once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from backoffice.clients.timezones import ChangeRefusedError, change_timezone
from backoffice.database import Database
from support.database import TestDatabase
from support.exact import assert_exact
from support.traffic import Call, calls, prepare, send, traffic

ADMIN = "a0000000-0000-4000-8000-000000000001"
TIMEZONES = ["UTC", "Europe/Paris", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kolkata"]
_numbers = count(1)


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


@pytest.fixture(scope="module")
def staff(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("authenticated", {"sub": ADMIN}) as opened:
        yield opened


def new_domain(owner: Connection[Any]) -> str:
    domain = f"moving{next(_numbers)}.example"
    owner.execute("select private.create_domain(%s, 'Shop', 'Europe/Paris', 'Shop')", [domain])
    prepare(owner, domain)
    return domain


def ask(staff: Connection[Any], domain: str, timezone: str, was: str = "Europe/Paris") -> UUID:
    row = staff.execute(
        "select id from private.request_timezone_change(%s, %s, %s)", [domain, timezone, was]
    ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def move(database: TestDatabase, domain: str, change: UUID, chunk: int = 3) -> int:
    async def run() -> int:
        own = Database(database.url("authenticator"), pool_size=3)
        await own.open()
        try:
            return await change_timezone(own, domain, change, chunk)
        finally:
            await own.close()

    return asyncio.run(run())


def state_of(owner: Connection[Any], change: UUID) -> tuple[Any, ...]:
    row = owner.execute(
        "select state, done, total, error from public.timezone_changes where id = %s", [change]
    ).fetchone()
    assert row is not None
    return tuple(row)


def stored_days(owner: Connection[Any], domain: str) -> list[Any]:
    """Rows whose stored day or hour is not what their moment says in the domain's timezone."""
    return owner.execute(
        "select 'event', e.uuid from public.events e join public.domains d using (site_domain)"
        " where site_domain = %(domain)s and e.day <> (e.occurred_at at time zone d.timezone)::date"
        " union all select 'session', s.id from public.visitor_sessions s"
        " join public.domains d using (site_domain) where site_domain = %(domain)s"
        " and s.day <> (s.first_event_at at time zone d.timezone)::date"
        " union all select 'page', p.session_id from public.session_pages p where p.site_domain ="
        " %(domain)s and p.day <> (select min(e.day) from public.events e where e.site_domain ="
        " p.site_domain and e.session_id = p.session_id and e.page = p.page)"
        " union all select 'conversion', c.id from public.conversions c"
        " join public.domains d using (site_domain) where site_domain = %(domain)s"
        " and c.day <> (c.occurred_at at time zone d.timezone)::date",
        {"domain": domain},
    ).fetchall()


@settings(max_examples=25)
@given(sent=traffic, timezone=st.sampled_from(TIMEZONES[2:]), folded=st.booleans())
def test_figures_are_as_if_it_had_always_been_there(
    database: TestDatabase,
    owner: Connection[Any],
    staff: Connection[Any],
    sent: list[Call],
    timezone: str,
    folded: bool,
) -> None:
    domain = new_domain(owner)
    for call in sent:
        send(owner, domain, call)
    if folded:
        owner.execute("select rollup.fold()")
    change = ask(staff, domain, timezone)
    visitors = move(database, domain, change)
    assert state_of(owner, change) == ("done", visitors, visitors, None)
    assert_exact(owner, domain)
    assert stored_days(owner, domain) == []
    owner.execute("select rollup.fold()")
    assert_exact(owner, domain)
    # And back: nothing is left of it.
    back = ask(staff, domain, "Europe/Paris", timezone)
    move(database, domain, back)
    assert_exact(owner, domain)
    assert stored_days(owner, domain) == []


@settings(max_examples=8)
@given(sent=st.lists(calls, min_size=12, max_size=40))
def test_senders_go_on_while_it_moves(
    database: TestDatabase, owner: Connection[Any], staff: Connection[Any], sent: list[Call]
) -> None:
    domain = new_domain(owner)
    before, during = sent[::2], sent[1::2]
    for call in before:
        send(owner, domain, call)
    change = ask(staff, domain, "America/Los_Angeles")

    def sender(part: list[Call]) -> None:
        with database.connect("postgres") as own:
            for call in part:
                send(own, domain, call)

    with ThreadPoolExecutor(3) as pool:
        running = [
            pool.submit(sender, during[::2]),
            pool.submit(move, database, domain, change, 1),
            pool.submit(sender, during[1::2]),
        ]
        for each in running:
            each.result()
    assert state_of(owner, change)[0] == "done"
    assert_exact(owner, domain)
    assert stored_days(owner, domain) == []


def event(number: int, at: str) -> dict[str, Any]:
    return {
        "uuid": f"70000000-0000-4000-8000-{number:012d}",
        "name": "widget_displayed",
        "distinct_id": f"visitor{number}",
        "session_id": f"session{number}",
        "occurred_at": at,
        "page": "/",
    }


def fill(owner: Connection[Any], domain: str, visitors: int = 4) -> None:
    events = [event(number, "2026-05-05T22:30:00Z") for number in range(visitors)]
    owner.execute("select private.capture_events(%s, %s)", [domain, json.dumps(events)])


def seen(reader: Connection[Any], domain: str) -> tuple[Any, ...]:
    """The timezone, displays by day and distinct visitors, as one statement sees them."""
    row = reader.execute(
        "select d.timezone, (select array_agg((f.day, f.n)::text order by f.day) from (select day,"
        " sum(n) as n from rollup.figures where site_domain = d.site_domain and metric ="
        " 'widget_displayed' group by day having sum(n) <> 0) as f),"
        " (select n from private.distinct_visitors(array[d.site_domain], array['displayed'],"
        " '2026-05-05', '2026-05-05')), (select array_agg(distinct e.day order by e.day)"
        " from public.events e where e.site_domain = d.site_domain)::text"
        " from public.domains d where d.site_domain = %s",
        [domain],
    ).fetchone()
    assert row is not None
    return tuple(row)


def test_readers_see_the_old_figures_until_they_see_the_new_ones(
    database: TestDatabase, owner: Connection[Any], staff: Connection[Any]
) -> None:
    domain = new_domain(owner)
    fill(owner, domain)
    old = seen(owner, domain)
    assert old == ("Europe/Paris", ["(2026-05-06,4)"], 0, "{2026-05-06}")
    change = ask(staff, domain, "UTC")
    with database.connect("service_role") as mover:
        mover.execute("begin")
        mover.execute("select private.begin_timezone_change(%s, %s)", [domain, change])
        last = None
        for done in (2, 4):
            row = mover.execute(
                "select last_id, visitors from private.move_days(%s, %s, 2)", [domain, last]
            ).fetchone()
            assert row is not None
            last = row[0]
            owner.execute(
                "select private.note_timezone_progress(%s, %s, %s)", [domain, change, done]
            )
            assert seen(owner, domain) == old
            assert state_of(owner, change)[:2] == ("running", done)
        mover.execute("select private.finish_timezone_change(%s, %s)", [domain, change])
        assert seen(owner, domain) == old
        mover.execute("commit")
    assert seen(owner, domain) == ("UTC", ["(2026-05-05,4)"], 4, "{2026-05-05}")


def test_a_sender_waits_and_then_writes_days_of_the_new_timezone(
    database: TestDatabase, owner: Connection[Any], staff: Connection[Any]
) -> None:
    domain = new_domain(owner)
    fill(owner, domain)
    change = ask(staff, domain, "UTC")
    other = new_domain(owner)
    late = threading.Event()

    def sender() -> None:
        with database.connect("service_role") as own:
            batch = json.dumps([event(90, "2026-05-05T22:40:00Z")])
            own.execute("select private.capture_events(%s, %s)", [domain, batch])
            late.set()

    with database.connect("service_role") as mover, ThreadPoolExecutor(1) as pool:
        mover.execute("begin")
        mover.execute("select private.begin_timezone_change(%s, %s)", [domain, change])
        sending = pool.submit(sender)
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while owner.execute(waiting).fetchone() == (0,):
            assert not sending.done()
        # Another website does not wait.
        fill(owner, other)
        assert not late.is_set()
        mover.execute("select private.move_days(%s, null, 100)", [domain])
        mover.execute("select private.finish_timezone_change(%s, %s)", [domain, change])
        mover.execute("commit")
        sending.result()
    assert_exact(owner, domain)
    assert seen(owner, domain)[1:3] == (["(2026-05-05,5)"], 5)


def test_a_change_that_breaks_off_leaves_nothing_and_is_done_again(
    database: TestDatabase, owner: Connection[Any], staff: Connection[Any]
) -> None:
    domain = new_domain(owner)
    fill(owner, domain)
    old = seen(owner, domain)
    change = ask(staff, domain, "UTC")
    with pytest.raises(psycopg.OperationalError), database.connect("service_role") as mover:
        mover.execute("begin")
        mover.execute("select private.begin_timezone_change(%s, %s)", [domain, change])
        mover.execute("select private.move_days(%s, null, 2)", [domain])
        owner.execute("select private.note_timezone_progress(%s, %s, 2)", [domain, change])
        owner.execute("select pg_terminate_backend(%s)", [mover.info.backend_pid])
        mover.execute("commit")
    assert seen(owner, domain) == old
    assert move(database, domain, change) == 4
    # A job that is repeated after it was done does nothing more.
    assert move(database, domain, change) == 0
    assert state_of(owner, change) == ("done", 4, 4, None)
    assert seen(owner, domain)[0] == "UTC"
    assert_exact(owner, domain)
    row = owner.execute(
        "select details.actor_label, details.before ->> 'timezone', details.after ->> 'timezone'"
        " from public.audit_log log join public.audit_details details using (site_domain, position)"
        " where site_domain = %s and subject_type = 'domain' and changed = '{timezone}'",
        [domain],
    ).fetchall()
    assert [each[1:] for each in row] == [("Europe/Paris", "UTC")]
    assert row[0][0] not in (None, "System")


def test_one_change_at_a_time_of_a_timezone_that_is_known(
    database: TestDatabase, owner: Connection[Any], staff: Connection[Any]
) -> None:
    domain = new_domain(owner)

    def refused(timezone: str, was: str = "Europe/Paris") -> str | None:
        with pytest.raises(psycopg.Error) as raised:
            ask(staff, domain, timezone, was)
        return raised.value.sqlstate

    assert refused("Mars/Olympus") == "PT422"
    assert refused("Europe/Paris") == "PT422"
    assert refused("UTC", was="Asia/Tokyo") == "PT409"
    change = ask(staff, domain, "UTC")
    assert refused("Asia/Tokyo") == "PT409"
    with database.connect("authenticated", {"sub": ADMIN}) as person:
        person.execute("select private.archive_client_domain(%s, true)", [domain])
    with pytest.raises(ChangeRefusedError, match="archived"):
        move(database, domain, change)
    owner.execute("select private.finish_timezone_change(%s, %s, 'No')", [domain, change])
    assert state_of(owner, change)[0] == "failed"
    assert refused("UTC") == "PT409"
    staff.execute("select private.archive_client_domain(%s, false)", [domain])
    assert move(database, domain, ask(staff, domain, "UTC")) == 0
