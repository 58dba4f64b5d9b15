"""What comes while somebody is erased, and what was on its way, leaves nothing of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from support import somebody
from support.database import TestDatabase
from support.erasure import erase, erase_person, new_domain
from support.exact import assert_exact
from support.somebody import CONVERSATION, DISTINCT, DOMAIN, QUESTION, mentions
from support.traffic import PEOPLE, Call, calls, send
from support.two_domains import ADMIN


@pytest.fixture(scope="module")
def connection(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


@settings(max_examples=12)
@given(sent=st.lists(calls, min_size=8, max_size=30))
def test_erasing_while_events_come_in(
    database: TestDatabase, connection: Connection[Any], sent: list[Call]
) -> None:
    domain = new_domain(connection)

    def sender(part: list[Call]) -> None:
        with database.connect("postgres") as own:
            for call in part:
                send(own, domain, call)

    def eraser(_: list[Call]) -> None:
        with database.connect("postgres", {"sub": ADMIN}) as own:
            for person in [*PEOPLE, *PEOPLE]:
                erase_person(own, domain, person)

    with ThreadPoolExecutor(4) as pool:
        work = [
            pool.submit(sender, sent[0::2]),
            pool.submit(eraser, []),
            pool.submit(sender, sent[1::2]),
        ]
        for each in work:
            each.result()
    assert_exact(connection, domain)
    lost = connection.execute(
        "select known.uuid from public.event_ids as known where known.site_domain = %s"
        " and not exists (select 1 from public.events as event"
        " where event.site_domain = known.site_domain and event.uuid = known.uuid)",
        [domain],
    ).fetchall()
    assert lost == [], "an accepted event is stored, whoever is erased meanwhile"


@pytest.mark.parametrize(
    "call",
    [
        (
            "add_messages(%s, %s, %s)",
            [{"id": QUESTION, "role": "visitor", "text": "Quuxley", "sent_at": "2026-05-05"}],
        ),
        ("put_conversation(%s, %s, %s)", {"distinct_id": DISTINCT, "metadata": {"a": "quuxley"}}),
        ("patch_conversation(%s, %s, %s)", {"metadata": {"a": "quuxley"}}),
        ("write_review(%s, %s, %s)", {"thumb": "bad", "note": "quuxley", "labels": []}),
    ],
    ids=lambda call: call[0].partition("(")[0],
)
def test_what_was_on_its_way_does_not_come_back(
    connection: Connection[Any], call: tuple[str, Any]
) -> None:
    visitor = somebody.visit(connection) if not _erased(connection) else None
    if visitor:
        erase(connection, visitor)
    function, sent = call
    with pytest.raises(psycopg.Error) as refused:
        connection.execute(
            f"select private.{function}".encode(), [DOMAIN, CONVERSATION, json.dumps(sent)]
        )
    assert refused.value.sqlstate == "PT410"


def test_an_analysis_that_read_before_stores_nothing_after(connection: Connection[Any]) -> None:
    if not _erased(connection):
        erase(connection, somebody.visit(connection))
    group = somebody.name_of("late group")
    late = somebody.insight()
    late["unanswered"][0]["group_id"] = group
    connection.execute(
        "select private.open_question_groups(%s, %s)",
        [DOMAIN, json.dumps([{"id": group, "label": "Who is Quuxley?"}])],
    )
    connection.execute("select private.store_insights(%s, %s)", [DOMAIN, json.dumps([late])])
    assert mentions(connection, ["quuxley"]) == []


def _erased(connection: Connection[Any]) -> bool:
    row = connection.execute(
        "select 1 from public.conversations where site_domain = %s and id = %s",
        [DOMAIN, CONVERSATION],
    ).fetchone()
    return row is not None
