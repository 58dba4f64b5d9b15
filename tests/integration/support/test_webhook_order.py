"""Linear's messages come twice, late, several at once: what they say ends as it is in Linear."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from pydantic import SecretStr

from support.database import TestDatabase
from support.fake_linear import SECRET, FakeLinear
from support.server import TestServer, running_server
from support.two_domains import fill_two_domains
from support.webhook import comments, made_issue, note_sent, seen, sent_issue, tell, waiting_ticket


@pytest.fixture(scope="module")
def server(database: TestDatabase) -> Iterator[TestServer]:
    with database.connect() as connection:
        fill_two_domains(connection)
    with running_server(database, linear_webhook_secret=SecretStr(SECRET)) as running:
        yield running


@pytest.fixture
def linear() -> FakeLinear:
    return FakeLinear()


@pytest.fixture
def issue(server: TestServer, linear: FakeLinear) -> str:
    """An issue whose ticket is in Linear; gives the issue's id."""
    return sent_issue(server, linear)


def test_a_message_that_comes_twice_counts_once(
    server: TestServer, linear: FakeLinear, issue: str
) -> None:
    message = linear.move(issue, "Done")
    for _ in range(3):
        assert tell(server, message).status_code == 200
    assert seen(server, issue) == ("done", "Done", ["Done"])


def test_messages_in_another_order_end_as_linear_is(
    server: TestServer, linear: FakeLinear, issue: str
) -> None:
    started, done = linear.move(issue, "In Progress"), linear.move(issue, "Done")
    assert tell(server, done).json() == {"applied": True}
    assert tell(server, started).json() == {"applied": False}
    assert seen(server, issue) == ("done", "Done", ["Done"])


@pytest.mark.parametrize("seed", range(8))
def test_whatever_order_and_however_often_it_ends_as_linear_is(
    server: TestServer, linear: FakeLinear, issue: str, seed: int
) -> None:
    first = linear.comment(issue, "#public We look into it")
    story = [
        first,
        linear.move(issue, "In Progress"),
        linear.comment(issue, "#public We found it", first["data"]["id"]),
        linear.comment(issue, "#public Done soon"),
        linear.move(issue, "Done"),
    ]
    taken_back = linear.comment(issue, "#public Wrong")
    story += [taken_back, linear.comment(issue, "Wrong", taken_back["data"]["id"])]
    reopened = linear.move(issue, "In Progress")
    told = [*story, reopened] * 2
    Random(seed).shuffle(told)
    # Several at once, as a busy sender does.
    with ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(lambda message: tell(server, message), told))
    assert {answer.status_code for answer in answers} == {200}
    status, state, history = seen(server, issue)
    assert (status, state) == ("in_progress", "In Progress")
    assert len(history) <= 3, "what is late is no step of the history"
    assert comments(server, issue) == [
        ("Rosa of Rose", "We found it"),
        ("Rosa of Rose", "Done soon"),
        (None, None),
    ]


def test_a_message_before_our_own_note_says_that_it_was_sent(
    server: TestServer, linear: FakeLinear
) -> None:
    """Linear tells of the issue while whoever made it still waits for the answer."""
    ticket, issue = waiting_ticket(server)
    made = made_issue(linear, issue)
    moved, early = linear.move(issue, "Done"), linear.comment(issue, "#public Done")
    for message in (early, moved, moved):
        assert tell(server, message).status_code == 200
    note_sent(server, ticket, made)
    with server.database.connect() as connection:
        sent = connection.execute(
            "select count(*) from public.ticket_events where ticket_id = %s and kind = 'sent'",
            [ticket],
        ).fetchone()
    assert seen(server, issue)[:2] == ("done", "Done"), "what was made is older"
    assert sent == (1,)
    assert comments(server, issue) == [("Rosa of Rose", "Done")]
