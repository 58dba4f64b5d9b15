"""Counts of searches stay what they are when conversations are long: their words stand apart then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.talks import WORDS, fill_domain

ADMIN = "a0000000-0000-4000-8000-000000000001"
SITES = ["long.example", "other.example"]
SEARCHES = [*WORDS, "price demo", '"crm"', "demo or hello", "-price", "nobody says this"]
FILTERS: list[dict[str, Any]] = [
    {},
    {"from": "2026-03-25", "to": "2026-04-10"},
    {"from": "2026-04-01"},
    {"country": "FR"},
    {"country": "", "device": "mobile", "to": "2026-04-05"},
    {"min_turns": 1, "conversions": ["demo_booked"]},
]


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as connection:
        yield connection


@pytest.fixture(scope="module")
def filled_sites(database: TestDatabase) -> TestDatabase:
    with database.connect("supabase_admin") as admin:
        for site in SITES:
            fill_domain(admin, site, "Europe/Paris", 150)
    return database


def counts(database: TestDatabase) -> list[int]:
    """What is counted of one website and of both, for every search and filter."""
    with database.connect("authenticated", {"sub": ADMIN}) as person:
        return [
            person.execute(
                "select public.count_conversations(%s, %s)",
                [sites, json.dumps(passed | {"search": search})],
            ).fetchone()[0]  # type: ignore[index]
            for sites, search, passed in product((SITES[:1], SITES), SEARCHES, FILTERS)
        ]


def stand_apart(owner: Connection[Any]) -> bool:
    row = owner.execute("select private.documents_stand_apart()").fetchone()
    assert row is not None
    return bool(row[0])


def test_counts_are_the_same_of_long_documents(
    filled_sites: TestDatabase, owner: Connection[Any]
) -> None:
    owner.execute("vacuum analyze private.conversation_documents")
    assert not stand_apart(owner)
    short = counts(filled_sites)
    assert len(set(short)) > 20, "the searches and filters tell conversations apart"

    owner.execute(
        "update private.conversation_documents set document = document || ("
        " select to_tsvector('simple', string_agg(md5(conversation_id::text || n), ' '))"
        " from generate_series(1, 200) as n)"
    )
    owner.execute("vacuum analyze private.conversation_documents")

    assert stand_apart(owner)
    assert counts(filled_sites) == short
