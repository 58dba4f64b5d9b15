"""Conversations, messages and flags from the agent backend."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from .conftest import Site, event, moment

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def message(text: str = "Hello", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "role": "visitor",
        "text": text,
        "sent_at": moment(minutes=3),
        **changes,
    }


def test_a_conversation_without_messages_exists(site: Site) -> None:
    conversation_id = str(uuid4())
    content = {
        "distinct_id": "visitor-empty",
        "session_id": "session-1",
        "page": "/pricing/?secret=1",
        "environment": "production",
        "language": "en-GB",
    }
    first = site.agent("PUT", conversation_id, content)
    assert (first.status_code, first.json()) == (201, {"id": conversation_id, "created": True})
    again = site.agent("PUT", conversation_id, content)
    assert (again.status_code, again.json()) == (200, {"id": conversation_id, "created": False})
    [row] = site.rows(
        "select page, language, environment, message_count, counts from public.conversations"
        " where id = %s",
        conversation_id,
    )
    assert row == ("/pricing", "en", "production", 0, True)


def test_one_message_many_messages_and_the_same_again(site: Site) -> None:
    conversation_id = site.conversation()
    path = f"{conversation_id}/messages"
    one = message("What does it cost?")
    many = [
        message("It depends.", role="agent", latency_ms=1200, sent_at=moment(minutes=2)),
        message("On what?", sent_at=moment(minutes=1)),
    ]
    answer = site.agent("POST", path, one)
    assert answer.json() == {
        "messages": [{"id": one["id"], "status": "stored"}],
        "rejected": [],
    }
    for body in (many, {"messages": many}):
        statuses = [item["status"] for item in site.agent("POST", path, body).json()["messages"]]
        assert statuses == (["stored"] * 2 if body is many else ["duplicate"] * 2)
    edited = site.agent("POST", path, {**one, "text": "What does it cost us?"})
    assert edited.json()["messages"][0]["status"] == "edited"
    [row] = site.rows(
        "select message_count, visitor_message_count, total_turns, preview"
        " from public.conversations where id = %s",
        conversation_id,
    )
    assert row == (3, 2, 1, "What does it cost us?")


def test_a_message_without_a_time_keeps_its_first_one(site: Site) -> None:
    path = f"{site.conversation()}/messages"
    undated = [
        {"id": str(uuid4()), "role": "visitor", "text": "Hi"},
        {"id": str(uuid4()), "role": "agent", "text": "Hello"},
    ]
    first = site.agent("POST", path, undated).json()["messages"]
    again = site.agent("POST", path, undated).json()["messages"]
    assert [item["status"] for item in first] == ["stored", "stored"]
    assert [item["status"] for item in again] == ["duplicate", "duplicate"]
    texts = site.rows(
        "select text from public.messages where id = any(%s) order by sent_at, seq, id",
        [item["id"] for item in undated],
    )
    assert texts == [("Hi",), ("Hello",)]


def test_flags(site: Site) -> None:
    conversation_id = site.conversation()
    answer = site.agent(
        "PATCH",
        conversation_id,
        {"demo_proposed": True, "email_captured": True, "email": "Ada@Example.com"},
    )
    assert answer.json() == {"id": conversation_id}
    [row] = site.rows(
        "select c.demo_proposed, c.email_captured, c.demo_booked, v.email"
        " from public.conversations c join public.visitors v"
        " on (v.site_domain, v.id) = (c.site_domain, c.visitor_id) where c.id = %s",
        conversation_id,
    )
    assert row == (True, True, False, "ada@example.com")
    kinds = site.rows(
        "select kind from public.conversions where conversation_id = %s order by kind",
        conversation_id,
    )
    assert kinds == [("demo_proposed",), ("email_captured",)]


def test_widget_and_agent_mean_the_same_session(site: Site) -> None:
    shown = event({"$session_id": "s-shared"}, distinct_id="visitor-shared")
    site.send(shown)
    conversation_id = site.conversation(distinct_id="visitor-shared", session_id="s-shared")
    [(sessions,)] = site.rows(
        "select count(*) from public.visitor_sessions where session_id = 's-shared'"
    )
    assert sessions == 1
    [(latest,)] = site.rows(
        "select conversation_id::text from public.visitor_sessions where session_id = 's-shared'"
    )
    assert latest == conversation_id


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "field"),
    [
        ("PUT", "not-a-uuid", {"distinct_id": "a"}, 422, "conversation_id"),
        ("PUT", UNKNOWN, {}, 422, "distinct_id"),
        ("PUT", UNKNOWN, [], 422, "body"),
        ("PUT", UNKNOWN, {"distinct_id": "a", "environment": "moon"}, 422, "environment"),
        ("PATCH", UNKNOWN, {"demo_booked": 1}, 422, "demo_booked"),
        ("PATCH", UNKNOWN, {"demo_booked": True}, 404, "conversation_id"),
        ("POST", f"{UNKNOWN}/messages", message(), 404, "conversation_id"),
        ("POST", f"{UNKNOWN}/messages", [], 422, "messages"),
        ("POST", f"{UNKNOWN}/messages", {"messages": 7}, 422, "messages"),
        ("POST", f"{UNKNOWN}/messages", message(role="system"), 422, "role"),
        ("POST", f"{UNKNOWN}/messages", [message(text=None)], 422, "messages.0.text"),
        ("POST", f"{UNKNOWN}/messages", message("x" * 65_537), 422, "text"),
        ("POST", f"{UNKNOWN}/messages", message(sent_at="2014-01-01"), 422, "sent_at"),
        ("POST", f"{UNKNOWN}/messages", [message()] * 1001, 413, "messages"),
    ],
)
def test_what_is_wrong_is_named(
    site: Site, method: str, path: str, content: Any, status: int, field: str
) -> None:
    answer = site.agent(method, path, content)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.json()["code"]
    assert answer.json()["request_id"]


def test_good_messages_of_a_partly_bad_list_are_kept(site: Site) -> None:
    conversation_id = site.conversation()
    good = [message("first"), message("third")]
    answer = site.agent(
        "POST", f"{conversation_id}/messages", [good[0], message(role="nobody"), 7, good[1]]
    )
    assert answer.status_code == 200
    assert [item["status"] for item in answer.json()["messages"]] == ["stored", "stored"]
    assert [item["field"] for item in answer.json()["rejected"]] == [
        "messages.1.role",
        "messages.2",
    ]


def test_a_hostile_message_is_stored_as_it_is_written(site: Site) -> None:
    path = f"{site.conversation()}/messages"
    text = "<script>alert(1)</script> [free](javascript:alert(1)) '); drop table messages; --\0 🌹"
    hostile = message(text)
    assert site.agent("POST", path, hostile).json()["messages"][0]["status"] == "stored"
    [(stored,)] = site.rows("select text from public.messages where id = %s", hostile["id"])
    assert stored == text.replace("\0", "")
    body = b'{"id":"%s","role":"visitor","text":"a\\ud800b"}' % str(uuid4()).encode()
    answer = site.http.post(
        f"/agent/v1/conversations/{path}",
        content=body,
        headers={"Authorization": f"Bearer {site.secret_key}"},
    )
    assert answer.json()["messages"][0]["status"] == "stored"


def test_another_sites_key_sees_none_of_it(site: Site) -> None:
    conversation_id = site.conversation()
    with site.database.connect("service_role") as connection:
        connection.execute("select private.create_domain('other.example', 'O', 'UTC', 'O')")
        minted = connection.execute(
            "select key from private.mint_key('other.example', 'secret')"
        ).fetchone()
    assert minted is not None
    answer = site.http.post(
        f"/agent/v1/conversations/{conversation_id}/messages",
        json=message(),
        headers={"Authorization": f"Bearer {minted[0]}"},
    )
    assert answer.status_code == 404


def test_the_documents_are_served_without_any_outside_address(site: Site) -> None:
    page = site.http.get("/docs")
    assert page.status_code == 200
    assert "/agent/v1/conversations/{conversation_id}/messages" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text
    assert site.http.get("/docs/style.css").headers["content-type"].startswith("text/css")
    for name, path in (
        ("capture", "/i/v0/e/"),
        ("agent", "/agent/v1/conversations/{conversation_id}"),
    ):
        document = site.http.get(f"/docs/{name}.json").json()
        assert document["openapi"].startswith("3.")
        assert path in document["paths"]


def test_a_conversation_of_more_words_than_search_holds_goes_on(site: Site) -> None:
    path = f"{site.conversation()}/messages"
    # PostgreSQL refuses a search document above 1 MB, and keeps words of up to 2 kB whole.
    for number in range(20):
        text = " ".join(f"w{number}x{word}".ljust(2000, "x") for word in range(32))
        assert site.agent("POST", path, message(text)).json()["rejected"] == []
    [row] = site.rows("select count(*) from public.messages where text like 'w%%xxx%%'")
    assert row == (20,)
