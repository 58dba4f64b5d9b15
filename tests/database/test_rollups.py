"""Every figure equals a recount from raw rows, whatever was sent, in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from support.database import TestDatabase
from support.exact import assert_exact, assert_visitors_facets_exact
from support.traffic import Call, calls, prepare, send, traffic

_numbers = count(1)
ADMIN = "a0000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def connection(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


def new_domain(connection: Connection[Any]) -> str:
    """A domain of its own for each example, so that nothing has to be cleared."""
    domain = f"shop{next(_numbers)}.example"
    connection.execute("select private.create_domain(%s, 'Shop', 'Europe/Paris', 'Shop')", [domain])
    connection.execute(
        "insert into public.domain_hosts values (%s, 'staging.shop.example', 'staging')", [domain]
    )
    connection.execute("insert into public.internal_addresses values (%s, 'internal')", [domain])
    prepare(connection, domain)
    return domain


@settings(max_examples=80)
@given(sent=traffic)
def test_figures_equal_a_recount(connection: Connection[Any], sent: list[Call]) -> None:
    domain = new_domain(connection)
    for call in sent:
        send(connection, domain, call)
    assert_exact(connection, domain)


@settings(max_examples=20)
@given(sent=st.lists(calls, min_size=8, max_size=40))
def test_figures_equal_a_recount_after_concurrent_senders(
    database: TestDatabase, connection: Connection[Any], sent: list[Call]
) -> None:
    domain = new_domain(connection)
    fold = Call("rollup.fold", ())

    def sender(part: list[Call]) -> None:
        with database.connect("postgres") as own:
            for call in part:
                send(own, domain, call)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sender, [[*sent[0::3], fold], sent[1::3], sent[2::3], [fold, *sent[0::4]]]))
    assert_exact(connection, domain)


@settings(max_examples=20)
@given(sent=traffic)
def test_the_same_traffic_again_changes_nothing(
    connection: Connection[Any], sent: list[Call]
) -> None:
    """A retried event counts once."""
    domain = new_domain(connection)
    repeatable = [call for call in sent if call.function == "private.capture_events"]
    for call in repeatable:
        send(connection, domain, call)
    before = assert_exact(connection, domain)
    for call in reversed(repeatable):
        send(connection, domain, call)
    assert assert_exact(connection, domain).figures == before.figures


@settings(max_examples=15)
@given(sent=traffic)
def test_a_rebuild_gives_what_was_kept(connection: Connection[Any], sent: list[Call]) -> None:
    domain = new_domain(connection)
    for call in sent:
        send(connection, domain, call)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("select rollup.rebuild(%s)", [domain])
    assert_exact(connection, domain)


def test_a_rebuild_mends_what_filters_ask(connection: Connection[Any]) -> None:
    """Whatever went wrong: one who is missing, one who is told wrongly, one who is not there."""
    domain = new_domain(connection)
    ids = connection.execute(
        "insert into public.visitors (site_domain, counts, first_seen_at, last_seen_at)"
        " select %s, true, now(), now() from generate_series(1, 3) returning id",
        [domain],
    ).fetchall()
    connection.execute("delete from rollup.visitor_facets where id = %s", ids[0])
    connection.execute(
        "update rollup.visitor_facets set country = 'FR', interest_score = 5, name = 'Ann' where id = %s",
        ids[1],
    )
    connection.execute(
        "insert into rollup.visitor_facets (site_domain, id, status, interest_score)"
        " values (%s, gen_random_uuid(), 'known', 1)",
        [domain],
    )
    with pytest.raises(AssertionError):
        assert_visitors_facets_exact(connection, domain)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("select rollup.rebuild(%s)", [domain])
    assert_visitors_facets_exact(connection, domain)


def test_a_rebuild_needs_one_snapshot(connection: Connection[Any]) -> None:
    with pytest.raises(Exception, match="repeatable read"):
        connection.execute("select rollup.rebuild('abtasty.com')")


@settings(max_examples=15)
@given(sent=traffic)
def test_a_direct_change_of_facts_moves_the_figures(
    connection: Connection[Any], sent: list[Call]
) -> None:
    """`counts` may change only by updating the fact: the triggers see to the figures."""
    domain = new_domain(connection)
    for call in sent:
        send(connection, domain, call)
    connection.execute(
        "update public.events set counts = false where site_domain = %s and page = '/'", [domain]
    )
    connection.execute(
        "delete from public.conversions where site_domain = %s and kind = 'cta_clicked'", [domain]
    )
    connection.execute(
        "select rollup.recount_visitor_days(%s, array_agg(id)) from public.visitors"
        " where site_domain = %s",
        [domain, domain],
    )
    assert_exact(connection, domain)
