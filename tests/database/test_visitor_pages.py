"""Pages of a busy day's visitors, of which only the first are looked at, beside all of them in order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from support.crowd import ADMIN, COMPANY, FIGURES, FIRST, SITES, Person, gathered
from support.database import TestDatabase


@pytest.fixture(scope="module")
def crowd(database: TestDatabase) -> list[Person]:
    return gathered(database)


def turns(*sizes: int) -> list[tuple[int, ...]]:
    """Page sizes in turn, each of them first once: every page goes on from one of another size."""
    return [sizes[n:] + sizes[:n] for n in range(len(sizes))]


@pytest.fixture(scope="module")
def reader(database: TestDatabase) -> Iterator[Connection[Any]]:
    """A connection for all tests, as the server keeps them: a new one first learns the functions."""
    with database.connect("authenticated", {"sub": ADMIN}) as opened:
        yield opened


@pytest.mark.parametrize("sizes", turns(1, 3, 50))
@pytest.mark.parametrize("sort", ["recent", *FIGURES])
@pytest.mark.parametrize(
    "passed",
    [
        {},
        {"did": "engaged"},
        {"country": "DE"},
        {"search": "ann"},
        {"account_id": COMPANY},
        {"account_id": COMPANY, "country": "FR", "did": "engaged"},
    ],
)
@pytest.mark.parametrize("days", [(0, 3), (0, 1), (2, 2)])
def test_pages_one_after_the_other_are_the_whole_list(
    crowd: list[Person],
    reader: Connection[Any],
    sizes: Sequence[int],
    sort: str,
    passed: dict[str, str],
    days: tuple[int, int],
) -> None:
    first, last = (FIRST + timedelta(days=offset) for offset in days)
    wanted = 8 if "did" in passed else 1
    expected = {}
    for person in crowd:
        done = [
            day for day, steps in person.steps.items() if first <= day <= last and steps & wanted
        ]
        if not done or passed.get("country", person.country) != person.country:
            continue
        if not (person.email or "").startswith(passed.get("search", "")):
            continue
        if passed.get("account_id", person.company) != person.company:
            continue
        expected[person.id] = (
            (max(done), person.last_visit(max(done)), person.id)
            if sort == "recent"
            else (person.figures[FIGURES[sort]], person.id)
        )
    filtered = passed | {"from": first.isoformat(), "to": last.isoformat()}
    listed: list[UUID] = []
    after = None
    for limit in cycle(sizes):
        page: list[Any] = reader.execute(
            "select id, cursor from public.get_visitor_stats_with_intent(%s, %s, %s, %s, %s)",
            [SITES, json.dumps(filtered), sort, limit, after and json.dumps(after)],
        ).fetchall()
        assert len(page) <= limit
        if not page:
            break
        listed += [row[0] for row in page]
        after = page[-1][1]
    assert listed == sorted(expected, key=lambda found: expected[found], reverse=True)


@pytest.mark.parametrize("sizes", turns(1, 4, 30))
@pytest.mark.parametrize(("did", "wanted"), [("active", 1), ("engaged", 8), ("booked", 64)])
@pytest.mark.parametrize(("start", "end"), [(0, 3), (1, 2), (0, 0)])
def test_pages_of_a_filter_that_few_pass_are_the_whole_list(
    crowd: list[Person],
    reader: Connection[Any],
    sizes: Sequence[int],
    did: str,
    wanted: int,
    start: int,
    end: int,
) -> None:
    first, last = (FIRST + timedelta(days=offset) for offset in (start, end))
    expected = []
    for person in crowd:
        done = [
            day for day, steps in person.steps.items() if first <= day <= last and steps & wanted
        ]
        if done and person.country == "DE":
            expected.append((max(done), person.last_visit(max(done)), person.id))
    filtered = {"from": str(first), "to": str(last), "country": "DE", "did": did}
    listed: list[UUID] = []
    after = None
    for limit in cycle(sizes):
        page = reader.execute(
            "select id, json_build_object('id', id, 'last_day', last_day, 'last_visit_at',"
            " last_visit_at) from private.visitors_by_filter(%s, %s, %s, %s, %s)",
            [SITES, json.dumps(filtered), last + timedelta(days=1), after, limit],
        ).fetchall()
        assert len(page) <= limit
        if not page:
            break
        listed += [row[0] for row in page]
        after = json.dumps(page[-1][1])
    assert len(listed) > 5
    assert listed == [found for _, _, found in sorted(expected, reverse=True)]


@pytest.mark.parametrize("column", [column for column in FIGURES.values() if "view" not in column])
@pytest.mark.parametrize("figure", [None, 2])
def test_a_walk_past_those_who_were_not_there_finds_the_page_or_says_it_cannot(
    crowd: list[Person], reader: Connection[Any], column: str, figure: int | None
) -> None:
    day = FIRST + timedelta(days=2)
    there = sorted(
        (
            (person.figures[column], person.id)
            for person in crowd
            if person.steps.get(day, 0) & 1 and (figure is None or person.figures[column] < figure)
        ),
        reverse=True,
    )
    lowest = str(UUID(int=0))
    filtered = json.dumps({"from": day.isoformat(), "to": day.isoformat()})
    after = json.dumps({"figure": figure, "id": lowest}) if figure else None
    answers = {}
    for walked in (5, 20, 60, 1000):
        row = reader.execute(
            "select ids from private.leading_visitors_there(%s, %s, %s, %s, 10, %s)",
            [SITES, filtered, column, after, walked],
        ).fetchone()
        answers[walked] = row and row[0]
    expected = [found for _, found in there[:10]]
    assert len(expected) == 10
    assert answers[5] is None
    assert answers[1000] == expected
    assert all(answer in (None, expected) for answer in answers.values())
