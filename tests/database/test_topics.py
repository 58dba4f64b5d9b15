"""What people change of topics, and what becomes of conversations then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.two_domains import ADMIN

SITE = "topics.example"
PRICES = "50000000-0000-4000-8000-000000000001"
COSTS = "50000000-0000-4000-8000-000000000002"
CONVERSATION = "50000000-0000-4000-8000-000000000003"


@pytest.fixture
def site(fresh_database: TestDatabase) -> Iterator[tuple[Connection[Any], Connection[Any]]]:
    """A domain with two topics and a conversation of the second; its owner and an administrator."""
    with (
        fresh_database.connect("postgres") as owner,
        fresh_database.connect("authenticated", {"sub": ADMIN}) as person,
    ):
        owner.execute("select private.create_domain(%s, 'Site', 'UTC', 'Site')", [SITE])
        for topic, label in ((PRICES, "prices"), (COSTS, "costs")):
            owner.execute(
                "insert into public.topics (site_domain, id, label) values (%s, %s, %s)",
                [SITE, topic, label],
            )
        owner.execute(
            "select private.put_conversation(%s, %s, %s)",
            [SITE, CONVERSATION, json.dumps({"distinct_id": "ann"})],
        )
        find_topic(owner, COSTS)
        yield owner, person


def find_topic(owner: Connection[Any], topic: str) -> None:
    found = {
        "conversation_id": CONVERSATION,
        "version": 1,
        "analyzed_at": "2026-03-01T00:00:00Z",
        "message_count": 0,
        "scorer": "rules",
        "topic_id": topic,
    }
    owner.execute("select private.store_insights(%s, %s)", [SITE, json.dumps([found])])


def topic_of(owner: Connection[Any]) -> str:
    row = owner.execute(
        "select topic_id::text from public.conversations where site_domain = %s", [SITE]
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_a_merge_takes_conversations_along_and_those_found_later(
    site: tuple[Connection[Any], Connection[Any]],
) -> None:
    owner, person = site
    person.execute("select public.merge_topics(%s, %s, %s)", [SITE, COSTS, PRICES])
    assert topic_of(owner) == PRICES
    find_topic(owner, COSTS)
    assert topic_of(owner) == PRICES


@pytest.mark.parametrize(
    ("call", "arguments", "code"),
    [
        ("merge_topics(%s, %s, %s)", [SITE, PRICES, PRICES], "PT400"),
        ("merge_topics(%s, %s, %s)", [SITE, PRICES, CONVERSATION], "PT404"),
        ("rename_topic(%s, %s, %s)", [SITE, PRICES, "  "], "PT400"),
        ("rename_topic(%s, %s, %s)", [SITE, PRICES, "x" * 121], "PT400"),
        ("hide_topic(%s, %s, true)", [SITE, CONVERSATION], "PT404"),
    ],
)
def test_what_makes_no_sense_is_refused(
    site: tuple[Connection[Any], Connection[Any]], call: str, arguments: list[str], code: str
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        site[1].execute(f"select public.{call}", arguments)  # type: ignore[arg-type]
    assert raised.value.sqlstate == code


def test_a_merged_topic_is_neither_hidden_nor_merged_again(
    site: tuple[Connection[Any], Connection[Any]],
) -> None:
    _, person = site
    person.execute("select public.merge_topics(%s, %s, %s)", [SITE, COSTS, PRICES])
    for call in ("hide_topic(%s, %s, true)", f"merge_topics(%s, %s, '{PRICES}')"):
        with pytest.raises(psycopg.Error) as raised:
            person.execute(f"select public.{call}", [SITE, COSTS])  # type: ignore[arg-type]
        assert raised.value.sqlstate == "PT409"


def test_a_name_given_by_a_person_loses_its_spaces_and_stays(
    site: tuple[Connection[Any], Connection[Any]],
) -> None:
    _, person = site
    row = person.execute(
        "select label, label_is_custom from public.rename_topic(%s, %s, %s)",
        [SITE, PRICES, "  What  it\ncosts "],
    ).fetchone()
    assert row == ("What it costs", True)
