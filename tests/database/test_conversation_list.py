"""The list of conversations beside a recount in Python: every filter, every order, page by page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.rows import dict_row

from support import talks
from support.database import TestDatabase
from support.talks import fill_domain, named

ADMIN = "a0000000-0000-4000-8000-000000000001"
DOMAINS = {"paris.example": "Europe/Paris", "tokyo.example": "Asia/Tokyo"}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rows(database: TestDatabase) -> Rows:
    """Every conversation, with the words said in it."""
    with database.connect("supabase_admin") as admin:
        for domain, timezone in DOMAINS.items():
            fill_domain(admin, domain, timezone, 160)
        cursor = admin.cursor(row_factory=dict_row)
        found = cursor.execute("select * from public.conversations").fetchall()
    return [
        {**row, **{name: str(row[name]) for name in ("id", "visitor_id", "account_id", "topic_id")}}
        for row in found
    ]


@pytest.fixture(scope="module")
def person(database: TestDatabase, rows: Rows) -> Iterator[Connection[Any]]:
    with database.connect("authenticated", {"sub": ADMIN}) as opened:
        yield opened


def one_of(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(["" if value is None else value for value in values])


def some_of(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=3, unique=True)


IDS = [named("topic", domain, number) for domain in DOMAINS for number in range(3)]
days = st.integers(-2, talks.DAYS + 1).map(lambda n: str(talks.START.date() + timedelta(days=n)))
KEYS: dict[str, st.SearchStrategy[Any]] = {
    "from": days,
    "to": days,
    "search": st.sampled_from(["", "price", "demo crm", "price or demo", "-price", '"hello"']),
    "conversions": some_of(talks.FLAGS),
    "messaged": st.booleans(),
    "page": one_of(talks.PAGES),
    "country": one_of(talks.COUNTRIES),
    "language": one_of(talks.LANGUAGES),
    "device": one_of(talks.DEVICES),
    "referrer": one_of(talks.REFERRERS),
    "visitor_id": st.sampled_from([named("visitor", "paris.example", n) for n in range(3)]),
    "account_id": st.sampled_from([named("account", "tokyo.example", n) for n in range(2)]),
    "min_turns": st.integers(0, 4),
    "max_turns": st.integers(0, 7),
    "min_messages": st.integers(0, 8),
    "max_messages": st.integers(0, 15),
    "scores": some_of([1, 2, 3, 4, 5]),
    "min_quality": st.sampled_from([1, 2.5, 3, 4.9]),
    "max_quality": st.sampled_from([1, 2.4, 3.5, 5]),
    "topics": some_of([*IDS, "none", None]),
    "intents": some_of(["LEARN", "SUPPORT", "OTHER", "none"]),
    "signals": some_of(["pricing", "demo", "competitor", "unheard of"]),
    "review": st.sampled_from(["unreviewed", "reviewed", "good", "bad"]),
    "unanswered": st.booleans(),
    "hour": st.integers(0, 23),
    "weekday": st.integers(1, 7),
}
filters = st.lists(st.sampled_from(list(KEYS)), max_size=4, unique=True).flatmap(
    lambda keys: st.fixed_dictionaries({key: st.none() | KEYS[key] for key in keys})
)


def in_list(value: Any, wanted: list[Any]) -> bool:
    """Whether a value is among those wanted; `none` wants those without."""
    if not wanted:
        return True
    if value in (None, "None"):
        return None in wanted or "none" in wanted
    return value in wanted


def holds(row: dict[str, Any], search: str) -> bool:
    said = set((row["preview"] or "").split())
    if search == "price or demo":
        return bool(said & {"price", "demo"})
    if search == "-price":
        return "price" not in said
    return set(search.replace('"', "").split()) <= said


TESTS: dict[str, Callable[[dict[str, Any], Any], bool]] = {
    "from": lambda row, value: row["day"] >= date.fromisoformat(value),
    "to": lambda row, value: row["day"] <= date.fromisoformat(value),
    "search": holds,
    "conversions": lambda row, value: all(row[kind] for kind in value),
    "messaged": lambda row, value: (row["visitor_message_count"] > 0) == value,
    "page": lambda row, value: (row["page"] or "") == value,
    "country": lambda row, value: (row["country"] or "") == value,
    "language": lambda row, value: (row["language"] or row["detected_language"] or "") == value,
    "device": lambda row, value: (row["device_type"] or "") == value,
    "referrer": lambda row, value: (row["referrer_host"] or "") == value,
    "visitor_id": lambda row, value: row["visitor_id"] == value,
    "account_id": lambda row, value: row["account_id"] == value,
    "min_turns": lambda row, value: row["total_turns"] >= value,
    "max_turns": lambda row, value: row["total_turns"] <= value,
    "min_messages": lambda row, value: row["message_count"] >= value,
    "max_messages": lambda row, value: row["message_count"] <= value,
    "scores": lambda row, value: in_list(row["interest_score"], value),
    "min_quality": lambda row, value: float(row["quality_score"] or 0) >= value,
    "max_quality": lambda row, value: float(row["quality_score"] or 9) <= value,
    "topics": lambda row, value: in_list(row["topic_id"], value),
    "intents": lambda row, value: in_list(row["intent"], value),
    "signals": lambda row, value: not value or bool(set(row["signals"]) & set(value)),
    "review": lambda row, value: {
        "unreviewed": row["review"] is None,
        "reviewed": row["review"] is not None,
    }.get(value, row["review"] == value),
    "unanswered": lambda row, value: (row["unanswered_count"] > 0) == value,
    "hour": lambda row, value: row["hour"] == value,
    "weekday": lambda row, value: row["day"].isoweekday() == value,
}
SORT_KEYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "newest": lambda row: 0,
    "oldest": lambda row: 0,
    "longest": lambda row: row["total_turns"],
    "interest": lambda row: row["interest_score"],
    "quality_best": lambda row: row["quality_score"] or 0,
    "quality_worst": lambda row: 6 - row["quality_score"] if row["quality_score"] else Decimal(0),
}


def expected(rows: Rows, domains: list[str], wanted: dict[str, Any], sort: str) -> list[str]:
    """The ids of the conversations that pass, in order."""
    passing = [
        row
        for row in rows
        if row["counts"]
        and row["site_domain"] in domains
        and all(TESTS[key](row, value) for key, value in wanted.items() if value is not None)
    ]
    key = SORT_KEYS[sort]
    passing.sort(
        key=lambda row: (key(row), row["started_at"], row["site_domain"], row["id"]),
        reverse=sort != "oldest",
    )
    return [row["id"] for row in passing]


def listed(
    person: Connection[Any], domains: list[str], wanted: dict[str, Any], sort: str, size: int
) -> list[str]:
    """The ids of all pages, one after the other."""
    ids: list[str] = []
    after = None
    while True:
        page = person.execute(
            "select id::text, cursor from public.list_conversations(%s, %s, %s, %s, %s)",
            [domains, json.dumps(wanted), size, json.dumps(after) if after else None, sort],
        ).fetchall()
        ids += [row[0] for row in page]
        if len(page) < size:
            return ids
        after = page[-1][1]


@settings(max_examples=120)
@given(
    wanted=filters,
    sort=st.sampled_from(list(SORT_KEYS)),
    domains=st.sampled_from([list(DOMAINS), ["paris.example"], ["tokyo.example"]]),
    size=st.sampled_from([9, 200]),
)
def test_list_count_and_export_hold_what_passes_the_filter(
    person: Connection[Any],
    rows: Rows,
    wanted: dict[str, Any],
    sort: str,
    domains: list[str],
    size: int,
) -> None:
    ids = expected(rows, domains, wanted, sort)
    arguments = [domains, json.dumps(wanted)]
    counted = person.execute("select public.count_conversations(%s, %s)", arguments).fetchone()
    assert counted == (len(ids),)
    assert listed(person, domains, wanted, sort, size) == ids
    exported = person.execute(
        "select conversation_id::text from private.export_conversations(%s, %s, %s)",
        [*arguments, sort],
    )
    assert [row[0] for row in exported] == ids


@pytest.mark.parametrize("sort", SORT_KEYS)
@pytest.mark.parametrize("size", [1, 7])
def test_pages_follow_each_other_in_every_order(
    person: Connection[Any], rows: Rows, sort: str, size: int
) -> None:
    wanted = {"messaged": True}
    ids = expected(rows, list(DOMAINS), wanted, sort)
    assert len(ids) > 100
    assert listed(person, list(DOMAINS), wanted, sort, size) == ids


def test_every_key_is_tried_here(database: TestDatabase) -> None:
    with database.connect("postgres") as owner:
        source = owner.execute(
            "select prosrc from pg_proc where proname = 'check_conversation_filter'"
        ).fetchone()
    assert source is not None
    kinds = json.loads("{" + source[0].partition("'{")[2].partition("}'")[0] + "}")
    assert set(kinds) == set(KEYS) == set(TESTS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"scores": [6]},
        {"scores": 3},
        {"scores": ["3"]},
        {"min_quality": 0.9},
        {"max_quality": 5.1},
        {"min_quality": "3"},
        {"topics": ["pricing"]},
        {"topics": [3]},
        {"intents": ["learn"]},
        {"signals": [1]},
        {"signals": ["x" * 101]},
        {"review": "perhaps"},
        {"unanswered": "yes"},
        {"hour": 24},
        {"weekday": 0},
        {"weekday": 1.5},
        {"account_id": "acme"},
        {"max_turns": -1},
        {"from": "2026-02-30"},
        {"search": ["price"]},
        {"page": "x" * 1001},
        ["from"],
    ],
)
def test_a_wrong_filter_is_refused(person: Connection[Any], wrong: Any) -> None:
    for call in ("public.list_conversations(null, %s)", "public.count_conversations(null, %s)"):
        with pytest.raises(psycopg.Error) as refused:
            person.execute(f"select * from {call}", [json.dumps(wrong)])  # type: ignore[arg-type]
        assert refused.value.sqlstate == "PT400"


@pytest.mark.parametrize(
    ("sort", "after"),
    [
        ("best", None),
        (None, None),
        ("newest", {}),
        ("newest", {"started_at": "a while ago", "site_domain": "x", "id": IDS[0]}),
        ("longest", {"started_at": "2026-01-01", "site_domain": "x", "id": IDS[0]}),
        (
            "longest",
            {"sort": "longest", "key": "a", "started_at": "2026-01-01", "site_domain": "x"},
        ),
        (
            "oldest",
            {"sort": "newest", "started_at": "2026-01-01", "site_domain": "x", "id": IDS[0]},
        ),
    ],
)
def test_a_wrong_order_or_cursor_is_refused(
    person: Connection[Any], sort: str | None, after: Any
) -> None:
    with pytest.raises(psycopg.Error) as refused:
        person.execute(
            "select * from public.list_conversations(null, '{}', 10, %s, %s)",
            [json.dumps(after) if after is not None else None, sort],
        )
    assert refused.value.sqlstate == "PT400"
