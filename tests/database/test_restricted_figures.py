"""Who may see one of two websites gets what staff get of that one alone, for random traffic and ranges."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from support.database import TestDatabase
from support.recount import recount
from support.traffic import DAYS, START, Call, prepare, send, traffic
from support.two_domains import ADMIN, STRANGER, fill_two_domains

WINDOW = "%(sites)s, %(first)s, %(last)s"
QUERIES = [
    f"public.get_dashboard_summary({WINDOW})",
    f"public.get_conversation_funnel({WINDOW})",
    f"public.get_engagement_rate({WINDOW})",
    f"public.get_widget_display_stats({WINDOW})",
    f"public.get_conversations_over_time({WINDOW}, 'week')",
    f"public.get_metric_over_time({WINDOW}, 'engaged_visitors', 'day')",
    f"public.get_metric_beginning({WINDOW}, 'conversations')",
    *(
        f"public.get_top_values({WINDOW}, '{dimension}', 100)"
        for dimension in ("page", "country", "device", "referrer")
    ),
    f"public.get_heat_map({WINDOW})",
    f"public.get_topic_stats({WINDOW})",
    f"public.get_topics_over_time({WINDOW}, 'week', 20)",
    f"public.get_review_agreement({WINDOW})",
    f"public.get_section_clicks({WINDOW})",
    f"public.get_annotations({WINDOW})",
    *(
        f"public.{name}(%(sites)s, %(filter)s)"
        for name in (
            "count_conversations",
            "list_conversations",
            "count_visitors",
            "get_visitor_stats_with_intent",
            "count_accounts",
            "get_account_stats_with_intent",
        )
    ),
    # The hottest now.
    "public.list_conversations(%(sites)s, %(filter)s, p_sort => 'interest')",
    "public.get_account_stats_with_intent(%(sites)s, %(filter)s, p_sort => 'score')",
]
ranges = st.tuples(st.integers(-5, DAYS), st.sampled_from([1, 7, 40])).map(
    lambda drawn: (
        START.date() + timedelta(days=drawn[0]),
        START.date() + timedelta(days=drawn[0] + drawn[1] - 1),
    )
)
_numbers = count(1)


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as opened:
        fill_two_domains(opened)
        yield opened


@pytest.fixture(scope="module")
def staff(database: TestDatabase, owner: Connection[Any]) -> Iterator[Connection[Any]]:
    with database.connect("authenticated", {"sub": ADMIN}) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(database: TestDatabase, owner: Connection[Any]) -> Iterator[Connection[Any]]:
    with database.connect("authenticated", {"sub": STRANGER}) as opened:
        yield opened


@settings(max_examples=15)
@given(sent=traffic, elsewhere=traffic, days=ranges)
def test_a_client_sees_the_figures_of_their_own_website_alone(
    owner: Connection[Any],
    staff: Connection[Any],
    client: Connection[Any],
    sent: list[Call],
    elsewhere: list[Call],
    days: tuple[date, date],
) -> None:
    number = next(_numbers)
    mine, other = f"mine{number}.example", f"theirs{number}.example"
    for site, calls in ((mine, sent), (other, elsewhere)):
        owner.execute("select private.create_domain(%s, 'Site', 'Europe/Paris', 'Site')", [site])
        prepare(owner, site)
        for call in calls:
            send(owner, site, call)
    owner.execute(
        "insert into public.user_domains (user_id, site_domain) values (%s, %s)", [STRANGER, mine]
    )
    first, last = days
    given = {
        "first": first,
        "last": last,
        "filter": json.dumps({"from": str(first), "to": str(last)}),
    }
    for query in QUERIES:
        said = "select * from " + query
        wanted = staff.execute(said, given | {"sites": [mine]}).fetchall()  # type: ignore[arg-type]
        assert client.execute(said, given | {"sites": [mine, other]}).fetchall() == wanted, query  # type: ignore[arg-type]

    heat = Counter(
        {
            (weekday, hour): talks
            for weekday, hour, talks in client.execute(
                f"select * from public.get_heat_map({WINDOW})",
                given | {"sites": [mine, other]},
            )
        }
    )
    counted = recount(owner, mine)
    expected: Counter[tuple[int, int]] = Counter()
    for (metric, dimension, day, value), n in counted.figures.items():
        if (metric, dimension) == ("conversations", "weekday_hour") and first <= day <= last:
            weekday, hour = map(int, value.split())
            expected[(weekday, hour)] += n
    assert +heat == +expected
