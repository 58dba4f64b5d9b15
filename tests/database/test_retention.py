"""Texts go after the days a website set; figures stay, and what was broken off goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given, settings
from psycopg import Connection

from backoffice.privacy.retention import delete_due
from backoffice.stack.runtime import make_state
from support import somebody
from support.database import TestDatabase
from support.exact import assert_exact
from support.somebody import CONVERSATION, DOMAIN, QUESTION, mentions
from support.traffic import Call, prepare, send, traffic
from support.two_domains import ADMIN, USER

Connect = Callable[..., Connection[Any]]
_numbers = count(1)
# Of what was said, not of who said it.
WORDS = ["how much is it", "hello quuxley", "0171-5550", "i am jane"]


@pytest.fixture(scope="module")
def connection(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


@pytest.fixture
def fresh(fresh_database: TestDatabase) -> Iterator[Connection[Any]]:
    with fresh_database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


def value(connection: Connection[Any], query: str, *parameters: Any) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


def run(connection: Connection[Any], domain: str, batch: int = 2, most: int = 10_000) -> bool:
    """Advance a run batch by batch, at most so many; whether it is done."""
    number = value(connection, "select id from private.open_retention_run(%s)", domain)
    for _ in range(most):
        if not value(
            connection, "select private.advance_retention(%s, %s, %s)", domain, number, batch
        ):
            return True
    return False


@settings(max_examples=30)
@given(sent=traffic)
def test_figures_stay_and_recounts_hold(connection: Connection[Any], sent: list[Call]) -> None:
    domain = f"shop{next(_numbers)}.example"
    connection.execute("select private.create_domain(%s, 'Shop', 'Europe/Paris', 'Shop')", [domain])
    prepare(connection, domain)
    for call in sent:
        send(connection, domain, call)
    before = assert_exact(connection, domain)
    connection.execute("select private.set_retention(%s, 1)", [domain])
    assert run(connection, domain)
    assert assert_exact(connection, domain).figures == before.figures
    left = "select count(*) from public.messages where site_domain = %s and text <> ''"
    assert value(connection, left, domain) == 0
    for call in sent:
        send(connection, domain, call)
    assert_exact(connection, domain)


def test_a_message_whose_edit_is_not_taken_counts_on_its_own_day(
    connection: Connection[Any],
) -> None:
    domain, conversation = "edited.example", str(uuid4())
    first, second = str(uuid4()), str(uuid4())
    connection.execute("select private.create_domain(%s, 'Shop', 'Europe/Paris', 'Shop')", [domain])

    def say(*messages: tuple[str, str]) -> None:
        sent = [
            {"id": id_, "role": "visitor", "text": "hello", "sent_at": sent_at}
            for id_, sent_at in messages
        ]
        connection.execute(
            "select private.add_messages(%s, %s, %s)", [domain, conversation, json.dumps(sent)]
        )

    connection.execute(
        "select private.put_conversation(%s, %s, %s)",
        [
            domain,
            conversation,
            json.dumps({"distinct_id": "cem", "started_at": "2026-03-20T00:00:00Z"}),
        ],
    )
    say((first, "2026-03-20T00:00:00Z"))
    connection.execute("select private.set_retention(%s, 1)", [domain])
    assert run(connection, domain)
    say((first, "2026-03-24T00:00:00Z"), (second, "2026-03-20T00:00:00Z"))
    days = "select array_agg(day::text) from rollup.visitor_days where site_domain = %s"
    assert value(connection, days, domain) == ["2026-03-20"]
    assert_exact(connection, domain)


def test_what_was_said_is_gone_and_says_when(fresh: Connection[Any]) -> None:
    somebody.visit(fresh)
    assert mentions(fresh, WORDS) != []
    fresh.execute("select private.set_retention(%s, 30)", [DOMAIN])
    assert run(fresh, DOMAIN)
    told = mentions(fresh, WORDS)
    assert told == [], "texts, earlier texts, quotations, questions, words to search, events"
    assert fresh.execute(
        "select text_deleted_by, text_deleted_at > now() - interval '1 hour', preview"
        " from public.conversations where id = %s",
        [CONVERSATION],
    ).fetchone() == ("retention", True, None)
    assert value(fresh, "select email from public.visitors where email is not null") is not None
    done = fresh.execute(
        "select state, conversations, messages, events > 0 from public.retention_runs"
    ).fetchall()
    assert done == [("done", 1, 2, True)]
    entry = value(
        fresh,
        "select details.after ->> 'messages' from public.audit_log as entry"
        " join public.audit_details as details using (site_domain, position)"
        " where entry.subject_type = 'retention' and entry.action = 'erase'",
    )
    assert entry == "2"


def test_a_dry_run_tells_and_changes_nothing(fresh: Connection[Any]) -> None:
    somebody.visit(fresh)
    found = value(fresh, "select private.preview_retention(%s, 30)", DOMAIN)
    assert (found["conversations"], found["messages"]) == (1, 2)
    assert found["first_day"] == found["last_day"] == "2026-05-05"
    assert found["events"] > 0
    assert mentions(fresh, WORDS) != []
    none = value(fresh, "select private.preview_retention(%s, 3650)", DOMAIN)
    assert (none["messages"], none["events"], none["first_day"]) == (0, 0, None)


def test_a_run_that_was_broken_off_goes_on(fresh: Connection[Any]) -> None:
    for number in range(5):
        conversation = somebody.name_of(f"conversation {number}")
        fresh.execute(
            "select private.put_conversation(%s, %s, %s)",
            [
                DOMAIN,
                conversation,
                json.dumps({"distinct_id": f"d{number}", "started_at": "2026-05-05T10:00:00Z"}),
            ],
        )
        said = {
            "id": somebody.name_of(f"message {number}"),
            "role": "visitor",
            "text": "how much is it",
            "sent_at": "2026-05-05T10:00:00Z",
        }
        fresh.execute(
            "select private.add_messages(%s, %s, %s)", [DOMAIN, conversation, json.dumps([said])]
        )
    fresh.execute("select private.set_retention(%s, 30)", [DOMAIN])
    assert not run(fresh, DOMAIN, most=1)
    first = fresh.execute("select id, conversations, state from public.retention_runs").fetchall()
    assert first[0][1:] == (2, "running")
    assert run(fresh, DOMAIN)
    again = fresh.execute("select id, conversations, state from public.retention_runs").fetchall()
    assert again == [(first[0][0], 5, "done")]


async def test_one_websites_failure_keeps_no_others_texts(
    fresh_database: TestDatabase, fresh: Connection[Any]
) -> None:
    somebody.visit(fresh)
    fresh.execute("select private.create_domain('a.example', 'A', 'UTC', 'A')")
    somebody.visit(fresh, "a.example")
    for domain in ("a.example", DOMAIN):
        fresh.execute("select private.set_retention(%s, 30)", [domain])
    cluster = fresh_database.cluster

    def advance(site: str) -> None:
        if site == "a.example":
            raise ValueError("a text of a visitor")

    async with make_state(cluster.settings, cluster.keys, fresh_database.address).opened() as state:
        with pytest.raises(ExceptionGroup, match="of 1 website"):
            await delete_due(state.database, advance)
        runs = "select site_domain, state, error from public.retention_runs order by 1, started_at"
        assert fresh.execute(runs).fetchall() == [
            ("a.example", "failed", "ValueError"),
            (DOMAIN, "done", None),
        ]
        done = await delete_due(state.database)
    assert set(done) == {"a.example", DOMAIN}
    assert mentions(fresh, WORDS) == [], "the next run takes what is left"


def test_another_limit_ends_the_run_and_none_keeps_texts(fresh: Connection[Any]) -> None:
    somebody.visit(fresh)
    fresh.execute("select private.set_retention(%s, 30)", [DOMAIN])
    first = value(fresh, "select id from private.open_retention_run(%s)", DOMAIN)
    fresh.execute("select private.set_retention(%s, 3000)", [DOMAIN])
    second = value(fresh, "select id from private.open_retention_run(%s)", DOMAIN)
    assert second != first
    fresh.execute("select private.set_retention(%s, null)", [DOMAIN])
    assert value(fresh, "select id from private.open_retention_run(%s)", DOMAIN) is None
    assert not value(fresh, "select private.advance_retention(%s, %s, 10)", DOMAIN, second)
    assert mentions(fresh, WORDS) != []


def test_a_deleted_text_stays_deleted_and_new_ones_are_kept(fresh: Connection[Any]) -> None:
    somebody.visit(fresh)
    fresh.execute("select private.set_retention(%s, 30)", [DOMAIN])
    assert run(fresh, DOMAIN)
    message = {
        "id": QUESTION,
        "role": "visitor",
        "text": "I am Jane",
        "sent_at": "2026-05-05T10:05:00Z",
    }
    new = message | {"id": somebody.name_of("new"), "text": "Are you there?"}
    statuses = [
        row[0]
        for row in fresh.execute(
            "select status from private.add_messages(%s, %s, %s)",
            [DOMAIN, CONVERSATION, json.dumps([message, new])],
        )
    ]
    assert sorted(statuses) == ["duplicate", "stored"]
    texts = "select array_agg(text order by text) from public.messages where conversation_id = %s"
    assert value(fresh, texts, CONVERSATION) == ["", "", "Are you there?"]
    assert not value(
        fresh, "select insights_due from public.conversations where id = %s", CONVERSATION
    )
    assert run(fresh, DOMAIN)
    assert value(fresh, texts, CONVERSATION) == ["", "", ""]


def test_only_staff_set_it_and_clients_read_it(database: TestDatabase, connect: Connect) -> None:
    client = connect("authenticated", {"sub": USER})
    for statement in (
        "select private.set_retention('abtasty.com', 5)",
        "select private.preview_retention('abtasty.com', 5)",
    ):
        with pytest.raises(psycopg.Error) as refused:
            client.execute(statement.encode())
        assert refused.value.sqlstate == "PT403"
    admin = connect("authenticated", {"sub": ADMIN})
    admin.execute("select private.set_retention('abtasty.com', 400)")
    assert client.execute("select days from public.retention_policies").fetchall() == [(400,)]
    for days in (0, 3651):
        with pytest.raises(psycopg.Error) as wrong:
            admin.execute("select private.set_retention('abtasty.com', %s)", [days])
        assert wrong.value.sqlstate == "PT400"
    admin.execute("select private.set_retention('abtasty.com', null)")
