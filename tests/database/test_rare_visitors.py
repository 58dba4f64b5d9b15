"""Visitors that few pass for: found by their columns or by days, counted, and of the caller's websites alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from support.crowd import ADMIN, FIGURES, FIRST, SITES, Person, gathered
from support.database import TestDatabase


@pytest.fixture(scope="module")
def crowd(database: TestDatabase) -> list[Person]:
    return gathered(database)


@pytest.mark.parametrize("there", [None, 20_000])
@pytest.mark.parametrize("column", FIGURES.values())
@pytest.mark.parametrize(
    "passed",
    [
        {"country": "DE"},
        {"search": "shop"},
        {"search": "ann", "country": "FR"},
        {"search": "nobody"},
        {"conversions": ["demo_booked"], "did": "engaged"},
        {"conversions": ["demo_booked"], "search": "shop ann"},
    ],
)
@pytest.mark.parametrize("days", [(0, 3), (1, 2)])
def test_who_passes_is_found_by_their_columns_or_by_days_and_counted(
    crowd: list[Person],
    database: TestDatabase,
    there: int | None,
    column: str,
    passed: dict[str, Any],
    days: tuple[int, int],
) -> None:
    first, last = (FIRST + timedelta(days=offset) for offset in days)
    wanted = (10 if "did" in passed else 1) | (64 if "conversions" in passed else 0)
    expected = []
    for person in crowd:
        done = 0
        for day, steps in person.steps.items():
            done |= steps if first <= day <= last else 0
        words = passed.get("search", "").split()
        by_name = all(word in (person.email or "") for word in words)
        by_company = person.company is not None and words == ["shop"]
        if done & wanted != wanted or passed.get("country", person.country) != person.country:
            continue
        if not (by_name or by_company):
            continue
        expected.append((person.figures[column], person.id))
    filtered = json.dumps(passed | {"from": str(first), "to": str(last)})
    listed: list[UUID] = []
    after = None
    with database.connect("authenticated", {"sub": ADMIN}) as reader:
        while True:
            page = reader.execute(
                "select page.id, json_build_object('figure', visitor." + column + ", 'id', page.id)"
                " from private.rare_visitors_by_figure(%s, %s, %s, %s, 7, %s) with ordinality as page"
                " join public.visitors as visitor using (site_domain, id) order by page.ordinality",
                [SITES, filtered, column, after, there],
            ).fetchall()
            if not page:
                break
            listed += [row[0] for row in page]
            after = json.dumps(page[-1][1])
        counted = reader.execute(
            "select public.count_visitors(%s, %s)", [SITES, filtered]
        ).fetchone()
    assert listed == [found for _, found in sorted(expected, reverse=True)]
    assert counted == (len(expected),)
    assert expected or passed == {"search": "nobody"}


@pytest.mark.parametrize("there", [None, 20_000])
def test_one_is_found_by_an_id(
    crowd: list[Person], database: TestDatabase, there: int | None
) -> None:
    person = next(person for person in crowd if person.steps.get(FIRST))
    filtered = json.dumps({"from": str(FIRST), "to": str(FIRST), "search": str(person.id)})
    with database.connect("authenticated", {"sub": ADMIN}) as reader:
        found = reader.execute(
            "select id from private.rare_visitors_by_figure(%s, %s, 'session_count', null, 9, %s)",
            [SITES, filtered, there],
        ).fetchall()
    assert found == [(person.id,)]


@pytest.mark.parametrize("search", [None, "shop"])
def test_nobody_is_found_on_websites_of_others(
    crowd: list[Person], database: TestDatabase, search: str | None
) -> None:
    """Definers look their caller's domains up themselves, whatever they are asked for."""
    days = {"from": str(FIRST), "to": str(FIRST + timedelta(days=3)), "search": search}
    asked = {"sites": SITES, "filter": json.dumps(days), "after": FIRST + timedelta(days=9)}
    questions = [
        "select id from private.rare_visitors_by_figure("
        f"%(sites)s, %(filter)s, 'session_count', null, 9, {there})"
        for there in ("20000", "null")
    ]
    questions += [
        "select id from private.visitors_by_filter(%(sites)s, %(filter)s, %(after)s, null, 9)",
        "select 1 where private.count_filtered_visitors(%(sites)s, %(filter)s) > 0",
        "select id from private.search_people(%(sites)s, 'shop')",
        "select unnest(private.search_companies(%(sites)s, 'shop'))",
    ]
    for caller, finds in ((ADMIN, True), (str(uuid4()), False)):
        with database.connect("authenticated", {"sub": caller}) as reader:
            for question in questions:
                assert bool(reader.execute(question, asked).fetchall()) is finds, question
