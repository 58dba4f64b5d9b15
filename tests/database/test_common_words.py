"""Words that most companies have: counted by the companies that lack them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
SITE = "common.example"
DAY = "2026-03-02"
# Whether the companies that lack the word are the shorter list, and enough have it to ask.
LACKING = {"shop": True, "alpha": True, "beta": False, "shop 11": False, "nobody": False}


@pytest.fixture(scope="module")
def people(database: TestDatabase) -> Iterator[list[tuple[str, str]]]:
    """What visitors and their companies are called, of more companies than are told one by one."""
    random = Random(3)
    names: list[tuple[str, str]] = []
    with database.connect("postgres") as owner:
        owner.execute("select private.create_domain(%s, 'Common', 'UTC', 'Common')", [SITE])
        companies = [
            f"Shop {number} {random.choice(['Alpha', 'Alpha', 'Alpha', 'Beta'])}"
            for number in range(2500)
        ]
        ids = owner.execute(
            "insert into public.accounts (site_domain, name)"
            " select %s, name from unnest(%s::text[]) as name returning id, name",
            [SITE, companies],
        ).fetchall()
        for _ in range(300):
            account, company = random.choice([*ids, (None, "")])
            if random.random() < 0.3:
                account, company = None, ""
            name = random.choice([None, None, "Ann Alpha", "Ben Beta", "Shop Keeper"])
            owner.execute(
                "insert into public.visitors (site_domain, counts, name, account_id, first_seen_at,"
                " last_seen_at, step_days)"
                " values (%s, true, %s, %s, now(), now(), rollup.steps_on(1::smallint, %s))",
                [SITE, name, account, DAY],
            )
            names.append((name or "", company))
        yield names


@pytest.mark.parametrize("search", LACKING)
def test_a_word_of_most_companies_is_counted_exactly(
    people: list[tuple[str, str]], database: TestDatabase, search: str
) -> None:
    def has_all(text: str) -> bool:
        return all(
            any(word.startswith(start) for word in text.lower().split()) for start in search.split()
        )

    with database.connect("authenticated", {"sub": ADMIN}) as reader:
        counted = reader.execute(
            "select public.count_visitors(%s, %s)",
            [[SITE], json.dumps({"from": DAY, "to": DAY, "search": search})],
        ).fetchone()
    assert counted == (sum(has_all(name) or has_all(company) for name, company in people),)
    with database.connect("postgres") as owner:
        owner.execute(
            "select set_config('request.jwt.claims', %s, false)", [json.dumps({"sub": ADMIN})]
        )
        found = owner.execute(
            "select (private.found_by_search(%s, %s)).are_others", [[SITE], search]
        ).fetchone()
    assert found == (LACKING[search],)
