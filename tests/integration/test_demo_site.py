"""The demonstration site and its agent over HTTP: what is said there is in the backoffice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import anyio
import httpx
import pytest

from backoffice.database import Database
from backoffice.demo.sections import examples, prepare_sections
from support.server import TestServer, running_server

SITE = "abtasty.com"
AGENT = "/demo-agent/v1"


@pytest.fixture(scope="module")
def http(server: TestServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def key(http: httpx.Client) -> str:
    """The key that the page itself names."""
    found = re.search(r'data-rose-key="([^"]+)"', http.get("/demo-site/").text)
    assert found
    return found[1]


async def make_examples(server: TestServer) -> None:
    database = Database(server.database.url("authenticator"), pool_size=2)
    await database.open()
    await prepare_sections(database)
    await database.close()


def turn(key: str, **given: Any) -> dict[str, Any]:
    """A message of a new visitor."""
    return {
        "key": key,
        "conversation_id": str(uuid4()),
        "distinct_id": f"visitor-{uuid4()}",
        "session_id": "a-session",
        "url": "http://127.0.0.1/pricing",
        "message_id": str(uuid4()),
        "text": "How long is the contract?",
        **given,
    }


def rows(server: TestServer, query: str, *params: Any) -> list[tuple[Any, ...]]:
    with server.database.connect() as connection:
        return connection.execute(query.encode(), params).fetchall()


def said(server: TestServer, conversation: str) -> list[tuple[Any, ...]]:
    return rows(
        server,
        "select role, text from public.messages where conversation_id = %s order by sent_at, seq",
        conversation,
    )


def test_the_pages_carry_the_snippet_and_their_own_look(http: httpx.Client, key: str) -> None:
    assert key.startswith("rose_pk_")
    for path in ("/demo-site/", "/demo-site/pricing"):
        page = http.get(path)
        assert page.status_code == 200
        assert f'src="/widget/v1/rose.js" data-rose-key="{key}"' in page.text
        assert page.headers["cache-control"] == "no-store"
    assert http.get("/demo-site/site.css").headers["content-type"].startswith("text/css")
    assert http.get("/demo-site/mark.svg").status_code == 200
    assert http.get("/demo-site").headers["location"] == "/demo-site/"
    assert http.get("/demo-site/nothing").status_code == 404


def test_localhost_is_sent_to_the_address_whose_traffic_counts(http: httpx.Client) -> None:
    answer = http.get("/demo-site/pricing", headers={"Host": "localhost:54321"})
    assert answer.headers["location"] == "http://127.0.0.1:54321/demo-site/pricing"


def test_a_question_is_answered_from_the_pages_and_stored_as_a_conversation_that_counts(
    server: TestServer, http: httpx.Client, key: str
) -> None:
    asked = turn(key, section_slug="pricing-questions", question_id="contract")
    answer = http.post(f"{AGENT}/message", json=asked).json()
    (reply,) = answer["messages"]
    assert "twelve months" in reply["text"]
    assert reply["sources"] == [
        {"title": "Pricing: How long is the contract?", "url": "/demo-site/pricing#contract"}
    ]
    assert (answer["interest_score"], answer["intent"], answer["requested"]) == (3, "LEARN", None)
    conversation = asked["conversation_id"]
    assert said(server, conversation) == [("visitor", asked["text"]), ("agent", reply["text"])]
    assert rows(
        server,
        "select site_domain, counts, environment, page, language from public.conversations"
        " where id = %s",
        conversation,
    ) == [(SITE, True, "production", "/pricing", "en")]
    (metadata,) = rows(
        server, "select metadata from public.messages where id = %s", asked["message_id"]
    )
    assert metadata[0] == {"section_slug": "pricing-questions", "question_id": "contract"}


def test_the_same_message_again_changes_nothing(
    server: TestServer, http: httpx.Client, key: str
) -> None:
    asked = turn(key)
    first = http.post(f"{AGENT}/message", json=asked).json()
    assert http.post(f"{AGENT}/message", json=asked).json() == first
    assert len(said(server, asked["conversation_id"])) == 2


def test_what_the_pages_do_not_say_is_admitted(http: httpx.Client, key: str) -> None:
    answer = http.post(f"{AGENT}/message", json=turn(key, text="Do you like giraffes?")).json()
    assert "say nothing about that" in answer["messages"][0]["text"]
    assert (answer["intent"], answer["requested"]) == ("OTHER", "contact")


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("What does it cost?", "Pricing: Prices that follow your traffic"),
        ("How much is the Growth plan?", "Pricing: Growth"),
        ("Which tools does it work with?", "Product: Integrations"),
        ("Where does our data stay?", "Product: Security and privacy"),
        ("Is there a free trial?", "Pricing: Is there a free trial?"),
        ("What if we have more visitors?", "Pricing: What if we have more visitors?"),
        ("How long does it take to get started?", "Product: Get started in an afternoon"),
        ("When can a result be trusted?", "Product: Results you can trust"),
    ],
)
def test_suggested_questions_have_answers(
    http: httpx.Client, key: str, text: str, heading: str
) -> None:
    (reply,) = http.post(f"{AGENT}/message", json=turn(key, text=text)).json()["messages"]
    assert [source["title"] for source in reply["sources"]] == [heading]


def test_interest_is_the_conversations_not_the_last_messages(http: httpx.Client, key: str) -> None:
    asked = turn(key, text="What does the Growth plan cost?")
    assert http.post(f"{AGENT}/message", json=asked).json()["interest_score"] == 3
    after = asked | {"message_id": str(uuid4()), "text": "Where does our data stay?"}
    assert http.post(f"{AGENT}/message", json=after).json()["interest_score"] == 3


def test_a_booked_demo_is_a_conversion_of_the_conversation(
    server: TestServer, http: httpx.Client, key: str
) -> None:
    asked = turn(key, text="Can I see a demo?")
    assert http.post(f"{AGENT}/message", json=asked).json()["requested"] == "demo"
    form = {name: value for name, value in asked.items() if name not in ("message_id", "text")}
    fields = {"time": "2026-12-01T10:00:00Z", "email": "ada@example.com", "duration": 30}
    thanks = http.post(f"{AGENT}/form", json={**form, "kind": "demo", "fields": fields})
    assert thanks.status_code == 200
    assert thanks.json()["messages"][0]["text"].startswith("Booked")
    assert rows(
        server,
        "select demo_booked, email_captured, cta_clicked from public.conversations where id = %s",
        asked["conversation_id"],
    ) == [(True, True, False)]
    wrong = http.post(f"{AGENT}/form", json={**form, "kind": "contact", "fields": {"email": "no"}})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "email")


def test_the_contact_form_is_as_the_settings_have_it(
    server: TestServer, http: httpx.Client, key: str
) -> None:
    path = f"/content/v1/domains/{SITE}/configs/forms"
    asked = turn(key)
    form = {name: value for name, value in asked.items() if name not in ("message_id", "text")}

    def send(email: str) -> httpx.Response:
        return http.post(
            f"{AGENT}/form", json={**form, "kind": "contact", "fields": {"email": email}}
        )

    with server.signed_in("admin@admin.com", "admin") as admin:
        config = {"business_email_only": True, "success_message": "Bien reçu !"}
        saved = admin.put(path, json={"version": 0, "enabled": None, "config": config})
        assert saved.status_code == 200, saved.text
        try:
            refused = send("ada@gmail.com")
            assert (refused.status_code, refused.json()["field"]) == (422, "fields.email")
            assert "at work" in refused.json()["message"]
            conversation = "select 1 from public.conversations where id = %s"
            assert rows(server, conversation, asked["conversation_id"]) == []
            assert send("ada@example.com").json()["messages"][0]["text"] == "Bien reçu !"
        finally:
            back = {"version": saved.json()["version"], "enabled": None, "config": {}}
            assert admin.put(path, json=back).status_code == 200


def test_nobody_writes_into_the_conversation_of_somebody_else(
    server: TestServer, http: httpx.Client, key: str
) -> None:
    asked = turn(key)
    http.post(f"{AGENT}/message", json=asked)
    intruder = turn(key, conversation_id=asked["conversation_id"])
    assert http.post(f"{AGENT}/message", json=intruder).status_code == 404
    assert len(said(server, asked["conversation_id"])) == 2


def test_hostile_text_is_stored_as_it_was_written(
    server: TestServer, http: httpx.Client, key: str
) -> None:
    text = "<img src=x onerror=alert(1)> '; drop table messages; -- & | ! ( :* price"
    asked = turn(key, text=text)
    assert http.post(f"{AGENT}/message", json=asked).status_code == 200
    assert said(server, asked["conversation_id"])[0] == ("visitor", text)


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"key": "rose_pk_nobody"}, 401, "api_key"),
        ({"text": "  "}, 422, "text"),
        ({"text": "x" * 2001}, 422, "text"),
        ({"conversation_id": "1"}, 422, "conversation_id"),
        ({"distinct_id": "null"}, 422, "distinct_id"),
        ({"surprise": 1}, 422, "surprise"),
        ({"text": "x" * 20_000}, 413, "body"),
    ],
)
def test_bad_input_is_refused_by_name(
    http: httpx.Client, key: str, changed: dict[str, Any], status: int, field: str
) -> None:
    answer = http.post(f"{AGENT}/message", json={**turn(key), **changed})
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_what_is_no_json_is_refused(http: httpx.Client) -> None:
    answer = http.post(f"{AGENT}/message", content=b"{")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")


def test_the_key_of_another_website_is_refused(server: TestServer, http: httpx.Client) -> None:
    with server.database.connect() as connection:
        connection.execute("select private.create_domain('other.example', 'O', 'UTC', 'O')")
        row = connection.execute("select key from private.mint_key('other.example', 'public')")
        (other,) = row.fetchone() or ("",)
    answer = http.post(f"{AGENT}/message", json=turn(str(other)))
    assert (answer.status_code, answer.json()["field"]) == (404, "key")


def test_whoever_asks_too_often_has_to_wait(server: TestServer) -> None:
    with running_server(server.database) as own, httpx.Client(base_url=own.url) as client:
        answers = [client.post(f"{AGENT}/message", json={}) for _ in range(42)]
    assert answers[0].status_code == 422
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_server_that_is_no_demonstration_has_neither(server: TestServer) -> None:
    with running_server(server.database, demo_site=False) as own:
        assert "rose.js" not in httpx.get(f"{own.url}/demo-site/").text
        assert httpx.post(f"{own.url}{AGENT}/message", json={}).status_code == 405


def test_the_examples_are_published_once_and_have_places_on_the_pages(
    server: TestServer, http: httpx.Client
) -> None:
    slugs = [example["slug"] for example in examples()]
    for _ in range(2):
        anyio.run(make_examples, server)
    published = rows(server, "select private.published_sections(%s)", SITE)[0][0]
    assert [section["slug"] for section in published] == slugs
    page = http.get("/demo-site/pricing").text
    assert 'data-rose-section-template="pricing-questions"' in page
    assert '<div data-rose-section="still-unsure"></div>' in page
