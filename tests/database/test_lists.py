"""What the lists of visitors, accounts and topics say, beside a recount of the raw rows."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.rows import dict_row

from support.database import TestDatabase
from support.recount import FUNNEL, KINDS, Recount, recount
from support.traffic import DAYS, START, Call, prepare, send, traffic

ADMIN = "a0000000-0000-4000-8000-000000000001"
SORTS = {
    "score": "interest_score",
    "sessions": "session_count",
    "page_views": "page_view_count",
    "conversations": "conversation_count",
}
STEP_OF = {
    "email_captured": "email",
    "demo_proposed": "proposed",
    "cta_clicked": "clicked",
    "demo_booked": "booked",
}
# Long ranges hold whole months, which are added up by the month.
ranges = st.tuples(st.integers(-80, DAYS), st.sampled_from([*range(1, 25), 90, 150])).map(
    lambda drawn: (
        START.date() + timedelta(days=drawn[0]),
        START.date() + timedelta(days=drawn[0] + drawn[1] - 1),
    )
)
visitor_filters = st.fixed_dictionaries(
    {},
    optional={
        "did": st.sampled_from(sorted(KINDS)),
        "conversions": st.lists(st.sampled_from(sorted(STEP_OF)), max_size=2, unique=True),
        "statuses": st.lists(st.sampled_from(["anonymous", "semi-known", "known"]), unique=True),
        "scores": st.lists(st.integers(1, 5), unique=True),
        "country": st.sampled_from(["FR", "US", ""]),
    },
)
_numbers = count(1)


@pytest.fixture(scope="module")
def sender(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as opened:
        yield opened


@pytest.fixture(scope="module")
def person(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("authenticated", {"sub": ADMIN}) as opened:
        opened.row_factory = dict_row  # type: ignore[assignment]
        yield opened


def new_site(sender: Connection[Any], sent: list[Call]) -> tuple[str, Recount]:
    site = f"list{next(_numbers)}.example"
    sender.execute("select private.create_domain(%s, 'Site', 'Europe/Paris', 'Site')", [site])
    prepare(sender, site)
    for call in sent:
        send(sender, site, call)
    return site, recount(sender, site)


def rows_of(connection: Connection[Any], table: str, site: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(f"select * from public.{table} where site_domain = %s", [site])  # type: ignore[arg-type]
        return cursor.fetchall()


def pages(
    person: Connection[Any], function: str, site: str, passed: dict[str, Any], sort: str
) -> list[Any]:
    """Every page of two rows, one after the other."""
    found: list[Any] = []
    after = None
    while True:
        page: list[Any] = person.execute(
            f"select * from public.{function}(%s, %s, %s, 2, %s)",  # type: ignore[arg-type]
            [[site], json.dumps(passed), sort, json.dumps(after) if after else None],
        ).fetchall()
        found += page
        if len(page) < 2:
            return found
        after = page[-1]["cursor"]


def exported(
    person: Connection[Any], noun: str, site: str, passed: dict[str, Any], sort: str
) -> list[Any]:
    """The ids of a file's rows, in its order."""
    rows: list[Any] = person.execute(
        f"select {noun}_id as id from private.export_{noun}s(%s, %s, %s)",  # type: ignore[arg-type]
        [[site], json.dumps(passed), sort],
    ).fetchall()
    return [row["id"] for row in rows]


def passing_visitors(
    visitors: list[dict[str, Any]],
    counted: Recount,
    passed: dict[str, Any],
    days: tuple[date, date],
) -> dict[Any, date]:
    """The visitors that pass a filter, each with its last day in the range."""
    first, last = days
    wanted = set(KINDS[passed.get("did", "active")])
    wanted |= {STEP_OF[kind] for kind in passed.get("conversions", [])}
    found = {}
    for visitor in visitors:
        done = {(day, step) for day, step in counted.steps[visitor["id"]] if first <= day <= last}
        if (
            wanted <= {step for _, step in done}
            # An empty list restricts nothing.
            and visitor["status"] in (passed.get("statuses") or [visitor["status"]])
            and visitor["interest_score"] in (passed.get("scores") or [visitor["interest_score"]])
            and passed.get("country", visitor["country"] or "") == (visitor["country"] or "")
        ):
            # Steps come in the order of the funnel, and e-mail last.
            key = max(wanted, key=["active", *FUNNEL, "email"].index)
            found[visitor["id"]] = max(day for day, step in done if step == key)
    return found


def last_visit(visits: list[dict[str, Any]], visitor_id: Any, day: date) -> datetime:
    """The end of the last visit that began on a day, or else the day before."""
    ends = {
        began: [
            visit["last_activity_at"]
            for visit in visits
            if visit["visitor_id"] == visitor_id and visit["day"] == began and visit["counts"]
        ]
        for began in (day, day - timedelta(days=1))
    }
    first, second = ends.values()
    return max(first or second, default=datetime.min.replace(tzinfo=UTC))


@settings(max_examples=40)
@given(
    sent=traffic,
    days=ranges,
    passed=visitor_filters,
    sort=st.sampled_from(["recent", "recent", *SORTS]),
)
def test_visitors_equal_a_recount(
    sender: Connection[Any],
    person: Connection[Any],
    sent: list[Call],
    days: tuple[date, date],
    passed: dict[str, Any],
    sort: str,
) -> None:
    site, counted = new_site(sender, sent)
    visitors = rows_of(sender, "visitors", site)
    by_id = {visitor["id"]: visitor for visitor in visitors}
    expected = passing_visitors(visitors, counted, passed, days)
    filtered = passed | {"from": days[0].isoformat(), "to": days[1].isoformat()}
    visits = rows_of(sender, "visitor_sessions", site)

    listed = pages(person, "get_visitor_stats_with_intent", site, filtered, sort)

    def key(visitor_id: Any) -> tuple[Any, ...]:
        visitor = by_id[visitor_id]
        if sort == "recent":
            day = expected[visitor_id]
            return day, last_visit(visits, visitor_id, day), visitor_id
        return visitor[SORTS[sort]], visitor_id

    assert [row["id"] for row in listed] == sorted(expected, key=key, reverse=True)
    assert {row["id"]: row["last_day"] for row in listed} == expected
    assert exported(person, "visitor", site, filtered, sort) == [row["id"] for row in listed]
    (counted_row,) = person.execute(
        "select public.count_visitors(%s, %s)", [[site], json.dumps(filtered)]
    ).fetchall()
    assert counted_row["count_visitors"] == len(expected)


@settings(max_examples=40)
@given(
    sent=traffic,
    days=ranges,
    sort=st.sampled_from(["recent", "score", "sessions", "conversations"]),
    talked=st.sampled_from([None, True, False]),
)
def test_accounts_equal_a_recount(
    sender: Connection[Any],
    person: Connection[Any],
    sent: list[Call],
    days: tuple[date, date],
    sort: str,
    talked: bool | None,
) -> None:
    site, counted = new_site(sender, sent)
    first, last = days
    expected: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"sessions": 0, "conversations": 0, "interest_score": 1, "last_day": date.min}
    )
    for (metric, dimension, day, value), n in counted.figures.items():
        if not first <= day <= last:
            continue
        if dimension == "account":
            expected[value][metric] += n
            expected[value]["last_day"] = max(expected[value]["last_day"], day)
        elif dimension == "account_score":
            account, score = value.split(":")
            best = expected[account]["interest_score"]
            expected[account]["interest_score"] = max(best, int(score))
    if talked is not None:
        expected = {k: v for k, v in expected.items() if (v["conversations"] > 0) == talked}  # type: ignore[assignment]
    filtered: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat(), "talked": talked}

    listed = pages(person, "get_account_stats_with_intent", site, filtered, sort)

    figures = ("sessions", "conversations", "interest_score", "last_day")
    assert {str(row["id"]): {name: row[name] for name in figures} for row in listed} == dict(
        expected
    )
    column = {"score": "interest_score", "recent": "last_day"}.get(sort, sort)
    keys = [(row[column], row["id"]) for row in listed]
    assert keys == sorted(keys, reverse=True)
    accounts = {
        visitor["id"]: visitor["account_id"] for visitor in rows_of(sender, "visitors", site)
    }
    people = Counter(
        str(accounts[visitor])
        for visitor, done in counted.steps.items()
        if any(first <= day <= last for day, _ in done)
    )
    assert {str(row["id"]): row["visitors"] for row in listed} == {
        str(row["id"]): people[str(row["id"])] for row in listed
    }
    assert exported(person, "account", site, filtered, sort) == [row["id"] for row in listed]
    (counted_row,) = person.execute(
        "select public.count_accounts(%s, %s)", [[site], json.dumps(filtered)]
    ).fetchall()
    assert counted_row["count_accounts"] == len(expected)


@settings(max_examples=40)
@given(sent=traffic, days=ranges, bucket=st.sampled_from(["day", "week", "month"]))
def test_topics_equal_a_recount(
    sender: Connection[Any],
    person: Connection[Any],
    sent: list[Call],
    days: tuple[date, date],
    bucket: str,
) -> None:
    site, counted = new_site(sender, sent)
    first, last = days
    filtered = {"from": first.isoformat(), "to": last.isoformat()}
    earlier = first - (last - first) - timedelta(days=1)
    now: Counter[tuple[str, str]] = Counter()
    before: Counter[tuple[str, str]] = Counter()
    for (metric, dimension, day, value), n in counted.figures.items():
        if dimension == "topic" and first <= day <= last:
            now[(value, metric)] += n
        elif dimension == "topic" and earlier <= day < first:
            before[(value, metric)] += n
    total = sum(n for (_, metric), n in now.items() if metric == "messaged_conversations")
    expected = {}
    for topic in {value for value, _ in [*now, *before]}:
        asked = now[(topic, "messaged_conversations")]
        scored = now[(topic, "scored_conversations")]
        expected[topic] = (
            asked,
            before[(topic, "messaged_conversations")],
            ratio(asked, total),
            ratio(now[(topic, "quality_tenths")], 10 * scored),
            ratio(now[(topic, "converted_conversations")], asked),
            ratio(now[(topic, "unanswered_conversations")], asked),
        )
    rows: list[Any] = person.execute(
        "select * from public.get_topic_stats(%s, %s, %s)", [[site], first, last]
    ).fetchall()
    assert {
        str(row["topic_id"] or ""): (
            row["conversations"],
            row["previous_conversations"],
            *(
                None if row[name] is None else float(row[name])
                for name in ("share", "quality", "conversion_rate", "unanswered_share")
            ),
        )
        for row in rows
    } == expected

    over_time: list[Any] = person.execute(
        "select * from public.get_topics_over_time(%s, %s, %s, %s, 20)",
        [[site], first, last, bucket],
    ).fetchall()
    sums: Counter[str] = Counter()
    for row in over_time:
        sums[str(row["topic_id"])] += row["conversations"]
    assert dict(sums) == {
        topic: figures[0] for topic, figures in expected.items() if topic and figures[0]
    }
    for topic, figures in expected.items():
        one: list[Any] = person.execute(
            "select * from public.get_topic_over_time(%s, %s, %s, %s, %s)",
            [site, topic or None, first, last, bucket],
        ).fetchall()
        assert sum(row["conversations"] for row in one) == figures[0]
        assert sum(row["previous_conversations"] for row in one) == figures[1]
        assert {row["bucket"] for row in one} >= {row["bucket"] for row in over_time}
        listed = person.execute(
            "select public.count_conversations(%s, %s) as n",
            [[site], json.dumps({**filtered, "messaged": True, "topics": [topic or "none"]})],
        ).fetchone()
        assert listed == {"n": figures[0]}

    heat: list[Any] = person.execute(
        "select * from public.get_heat_map(%s, %s, %s)", [[site], first, last]
    ).fetchall()
    assert len(heat) == 7 * 24
    cells: Counter[tuple[int, int]] = Counter()
    for (metric, dimension, day, value), n in counted.figures.items():
        if (metric, dimension) == ("conversations", "weekday_hour") and first <= day <= last:
            weekday, hour = map(int, value.split())
            cells[(weekday, hour)] += n
    assert {
        (r["weekday"], r["hour"]): r["conversations"] for r in heat if r["conversations"]
    } == cells
    for (weekday, hour), n in cells.items():
        listed = person.execute(
            "select public.count_conversations(%s, %s) as n",
            [[site], json.dumps({**filtered, "weekday": weekday, "hour": hour})],
        ).fetchone()
        assert listed == {"n": n}


def ratio(numerator: int, denominator: int) -> float | None:
    return round(numerator / denominator, 6) if denominator else None


@pytest.mark.parametrize(
    ("function", "passed"),
    [
        ("count_visitors", {}),
        ("count_visitors", {"from": "2026-01-01", "to": "2026-01-02", "colour": "red"}),
        ("count_visitors", {"from": "2026-01-02", "to": "2026-01-01"}),
        ("count_visitors", {"from": "2026-01-01", "to": "2026-01-02", "did": "flew"}),
        ("count_visitors", {"from": "2026-01-01", "to": "2026-01-02", "scores": [9]}),
        ("count_accounts", {"from": "2026-01-01", "to": "yesterday"}),
        ("count_accounts", {"from": "2026-01-01", "to": "2026-01-02", "talked": "yes"}),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    person: Connection[Any], function: str, passed: dict[str, Any]
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        person.execute(f"select public.{function}(null, %s)", [json.dumps(passed)])  # type: ignore[arg-type]
    assert raised.value.sqlstate == "PT400"
