"""Some hundred visitors of two websites, made up: for pages and counts of visitors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

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


def gathered(database: TestDatabase) -> list[Person]:
    """Three hundred of them, stored with their days."""
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
        for site in SITES:
            owner.execute("select rollup.rebuild_visitor_facets(%s)", [site])
    return people


def store(owner: Connection[Any], person: Person) -> None:
    """Write the visitor with its visits and days; triggers are off."""
    owner.execute(
        "insert into public.visitors (site_domain, id, counts, country, email, account_id,"
        " first_seen_at, last_seen_at, interest_score, session_count, page_view_count,"
        " conversation_count)"
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
        "update public.visitors as visitor"
        " set step_days = (select range_agg(rollup.steps_on(d.steps, d.day))"
        " from rollup.visitor_days as d"
        " where d.site_domain = visitor.site_domain and d.visitor_id = visitor.id)"
        " where visitor.site_domain = %s and visitor.id = %s",
        [person.site, person.id],
    )
