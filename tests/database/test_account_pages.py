"""Pages of many accounts, in every order, beside a count of their sessions and conversations."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from psycopg.rows import dict_row

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
SITES = ["many.example", "others.example"]
ACCOUNTS = 70
TODAY = datetime.now(UTC).date()
# A few days, whole months at the edges and in the middle, and nearly everything there is.
RANGES = [(3, 0), (27, 1), (60, 12), (190, 0), (189, 20)]
FILTERS: list[dict[str, Any]] = [
    {},
    {"talked": False},
    {"scores": [2, 3], "talked": True},
    {"scores": [], "industry": "retail"},
    {"search": "company 7"},
    {"search": "company", "industry": "media"},
]


@dataclass
class Account:
    """What an account is, and its days: sessions, and scores of conversations."""

    site: str
    id: UUID
    name: str
    industry: str
    sessions: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    scores: dict[date, list[int]] = field(default_factory=lambda: defaultdict(list))

    def figures(self, first: date, last: date) -> dict[str, Any] | None:
        """Of a range; none without a session or conversation in it."""
        days = {day for day in {*self.sessions, *self.scores} if first <= day <= last}
        scores = [score for day in days for score in self.scores.get(day, [])]
        if not days:
            return None
        return {
            "recent": max(days),
            "sessions": sum(self.sessions.get(day, 0) for day in days),
            "conversations": len(scores),
            "score": max(scores, default=1),
        }


def passes(account: Account, figures: dict[str, Any], passed: dict[str, Any]) -> bool:
    """Whether an account with these figures passes a filter."""
    words = account.name.lower().split()
    return (
        passed.get("talked") in (None, figures["conversations"] > 0)
        and figures["score"] in (passed.get("scores") or [figures["score"]])
        and passed.get("industry", account.industry) == account.industry
        and all(
            any(word.startswith(start) for word in words)
            for start in passed.get("search", "").split()
        )
    )


INSERT_PERSON = (
    "insert into public.visitors (site_domain, id, counts, account_id, first_seen_at, last_seen_at)"
    " values (%s, %s, true, %s, now(), now())"
)
INSERT_SESSION = (
    "insert into public.visitor_sessions (site_domain, id, session_id, visitor_id, first_event_at,"
    " last_activity_at, day, counts) values (%s, %s, gen_random_uuid(), %s, %s, %s, %s, %s)"
)
INSERT_CONVERSATION = (
    "insert into public.conversations (site_domain, id, visitor_id, session_id, counts, opened_at,"
    " day, hour, message_count, visitor_message_count, signal_score)"
    " values (%s, gen_random_uuid(), %s, %s, true, %s, %s, 12, 1, 1, %s)"
)


def invent(owner: Connection[Any]) -> list[Account]:
    """Accounts of two sites: some busy, some that came once; half of it folded, half not."""
    random = Random(11)
    accounts = []
    sessions: list[Any] = []
    conversations: list[Any] = []
    for site in SITES:
        owner.execute("select private.create_domain(%s, 'Site', 'UTC', 'Site')", [site])
        for number in range(ACCOUNTS):
            industry = random.choice(["retail", "media", "health"])
            account = Account(
                site, UUID(int=random.getrandbits(128)), f"Company {number}", industry
            )
            person = UUID(int=random.getrandbits(128))
            accounts.append(account)
            owner.execute(
                "insert into public.accounts (site_domain, id, name, industry)"
                " values (%s, %s, %s, %s)",
                [site, account.id, account.name, industry],
            )
            owner.execute(INSERT_PERSON, [site, person, account.id])
            # A conversation whose session does not count, so that only one of both is there.
            silent = UUID(int=random.getrandbits(128))
            longest_ago = datetime.combine(TODAY, time(12), UTC) - timedelta(days=201)
            owner.execute(
                INSERT_SESSION,
                [site, silent, person, longest_ago, longest_ago, longest_ago.date(), False],
            )
            for _ in range(random.choice([1, 2, 5, 5, 20])):
                day = TODAY - timedelta(days=random.randrange(200))
                at = datetime.combine(day, time(12), UTC)
                if random.random() < 0.7:
                    account.sessions[day] += 1
                    number = UUID(int=random.getrandbits(128))
                    sessions.append((site, number, person, at, at, day, True))
                else:
                    score = random.choice([1, 1, 1, 2, 3, 4, 5])
                    account.scores[day].append(score)
                    conversations.append((site, person, silent, at, day, score))
    # So many of a name that they are not all looked at.
    owner.execute(
        "insert into public.accounts (site_domain, id, name, industry)"
        " select %s, gen_random_uuid(), 'Company asleep ' || n, 'media'"
        " from generate_series(1, 1100) as n",
        [SITES[0]],
    )
    random.shuffle(sessions)
    random.shuffle(conversations)
    with owner.cursor() as cursor:
        for part in (0, 1):
            cursor.executemany(INSERT_SESSION, sessions[part::2])
            cursor.executemany(INSERT_CONVERSATION, conversations[part::2])
            if part == 0:
                cursor.execute("select rollup.fold()")
    return accounts


@pytest.fixture(scope="module")
def accounts(database: TestDatabase) -> Iterator[list[Account]]:
    with database.connect("postgres") as owner:
        yield invent(owner)


@pytest.fixture(scope="module")
def person(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("authenticated", {"sub": ADMIN}) as opened:
        opened.row_factory = dict_row  # type: ignore[assignment]
        yield opened


def listed(
    person: Connection[Any], passed: dict[str, Any], sort: str, limits: list[int]
) -> list[dict[str, Any]]:
    """Pages of so many rows, one after the other."""
    found: list[dict[str, Any]] = []
    after = None
    for limit in limits:
        page: list[Any] = person.execute(
            "select * from public.get_account_stats_with_intent(%s, %s, %s, %s, %s)",
            [SITES, json.dumps(passed), sort, limit, json.dumps(after) if after else None],
        ).fetchall()
        found += page
        if len(page) < limit:
            break
        after = page[-1]["cursor"]
    return found


@pytest.mark.parametrize("sort", ["recent", "score", "sessions", "conversations"])
@pytest.mark.parametrize("passed", FILTERS, ids=str)
@pytest.mark.parametrize(("earliest", "latest"), RANGES)
def test_pages_equal_a_recount(
    accounts: list[Account],
    person: Connection[Any],
    sort: str,
    passed: dict[str, Any],
    earliest: int,
    latest: int,
) -> None:
    first, last = TODAY - timedelta(days=earliest), TODAY - timedelta(days=latest)
    expected = []
    for account in accounts:
        figures = account.figures(first, last)
        if figures is not None and passes(account, figures, passed):
            expected.append((figures[sort], account.id, figures))
    expected.sort(key=lambda row: row[:2], reverse=True)
    filtered = passed | {"from": first.isoformat(), "to": last.isoformat()}

    for limits in ([5, 5, 5], [30, 30, 30], [90, 5, 5]):
        rows = listed(person, filtered, sort, limits)
        shown = expected[: sum(limits)]
        assert [row["id"] for row in rows] == [number for _, number, _ in shown]
        assert [
            (row["last_day"], row["sessions"], row["conversations"], row["interest_score"])
            for row in rows
        ] == [tuple(figures.values()) for _, _, figures in shown]
    counted = person.execute("select public.count_accounts(%s, %s)", [SITES, json.dumps(filtered)])
    assert counted.fetchone() == {"count_accounts": len(expected)}
