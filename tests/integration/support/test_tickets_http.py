"""Reporting over HTTP: what makes a ticket, what is refused, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backoffice.tokens import AUDIENCE, Tokens
from support.server import TestServer
from support.tickets import CONVERSATION, OTHER_SITE, QUESTION, SITE, add_answer, chatbot, other
from support.two_domains import ADMIN, STRANGER, USER, fill_two_domains

ROUTE = f"/support/v1/tickets/{SITE}"


@pytest.fixture(scope="module")
def people(server: TestServer) -> Iterator[dict[str, httpx.Client]]:
    with server.database.connect("postgres") as connection:
        fill_two_domains(connection)
        add_answer(connection, SITE)
        add_answer(connection, OTHER_SITE)
    tokens = Tokens(server.keys)
    found = {"anonymous": server.client()}
    for name, subject in (("admin", ADMIN), ("user", USER), ("stranger", STRANGER)):
        claims = {"sub": subject, "role": "authenticated", "aud": AUDIENCE}
        found[name] = server.client(tokens.sign(claims))
    yield found
    for client in found.values():
        client.close()


@pytest.fixture
def user(people: dict[str, httpx.Client]) -> httpx.Client:
    return people["user"]


def rpc(client: httpx.Client, name: str, **arguments: Any) -> Any:
    answer = client.post(f"/rest/v1/rpc/{name}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ticket_of(client: httpx.Client, identifier: str) -> dict[str, Any]:
    (found,) = rpc(client, "get_ticket", p_site_domain=SITE, p_id=identifier)
    return dict(found)


def test_a_report_of_an_answer_is_kept_with_what_it_is_about(user: httpx.Client) -> None:
    body = chatbot(expected_answer="  It costs 100 euros.  ")
    answer = user.post(ROUTE, json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()["ticket"]
    assert (made["delivery"], made["status"], made["attempts"]) == ("waiting", "waiting", 0)
    shown = ticket_of(user, body["id"])
    assert shown["expected_answer"] == "It costs 100 euros."
    assert shown["answer"].startswith("It costs *nothing*")
    assert shown["title"].startswith("It costs *nothing*")
    assert shown["session_id"] is not None
    assert [event["kind"] for event in shown["history"]] == ["created"]
    assert shown["history"][0]["actor"] == shown["reporter"] != ""


def test_the_same_report_sent_again_is_the_same_ticket(user: httpx.Client) -> None:
    body = other()
    first, second = user.post(ROUTE, json=body), user.post(ROUTE, json=body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["ticket"]["linear_id"] == second.json()["ticket"]["linear_id"]
    changed = user.post(ROUTE, json=body | {"title": "Another"})
    assert (changed.status_code, changed.json()["field"]) == (409, "id")
    assert [e["kind"] for e in ticket_of(user, body["id"])["history"]] == ["created"]


def test_nobody_takes_a_ticket_over_by_its_id(people: dict[str, httpx.Client]) -> None:
    body = other()
    assert people["user"].post(ROUTE, json=body).status_code == 201
    assert people["admin"].post(ROUTE, json=body).status_code == 409
    elsewhere = f"/support/v1/tickets/{OTHER_SITE}"
    made = people["stranger"].post(elsewhere, json=body)
    assert made.status_code == 201
    (mine,) = rpc(people["admin"], "get_ticket", p_site_domain=SITE, p_id=body["id"])
    assert mine["reporter"] == "User"


MISTAKES: list[tuple[dict[str, Any], str]] = [
    (other(title=""), "title"),
    (other(title="x" * 201), "title"),
    (other(title="  \n "), "title"),
    (other(description=""), "description"),
    (other(description="x" * 10_001), "description"),
    (other(description="a\0b"), "description"),
    (other(title="a\x07b"), "title"),
    (other(id="no id"), "id"),
    (other(kind="bug"), "kind"),
    (other(reporter_id=ADMIN), "reporter_id"),
    (other(title=5), "title"),
    (chatbot(verdict="fine"), "verdict"),
    (chatbot(expected_answer=" "), "expected_answer"),
    (chatbot(message_id=None), "message_id"),
    (chatbot(conversation_id=str(uuid4())), "conversation_id"),
    (chatbot(message_id=str(uuid4())), "message_id"),
    # What the visitor wrote is no answer.
    (chatbot(message_id=QUESTION), "message_id"),
    ({"id": str(uuid4())}, "kind"),
]


@pytest.mark.parametrize(("body", "field"), MISTAKES)
def test_a_mistake_is_named_and_nothing_is_kept(
    user: httpx.Client, body: dict[str, Any], field: str
) -> None:
    before = rpc(user, "count_tickets", p_site_domains=[SITE])
    answer = user.post(ROUTE, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field
    assert answer.json()["request_id"]
    assert rpc(user, "count_tickets", p_site_domains=[SITE]) == before


def test_several_mistakes_are_told_at_once(user: httpx.Client) -> None:
    answer = user.post(ROUTE, json=other(title="", description=""))
    fields = {each["field"] for each in answer.json()["errors"]}
    assert fields == {"title", "description"}


def test_a_title_of_two_hundred_letters_is_kept_on_one_line(user: httpx.Client) -> None:
    body = other(title="é" * 100 + " \n " + "b" * 99)
    assert user.post(ROUTE, json=body).status_code == 201
    assert ticket_of(user, body["id"])["title"] == "é" * 100 + " " + "b" * 99


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'"text"'])
def test_what_is_no_object_is_refused(user: httpx.Client, content: bytes) -> None:
    assert user.post(ROUTE, content=content).status_code == 400


def test_only_people_of_the_domain_report_and_retry(people: dict[str, httpx.Client]) -> None:
    body = other()
    assert people["anonymous"].post(ROUTE, json=body).status_code == 401
    assert people["stranger"].post(ROUTE, json=body).status_code == 404
    assert (
        people["stranger"].post("/support/v1/tickets/nowhere.example", json=body).status_code == 404
    )
    assert people["stranger"].post("/support/v1/tickets/NO%20domain", json=body).status_code == 404
    assert people["admin"].post(ROUTE, json=body).status_code == 201
    retry = f"{ROUTE}/{body['id']}/retry"
    assert people["anonymous"].post(retry).status_code == 401
    assert people["stranger"].post(retry).status_code == 404
    assert people["user"].post(f"{ROUTE}/{uuid4()}/retry").status_code == 404
    assert people["user"].post(f"{ROUTE}/no-id/retry").status_code == 404
    # Tickets are for everybody of the website, whoever reported them.
    assert people["user"].post(retry).status_code == 200
    reported = people["user"].post(ROUTE, json=chatbot(conversation_id=CONVERSATION))
    assert reported.status_code == 201


def test_an_answer_of_another_website_cannot_be_reported(
    people: dict[str, httpx.Client], server: TestServer
) -> None:
    with server.database.connect("postgres") as connection:
        foreign = uuid4()
        connection.execute(
            'select private.put_conversation(%s, %s, \'{"distinct_id": "v"}\')',
            [OTHER_SITE, foreign],
        )
    answer = people["user"].post(ROUTE, json=chatbot(conversation_id=str(foreign)))
    assert (answer.status_code, answer.json()["field"]) == (422, "conversation_id")


def test_without_linear_tickets_are_kept_and_staff_are_told_how_to_set_it_up(
    people: dict[str, httpx.Client],
) -> None:
    told = people["user"].get("/support/v1/linear").json()
    assert (told["configured"], told["is_admin"]) == (False, False)
    assert told["waiting"] > 0
    assert not set(told) & {"missing", "webhook_url", "has_webhook"}
    staff = people["admin"].get("/support/v1/linear").json()
    assert staff["missing"] == ["BACKOFFICE_LINEAR_API_KEY", "BACKOFFICE_LINEAR_TEAM"]
    assert staff["webhook_url"].endswith("/support/v1/linear/webhook")
    assert people["anonymous"].get("/support/v1/linear").status_code == 401


def test_what_linear_answered_is_for_staff(
    people: dict[str, httpx.Client], server: TestServer
) -> None:
    body = other()
    people["user"].post(ROUTE, json=body)
    with server.database.connect("service_role") as connection:
        connection.execute(
            "select private.note_ticket_failure(%s, %s, 'refused', 'inner words', null)",
            [SITE, body["id"]],
        )
    mine, theirs = ticket_of(people["user"], body["id"]), ticket_of(people["admin"], body["id"])
    assert (mine["status"], mine["last_error"]) == ("refused", "refused")
    assert [event["detail"] for event in mine["history"]] == [None, None]
    assert [event["detail"] for event in theirs["history"]] == [None, "inner words"]
    for name in ("user", "admin"):
        answer = people[name].get("/rest/v1/ticket_events?select=detail")
        assert answer.status_code == 403, name


def test_reports_are_in_the_audit_log(people: dict[str, httpx.Client]) -> None:
    body = other(title="Kept for the log")
    people["user"].post(ROUTE, json=body)
    found = rpc(
        people["admin"],
        "list_audit_log",
        p_site_domains=[SITE],
        p_filter={"subject_type": "ticket", "subject_id": body["id"]},
    )
    assert [(each["action"], each["label"]) for each in found] == [
        ("create", "Ticket added: Kept for the log")
    ]
    assert found[0]["actor_id"] == USER
