"""Visitors found by words of their names, addresses and companies, beside a search word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

import pytest

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
SITE = "people.example"
SEARCHES = [
    "person", "person 7", "7 person", "person 77", "ann 1", "Ann shop", "77 shop example",
    "person nobody", "shop7", "ann ann", "p e", "ann@shop3", "!", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def people(database: TestDatabase) -> Iterator[dict[UUID, str]]:
    """Many people called much the same: their words by their id."""
    random = Random(5)
    words: dict[UUID, str] = {}
    with database.connect("postgres") as owner:
        owner.execute("select private.create_domain(%s, 'People', 'UTC', 'People')", [SITE])
        accounts = {}
        for number in range(5):
            name, domain = f"Shop {number}", f"shop{number}.example"
            row = owner.execute(
                "insert into public.accounts (site_domain, name, domain) values (%s, %s, %s)"
                " returning id",
                [SITE, name, domain],
            ).fetchone()
            assert row
            accounts[row[0]] = f"{name} {domain}"
        for number in range(300):
            person = UUID(int=random.getrandbits(128))
            name = random.choice([f"Person {number}", f"Ann {number}", None])
            email = random.choice([f"ann{number}@shop{number % 9}.example", None])
            account = random.choice([*accounts, None])
            owner.execute(
                "insert into public.visitors (site_domain, id, counts, name, email, account_id,"
                " first_seen_at, last_seen_at) values (%s, %s, true, %s, %s, %s, now(), now())",
                [SITE, person, name, email, account],
            )
            words[person] = f"{name or ''} {email or ''}|{accounts.get(account, '')}"
        yield words


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_finds_who_has_every_word(
    people: dict[UUID, str], database: TestDatabase, search: str
) -> None:
    wanted = re.findall(r"\w+", search.lower())

    def has_all(text: str) -> bool:
        words = re.findall(r"\w+", text.lower())
        return bool(wanted) and all(any(w.startswith(start) for w in words) for start in wanted)

    expected = {
        person for person, text in people.items() if any(has_all(part) for part in text.split("|"))
    }
    with database.connect("authenticated", {"sub": ADMIN}) as reader:
        found: list[Any] = reader.execute(
            "select id from private.search_visitors(%s, %s)", [[SITE], search]
        ).fetchall()
    assert {row[0] for row in found} == expected
