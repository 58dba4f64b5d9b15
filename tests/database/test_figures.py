"""What each figure of the pages says, beside a recount of the raw rows, for random traffic and ranges."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from support.database import TestDatabase
from support.recount import FUNNEL, KINDS, Recount, recount
from support.traffic import DAYS, START, Call, prepare, send, traffic

ADMIN = "a0000000-0000-4000-8000-000000000001"
CONVERSIONS = {
    "emails_captured": "email_captured",
    "demos_proposed": "demo_proposed",
    "cta_clicks": "cta_clicked",
    "demos_booked": "demo_booked",
}
# What get_metric_over_time counts of each metric, and what it is measured against.
OVER_TIME: dict[str, tuple[str, str | None]] = {
    "widget_displays": ("widget_displayed", None),
    "visitors": ("active", None),
    "engaged_visitors": ("engaged", "displayed"),
    "conversations": ("conversations", None),
    "messaged_conversations": ("messaged_conversations", "conversations"),
    "turns": ("turns", "messaged_conversations"),
    **{metric: (kind, None) for metric, kind in CONVERSIONS.items()},
}
# Long ranges hold whole months, which are added up by the month.
ranges = st.tuples(st.integers(-40, DAYS), st.sampled_from([*range(1, 12), 45, 90])).map(
    lambda drawn: (
        START.date() + timedelta(days=drawn[0]),
        START.date() + timedelta(days=drawn[0] + drawn[1] - 1),
    )
)
_numbers = count(1)


@pytest.fixture(scope="module")
def sender(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as opened:
        yield opened


@pytest.fixture(scope="module")
def person(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("authenticated", {"sub": ADMIN}) as opened:
        yield opened


def total(
    counted: Recount, metric: str, first: date, last: date, dimension: str = "", value: str = ""
) -> int:
    days = ((last - first).days + 1) if last >= first else 0
    return sum(
        counted.figures[(metric, dimension, first + timedelta(days=n), value)] for n in range(days)
    )


def ratio(numerator: int, denominator: int) -> float | None:
    return None if denominator == 0 else pytest.approx(numerator / denominator, abs=1e-6)


def expected_tiles(counted: Recount, first: date, last: date) -> dict[str, tuple[Any, ...]]:
    """Each tile's value, base, rate and conversations."""
    displayed = counted.distinct("displayed", first, last)
    engaged = counted.distinct("engaged", first, last)
    conversations = total(counted, "conversations", first, last)
    messaged = total(counted, "messaged_conversations", first, last)
    turns = total(counted, "turns", first, last)
    tiles: dict[str, tuple[Any, ...]] = {
        "widget_displays": (total(counted, "widget_displayed", first, last), None, None, None),
        "visitors": (counted.distinct("active", first, last), None, None, None),
        "engaged_visitors": (engaged, displayed, ratio(engaged, displayed), None),
        "conversations": (conversations, None, None, None),
        "messaged_conversations": (messaged, conversations, ratio(messaged, conversations), None),
        "turns": (turns, messaged, ratio(turns, messaged), None),
    }
    for metric, kind in CONVERSIONS.items():
        talks = total(counted, "conversations", first, last, "conversion", kind)
        value = total(counted, kind, first, last)
        tiles[metric] = (value, messaged, ratio(talks, messaged), talks)
    return tiles


@settings(max_examples=40)
@given(sent=traffic, days=ranges)
def test_figures_say_what_the_rows_say(
    sender: Connection[Any], person: Connection[Any], sent: list[Call], days: tuple[date, date]
) -> None:
    site = f"figures{next(_numbers)}.example"
    sender.execute("select private.create_domain(%s, 'Site', 'Europe/Paris', 'Site')", [site])
    prepare(sender, site)
    for call in sent:
        send(sender, site, call)
    counted = recount(sender, site)
    first, last = days
    length = last - first + timedelta(days=1)
    before = (first - length, first - timedelta(days=1))
    arguments = [[site], first, last]

    now: dict[str, tuple[Any, ...]] = {}
    previous: dict[str, tuple[Any, ...]] = {}
    for row in person.execute(
        "select metric, value, base, rate, conversations, previous_value, previous_base,"
        " previous_rate, previous_conversations from public.get_dashboard_summary(%s, %s, %s)",
        arguments,
    ):
        now[row[0]], previous[row[0]] = _plain(row[1:5]), _plain(row[5:9])
    assert now == expected_tiles(counted, first, last)
    assert previous == expected_tiles(counted, *before)

    funnel = person.execute(
        "select visitors, previous_visitors from public.get_conversation_funnel(%s, %s, %s)"
        " order by step",
        arguments,
    ).fetchall()
    kinds = [FUNNEL[0], *(f"funnel_{step}" for step in FUNNEL[1:])]
    assert funnel == [
        (counted.distinct(kind, first, last), counted.distinct(kind, *before)) for kind in kinds
    ]

    engagement = person.execute(
        "select displayed_visitors, engaged_visitors from public.get_engagement_rate(%s, %s, %s)",
        arguments,
    ).fetchone()
    assert engagement == (now["engaged_visitors"][1], now["engaged_visitors"][0])

    for day, *shown in person.execute(
        "select day, displays, opens, displayed_visitors"
        " from public.get_widget_display_stats(%s, %s, %s)",
        arguments,
    ):
        assert shown == [
            total(counted, "widget_displayed", day, day),
            total(counted, "widget_opened", day, day),
            counted.distinct("displayed", day, day),
        ]

    for bucket in ("day", "week", "month"):
        assert_over_time(person, counted, site, days, bucket)
    for number, metric in enumerate(OVER_TIME, start=length.days):
        bucket = ("day", "week", "month")[number % 3]
        assert_metric_over_time(person, counted, site, days, bucket, metric)
    for dimension in ("page", "country", "device", "referrer"):
        assert_top_values(person, counted, arguments, dimension)

    wanted = {"from": str(first), "to": str(last)}
    for metric, kind in CONVERSIONS.items():
        listed = person.execute(
            "select public.count_conversations(%s, %s)",
            [[site], json.dumps(wanted | {"conversions": [kind]})],
        ).fetchone()
        assert listed == (now[metric][3],)


def assert_over_time(
    person: Connection[Any], counted: Recount, site: str, days: tuple[date, date], bucket: str
) -> None:
    """Each bucket holds the days from its own start to the next one's."""
    first, last = days
    length = last - first + timedelta(days=1)
    rows = person.execute(
        "select * from public.get_conversations_over_time(%s, %s, %s, %s)",
        [[site], first, last, bucket],
    ).fetchall()
    assert rows[0][0] == first
    ends = [row[0] - timedelta(days=1) for row in rows[1:]] + [last]
    for (start, talks, messaged, old_start, old_talks, old_messaged), end in zip(
        rows, ends, strict=True
    ):
        assert (talks, messaged) == (
            total(counted, "conversations", start, end),
            total(counted, "messaged_conversations", start, end),
        )
        assert old_start == start - length
        assert (old_talks, old_messaged) == (
            total(counted, "conversations", old_start, end - length),
            total(counted, "messaged_conversations", old_start, end - length),
        )


def assert_metric_over_time(
    person: Connection[Any],
    counted: Recount,
    site: str,
    days: tuple[date, date],
    bucket: str,
    metric: str,
) -> None:
    """Each bucket says of its own days what a tile would say of them."""
    first, last = days
    length = last - first + timedelta(days=1)
    rows = person.execute(
        "select * from public.get_metric_over_time(%s, %s, %s, %s, %s)",
        [[site], first, last, metric, bucket],
    ).fetchall()
    starts = [row[0] for row in rows]
    assert starts[0] == first
    assert starts == sorted(set(starts))
    assert len(starts) == len(
        {_bucket_of(first + timedelta(days=n), bucket) for n in range(length.days)}
    )

    def value(name: str | None, start: date, end: date) -> int | None:
        if name is None:
            return None
        if name in KINDS:
            return counted.distinct(name, start, end)
        return total(counted, name, start, end)

    name, base = OVER_TIME[metric]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [last]
    for row, end in zip(rows, ends, strict=True):
        for column, back in ((0, timedelta()), (4, length)):
            start, counted_now, counted_base, rate = row[column : column + 4]
            assert start == row[0] - back
            expected = (value(name, start, end - back), value(base, start, end - back))
            assert (counted_now, counted_base) == expected
            assert _number(rate) == ratio(expected[0] or 0, expected[1] or 0)


def _bucket_of(day: date, bucket: str) -> date:
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def _number(rate: Any) -> float | None:
    return None if rate is None else float(rate)


def assert_top_values(
    person: Connection[Any], counted: Recount, arguments: list[Any], dimension: str
) -> None:
    """Every value with traffic is there, with its sessions and conversations."""
    _, first, last = arguments
    expected: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (metric, by, day, value), n in counted.figures.items():
        if by == dimension and first <= day <= last and metric in ("sessions", "conversations"):
            expected[value][metric == "conversations"] += n
    rows = person.execute(
        "select value, sessions, conversations from public.get_top_values(%s, %s, %s, %s, 100)",
        [*arguments, dimension],
    )
    assert {value: list(numbers) for value, *numbers in rows} == dict(expected)


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    value, base, rate, conversations = row
    return value, base, None if rate is None else float(rate), conversations
