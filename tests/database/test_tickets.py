"""Tickets as the page lists, counts and exports them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.tickets import ANSWER, CONVERSATION, SITE, add_answer
from support.two_domains import ADMIN, DOMAINS, USER, fill_two_domains

Connect = Callable[..., Connection[Any]]


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> Iterator[TestDatabase]:
    with database.connect() as connection:
        fill_two_domains(connection)
        add_answer(connection, SITE)
        connection.execute(
            "update public.domains set timezone = 'Europe/Paris' where site_domain = %s", [SITE]
        )
        for table in ("ticket_events", "ticket_comments", "tickets"):
            connection.execute(f"delete from public.{table}".encode())
        for number in range(60):
            connection.execute(
                "insert into public.tickets (site_domain, id, kind, title, description, reporter_id,"
                " created_at, changed_at, next_attempt_at) values (%s, %s, 'other', %s, 'Text', %s,"
                " %s::timestamptz + %s * interval '1 minute', now() - %s * interval '1 day', now())",
                [
                    DOMAINS[number % 2],
                    uuid4(),
                    f"Ticket {number}",
                    USER,
                    "2026-06-01T10:00:00Z",
                    # Some at the same moment.
                    number // 3,
                    number,
                ],
            )
        connection.execute(
            "insert into public.tickets (site_domain, id, kind, conversation_id, message_id, verdict,"
            " expected_answer, reporter_id, created_at, changed_at, delivery, sent_at,"
            " linear_identifier, linear_url, linear_state, linear_state_type, linear_updated_at)"
            " values (%s, %s, 'chatbot', %s, %s, 'not_accurate', 'It costs 100%% more', %s,"
            " '2026-06-02T22:30:00Z', now(), 'sent', now(), 'ROSE-77', 'https://linear.app/x',"
            " 'In Progress', 'started', now())",
            [SITE, uuid4(), CONVERSATION, ANSWER, USER],
        )
    yield database


@pytest.fixture
def admin(filled: TestDatabase, connect: Connect) -> Connection[Any]:
    return connect("authenticated", {"sub": ADMIN})


def listed(person: Connection[Any], filter: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    given = {"limit": 50, "after": None, "sort": "newest", "domains": None} | more
    cursor = person.execute(
        "select to_jsonb(t) from public.list_tickets(%s, %s, %s, %s, %s) as t",
        [
            given["domains"],
            json.dumps(filter),
            given["limit"],
            None if given["after"] is None else json.dumps(given["after"]),
            given["sort"],
        ],
    )
    return [row[0] for row in cursor]


def counted(person: Connection[Any], filter: dict[str, Any]) -> int:
    row = person.execute("select public.count_tickets(null, %s)", [json.dumps(filter)]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("sort", ["newest", "changed"])
def test_pages_hold_every_ticket_once_in_order(admin: Connection[Any], sort: str) -> None:
    found: list[dict[str, Any]] = []
    after = None
    while page := listed(admin, {}, limit=7, after=after, sort=sort):
        found += page
        after = page[-1]["cursor"]
    assert len({each["id"] for each in found}) == len(found) == 61 == counted(admin, {})
    moments = [each["created_at" if sort == "newest" else "changed_at"] for each in found]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        ({"kind": "chatbot"}, 1),
        ({"kind": "other"}, 60),
        ({"status": ["in_progress"]}, 1),
        ({"status": ["waiting", "in_progress"]}, 61),
        ({"status": []}, 61),
        ({"status": ["done"]}, 0),
        ({"search": "rose-77"}, 1),
        ({"search": "100% MORE"}, 1),
        ({"search": "costs *nothing"}, 1),
        ({"search": "ticket 5"}, 11),
        ({"search": "_icket"}, 0),
        ({"conversation_id": CONVERSATION}, 1),
        # Half past midnight in Paris.
        ({"from": "2026-06-03", "to": "2026-06-03"}, 1),
        ({"from": "2026-06-02", "to": "2026-06-02"}, 0),
        ({"from": "2026-06-01", "to": "2026-06-01"}, 60),
        ({"kind": None, "search": None, "status": None}, 61),
    ],
)
def test_a_filter_finds_what_it_says_in_list_count_and_export(
    admin: Connection[Any], filter: dict[str, Any], count: int
) -> None:
    assert counted(admin, filter) == count
    assert len(listed(admin, filter, limit=200)) == count
    exported = admin.execute(
        "select count(*) from private.export_tickets(%s, %s, 'newest')",
        [DOMAINS, json.dumps(filter)],
    )
    assert exported.fetchone() == (count,)


@pytest.mark.parametrize(
    "filter",
    [
        {"kind": "bug"},
        {"status": ["lost"]},
        {"status": "done"},
        {"from": "yesterday"},
        {"conversation_id": "x"},
        {"priority": 1},
        {"search": 5},
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    admin: Connection[Any], filter: dict[str, Any]
) -> None:
    for ask in (listed, counted):
        with pytest.raises(psycopg.Error) as raised:
            ask(admin, filter)
        assert raised.value.sqlstate == "PT400"


@pytest.mark.parametrize("more", [{"sort": "oldest"}, {"after": {"at": "x"}}, {"after": {}}])
def test_an_order_or_a_cursor_that_means_nothing_is_refused(
    admin: Connection[Any], more: dict[str, Any]
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        listed(admin, {}, **more)
    assert raised.value.sqlstate == "PT400"


def test_search_finds_nothing_of_other_domains(filled: TestDatabase, connect: Connect) -> None:
    user = connect("authenticated", {"sub": USER})
    mine = listed(user, {"search": "Ticket"}, limit=200)
    assert {each["site_domain"] for each in mine} == {SITE}
    assert len(mine) == 30
    found = user.execute("select count(*) from private.search_tickets(%s, 'Ticket')", [DOMAINS])
    assert found.fetchone() == (30,)
    assert listed(user, {}, domains=["other.example"]) == []


def test_an_answers_ticket_is_called_by_the_answer(admin: Connection[Any]) -> None:
    (ticket,) = listed(admin, {"kind": "chatbot"})
    assert ticket["title"].startswith("It costs *nothing*")
    assert (ticket["status"], ticket["linear_identifier"]) == ("in_progress", "ROSE-77")
    assert ticket["reporter"]
