"""Linear's messages to our webhook, and what they made of a ticket."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

import httpx
from psycopg.types.json import Jsonb

from support.fake_linear import SECRET, FakeLinear, signed
from support.server import TestServer
from support.tickets import SITE

ROUTE = "/support/v1/linear/webhook"


def waiting_ticket(server: TestServer) -> tuple[UUID, str]:
    """A ticket that has not gone out; gives its id and that of its issue to be."""
    ticket = uuid4()
    with server.database.connect() as connection:
        row = connection.execute(
            "insert into public.tickets (site_domain, id, kind, title, description, created_at,"
            " changed_at, next_attempt_at)"
            " values (%s, %s, 'other', 'A title', 'Text', now(), now(), now()) returning linear_id",
            [SITE, ticket],
        ).fetchone()
    assert row is not None
    return ticket, str(row[0])


def made_issue(linear: FakeLinear, issue: str) -> dict[str, Any]:
    """Linear makes an issue; gives its answer."""
    linear._create({"id": issue, "title": "A title"})
    made = deepcopy(linear.issues[issue])
    made.pop("all")
    return made


def note_sent(server: TestServer, ticket: UUID, made: dict[str, Any]) -> None:
    """Whoever made the issue heard the answer."""
    with server.database.connect() as connection:
        connection.execute(
            "select private.note_ticket_sent(%s, %s, %s, '{}')", [SITE, ticket, Jsonb(made)]
        )


def sent_issue(server: TestServer, linear: FakeLinear) -> str:
    """An issue whose ticket is in Linear; gives the issue's id."""
    ticket, issue = waiting_ticket(server)
    note_sent(server, ticket, made_issue(linear, issue))
    return issue


def tell(server: TestServer, message: dict[str, Any], **changed: Any) -> httpx.Response:
    """Linear sends a message."""
    body, headers = signed(message, changed.pop("secret", SECRET))
    return httpx.post(f"{server.url}{ROUTE}", content=body, headers=headers | changed)


def seen(server: TestServer, issue: str) -> tuple[Any, ...]:
    """The status, Linear's state, and the states of the history."""
    with server.database.connect() as connection:
        row = connection.execute(
            "select status, linear_state,"
            " array(select event.data ->> 'to' from public.ticket_events as event"
            " where event.ticket_id = ticket.id and event.kind in ('status', 'removed')"
            " order by event.at) from public.tickets as ticket where linear_id = %s",
            [issue],
        ).fetchone()
    assert row is not None
    return row


def comments(server: TestServer, issue: str) -> list[tuple[Any, ...]]:
    """Author and body of each comment."""
    with server.database.connect() as connection:
        return connection.execute(
            "select comment.author, comment.body from public.ticket_comments as comment"
            " join public.tickets as ticket on ticket.id = comment.ticket_id"
            " where ticket.linear_id = %s order by comment.written_at",
            [issue],
        ).fetchall()
