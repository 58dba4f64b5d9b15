"""The words of conversations stand apart from their rows, and searches count the same however long they are."""

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
SITES = ["long.example", "a-name-longer-than-a-pointer.example"]
SEARCHES = [*WORDS, "price demo", '"crm"', "demo or hello", "-price", "nobody says this"]
FILTERS: list[dict[str, Any]] = [
    {},
    {"from": "2026-03-25", "to": "2026-04-10"},
    {"from": "2026-04-01"},
    {"country": "FR"},
    {"country": "", "device": "mobile", "to": "2026-04-05"},
    {"device": "desktop", "referrer": ""},
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


def test_counts_are_the_same_of_long_documents(
    filled_sites: TestDatabase, owner: Connection[Any]
) -> None:
    owner.execute("vacuum analyze private.conversation_documents")
    short = counts(filled_sites)
    assert len(set(short)) > 20, "the searches and filters tell conversations apart"

    owner.execute(
        "update private.conversation_documents set document = document || ("
        " select to_tsvector('simple', string_agg(md5(conversation_id::text || n), ' '))"
        " from generate_series(1, 200) as n)"
    )
    owner.execute("vacuum analyze private.conversation_documents")

    assert counts(filled_sites) == short


def test_a_document_alone_stands_apart_from_its_row(
    filled_sites: TestDatabase, owner: Connection[Any]
) -> None:
    owner.execute(
        "update private.conversation_documents"
        " set document = to_tsvector('simple', 'what does the plan for five people cost')"
    )
    owner.execute("vacuum full private.conversation_documents")
    owner.execute("vacuum private.conversation_documents")

    row = owner.execute(
        "select apart.reltuples, documents.reltuples, pg_relation_size(documents.oid)"
        " from pg_class as documents join pg_class as apart on apart.oid = documents.reltoastrelid"
        " where documents.oid = 'private.conversation_documents'::regclass"
    ).fetchone()

    assert row is not None
    apart, rows, size = row
    assert apart == rows > 200
    assert size / rows < 200
