"""Linear's messages: who is believed, and what they change, in any order."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from support.database import TestDatabase
from support.fake_linear import SECRET, FakeLinear, signed
from support.server import TestServer, running_server
from support.two_domains import fill_two_domains
from support.webhook import ROUTE, comments, seen, sent_issue, tell


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


def test_a_status_follows_linear(server: TestServer, linear: FakeLinear, issue: str) -> None:
    assert seen(server, issue) == ("open", "Triage", [])
    answer = tell(server, linear.move(issue, "In Progress"))
    assert (answer.status_code, answer.json()) == (200, {"applied": True})
    assert seen(server, issue) == ("in_progress", "In Progress", ["In Progress"])
    tell(server, linear.move(issue, "Done"))
    assert seen(server, issue) == ("done", "Done", ["In Progress", "Done"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"secret": "another secret"}, "bad_signature"),
        ({"linear-signature": ""}, "bad_signature"),
        ({"linear-signature": "é" * 32}, "bad_signature"),
        ({"linear-signature": "0" * 64}, "bad_signature"),
    ],
)
def test_who_does_not_know_the_secret_changes_nothing(
    server: TestServer, linear: FakeLinear, issue: str, changed: dict[str, Any], code: str
) -> None:
    if "é" in changed.get("linear-signature", ""):
        changed = {"linear-signature": changed["linear-signature"].encode()}
    answer = tell(server, linear.move(issue, "Done"), **changed)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert seen(server, issue)[0] == "open"


def test_a_signature_is_of_these_very_bytes(
    server: TestServer, linear: FakeLinear, issue: str
) -> None:
    body, headers = signed(linear.move(issue, "Done"))
    answer = httpx.post(f"{server.url}{ROUTE}", content=body + b" ", headers=headers)
    assert answer.status_code == 401
    assert httpx.post(f"{server.url}{ROUTE}", content=body).status_code == 401
    assert seen(server, issue)[0] == "open"


@pytest.mark.parametrize("age", [-61, 61, 3600, 10**9])
def test_a_message_that_was_recorded_is_of_no_use_later(
    server: TestServer, linear: FakeLinear, issue: str, age: int
) -> None:
    message = linear.move(issue, "Done")
    message["webhookTimestamp"] = int((time.time() - age) * 1000)
    answer = tell(server, message)
    assert (answer.status_code, answer.json()["code"]) == (401, "stale_message")
    message["webhookTimestamp"] = int((time.time() - 50) * 1000)
    assert tell(server, message).status_code == 200


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"not json", b'{"type": "Issue"}', b"\xff"])
def test_what_is_no_message_is_refused_though_signed(server: TestServer, content: bytes) -> None:
    signature = hmac.new(SECRET.encode(), content, sha256).hexdigest()
    answer = httpx.post(
        f"{server.url}{ROUTE}", content=content, headers={"linear-signature": signature}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": "no id"},
        {"url": "javascript:alert(1)"},
        {"updatedAt": "yesterday"},
        {"state": None},
        {"identifier": "A\0B"},
        {"id": str(UUID(int=7))},
    ],
)
def test_what_cannot_be_read_or_is_not_ours_is_taken_and_left(
    server: TestServer, linear: FakeLinear, issue: str, data: dict[str, Any]
) -> None:
    message = linear.move(issue, "Done")
    message["data"] = message["data"] | data if data else {}
    answer = tell(server, message)
    assert (answer.status_code, answer.json()) == (200, {"applied": False})
    assert seen(server, issue)[0] == "open"


def test_messages_of_other_kinds_are_taken_and_left(server: TestServer, linear: FakeLinear) -> None:
    answer = tell(
        server, linear.message("Project", "update", {"updatedAt": "2026-11-20T09:00:00Z"})
    )
    assert answer.json() == {"applied": False}


def test_a_body_without_end_is_refused(server: TestServer) -> None:
    answer = httpx.post(f"{server.url}{ROUTE}", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413


def test_an_issue_that_is_removed_and_brought_back(
    server: TestServer, linear: FakeLinear, issue: str
) -> None:
    moved = linear.move(issue, "In Progress")
    removed = linear.message(
        "Issue", "remove", linear.issues[issue] | {"updatedAt": linear.later()}
    )
    assert tell(server, removed).json() == {"applied": True}
    assert seen(server, issue)[0] == "removed"
    assert tell(server, moved).json() == {"applied": False}
    assert tell(server, removed).json() == {"applied": False}
    assert tell(server, linear.move(issue, "Todo")).json() == {"applied": True}
    assert seen(server, issue)[0] == "open"
    trashed = linear.move(issue, "Todo")
    trashed["data"]["trashed"] = True
    assert tell(server, trashed).json() == {"applied": True}
    assert seen(server, issue)[0] == "removed"


def test_comments_are_shown_when_they_are_marked(
    server: TestServer, linear: FakeLinear, issue: str
) -> None:
    tell(server, linear.comment(issue, "Between us: the client is wrong."))
    tell(server, linear.comment(issue, "#public We **found** it."))
    assert comments(server, issue) == [(None, None), ("Rosa of Rose", "We **found** it.")]
    token = server.sign_in("user@user.com", "user")
    with server.client(token) as user:
        shown = user.get("/rest/v1/ticket_comments?select=body&order=written_at").json()
        assert {"body": "We **found** it."} in shown
        assert "Between us" not in json.dumps(shown)
        assert None not in [each["body"] for each in shown]


def test_a_comment_is_taken_back_by_its_mark_or_with_itself(
    server: TestServer, linear: FakeLinear, issue: str
) -> None:
    made = linear.comment(issue, "#public Too early")
    tell(server, made)
    hidden = linear.comment(issue, "Too early", made["data"]["id"])
    assert tell(server, hidden).json() == {"applied": True}
    assert comments(server, issue) == [(None, None)]
    # The first message comes once more, as it was.
    assert tell(server, made).json() == {"applied": False}
    assert comments(server, issue) == [(None, None)]
    again = linear.comment(issue, "#public Now", made["data"]["id"])
    tell(server, again)
    assert comments(server, issue) == [("Rosa of Rose", "Now")]
    assert tell(server, again | {"action": "remove"}).json() == {"applied": True}
    assert comments(server, issue) == [(None, None)]


def test_a_comment_that_was_hidden_before_it_was_heard_of_stays_hidden(
    server: TestServer, linear: FakeLinear, issue: str
) -> None:
    made = linear.comment(issue, "#public Too early")
    hidden = linear.comment(issue, "Too early", made["data"]["id"])
    tell(server, hidden)
    tell(server, made)
    assert comments(server, issue) == [(None, None)]


def test_without_a_secret_there_is_no_webhook(database: TestDatabase, linear: FakeLinear) -> None:
    with running_server(database) as bare:
        body, headers = signed(linear.message("Issue", "update", {"updatedAt": "x"}), "")
        answer = httpx.post(f"{bare.url}{ROUTE}", content=body, headers=headers)
        assert answer.status_code == 404
