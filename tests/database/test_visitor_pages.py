"""Pages of a busy day's visitors, of which only the first are looked at, beside all of them in order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from random import Random
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
SITES = ["busy.example", "calm.example"]
FIRST = date(2026, 3, 1)
DAYS = 4
COMPANY = "c0000000-0000-4000-8000-000000000001"
NEVER = datetime.min.replace(tzinfo=UTC)
FIGURES = {
    "score": "interest_score",
    "sessions": "session_count",
    "page_views": "page_view_count",
    "conversations": "conversation_count",
}


@dataclass(slots=True)
class Person:
    """A visitor, what it did on which days, and the ends of its visits by their days."""

    site: str
    id: UUID
    country: str
    email: str | None
    company: str | None
    figures: dict[str, int]
    steps: dict[date, int]
    visits: list[tuple[date, datetime]]

    def seen(self) -> tuple[datetime, datetime]:
        """When it was first and last seen; as late and as early as the days can be anywhere."""
        days = [
            datetime.combine(day, time(), UTC) for day, steps in self.steps.items() if steps & 15
        ]
        return (
            min(days, default=NEVER) + timedelta(hours=36 if days else 0),
            max(days, default=NEVER) - timedelta(hours=14 if days else 0),
        )

    def last_visit(self, day: date) -> datetime:
        """The end of the last visit that began on a day, or else the day before."""
        same = [end for began, end in self.visits if began == day]
        before = [end for began, end in self.visits if began == day - timedelta(days=1)]
        return max(same or before, default=NEVER)


def made_up(random: Random) -> Person:
    """Somebody whose visits end at few different times, go on past midnight, or never were."""
    steps: dict[date, int] = {}
    visits = []
    for offset in range(DAYS):
        day = FIRST + timedelta(days=offset)
        chance = random.random()
        if chance < 0.4:
            continue
        steps[day] = steps.get(day, 0) | random.choice([1, 3, 15])
        # Of some days only a conversation tells.
        for _ in range(random.choice([1, 1, 2, 3]) if chance < 0.9 else 0):
            end = datetime.combine(day, datetime.min.time(), UTC)
            end += timedelta(minutes=30 * random.randint(1, 47))
            if random.random() < 0.15:
                end += timedelta(days=1)
                if end.date() < FIRST + timedelta(days=DAYS):
                    steps[end.date()] = steps.get(end.date(), 0) | 1
            visits.append((day, end))
    # What was booked may be told to be of any time.
    if random.random() < 0.2:
        day = FIRST + timedelta(days=random.randrange(DAYS))
        steps[day] = steps.get(day, 0) | 64
    return Person(
        site=random.choice([SITES[0], SITES[0], SITES[1]]),
        id=UUID(int=random.getrandbits(128)),
        country=random.choice(["FR", "FR", "DE"]),
        email=random.choice(["ann@shop.example", "ben@shop.example", None]),
        company=random.choice([COMPANY, None]),
        figures={
            column: random.randint(1, 30 if column == "page_view_count" else 5)
            for column in FIGURES.values()
        },
        steps=steps,
        visits=visits,
    )


@pytest.fixture(scope="module")
def crowd(database: TestDatabase) -> Iterator[list[Person]]:
    """Some hundred visitors of two websites."""
    random = Random(11)
    people = [made_up(random) for _ in range(300)]
    with database.connect("supabase_admin") as owner:
        owner.execute("set session_replication_role = replica")
        for site in SITES:
            owner.execute("select private.create_domain(%s, 'Site', 'UTC', 'Site')", [site])
            owner.execute(
                "insert into public.accounts (site_domain, id, name) values (%s, %s, 'Shop')",
                [site, COMPANY],
            )
        for person in people:
            store(owner, person)
    yield people


def store(owner: Connection[Any], person: Person) -> None:
    owner.execute(
        "insert into public.visitors (site_domain, id, counts, country, email, account_id, first_seen_at,"
        " last_seen_at, interest_score, session_count, page_view_count, conversation_count)"
        " values (%s, %s, true, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            person.site,
            person.id,
            person.country,
            person.email,
            person.company,
            *person.seen(),
            *person.figures.values(),
        ],
    )
    for number, (day, end) in enumerate(person.visits):
        owner.execute(
            "insert into public.visitor_sessions (site_domain, session_id, visitor_id, day, counts,"
            " first_event_at, last_activity_at) values (%s, %s, %s, %s, true, %s, %s)",
            [person.site, str(number), person.id, day, end, end],
        )
    for day, steps in person.steps.items():
        owner.execute(
            "insert into rollup.visitor_days (site_domain, visitor_id, day, steps, account_id)"
            " values (%s, %s, %s, %s, %s)",
            [person.site, person.id, day, steps, person.company],
        )
    owner.execute(
        "update public.visitors as visitor set step_days = (select range_agg(rollup.steps_on(d.steps, d.day))"
        " from rollup.visitor_days as d"
        " where d.site_domain = visitor.site_domain and d.visitor_id = visitor.id)"
        " where visitor.site_domain = %s and visitor.id = %s",
        [person.site, person.id],
    )


def turns(*sizes: int) -> list[tuple[int, ...]]:
    """Page sizes in turn, each of them first once: every page goes on from one of another size."""
    return [sizes[n:] + sizes[:n] for n in range(len(sizes))]


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
    database: TestDatabase,
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
    with database.connect("authenticated", {"sub": ADMIN}) as reader:
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
    database: TestDatabase,
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
    with database.connect("authenticated", {"sub": ADMIN}) as reader:
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
    crowd: list[Person], database: TestDatabase, column: str, figure: int | None
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
    with database.connect("authenticated", {"sub": ADMIN}) as reader:
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


@pytest.mark.parametrize("from_days", [False, True])
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
    from_days: bool,
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
                [SITES, filtered, column, after, from_days],
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
