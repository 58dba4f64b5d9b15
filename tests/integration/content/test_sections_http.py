# ruff: noqa: E501 - a mistake, its field and its message are one line
"""AI Sections over HTTP: what a person may do, and what they are told when they may not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backoffice.tokens import AUDIENCE, Tokens
from support.server import TestServer
from support.two_domains import ADMIN, STRANGER, USER, fill_two_domains

SITE, OTHER = "abtasty.com", "other.example"
CONTENT: dict[str, Any] = {
    "title": "Questions about prices",
    "questions": [{"id": "q1", "text": "What does it cost?"}, {"text": "Is there a trial?"}],
    "search_bar": {"enabled": True, "placeholder": "Ask anything"},
    "layout": "cards",
    "colors": {"background": "#FFF", "text": "#111111", "accent": "#1a73e8"},
    "custom_css": ".rose-title { color: red; background: url(x) }",
    "urls": {"include": ["/pricing*"], "exclude": ["/legal/*"]},
}


@pytest.fixture(scope="module")
def people(server: TestServer) -> Iterator[dict[str, httpx.Client]]:
    with server.database.connect("postgres") as connection:
        fill_two_domains(connection)
    tokens = Tokens(server.keys)
    found = {}
    for name, subject in (("admin", ADMIN), ("user", USER), ("stranger", STRANGER)):
        claims = {"sub": subject, "role": "authenticated", "aud": AUDIENCE}
        found[name] = server.client(tokens.sign(claims))
    found["anonymous"] = server.client()
    yield found
    for client in found.values():
        client.close()


@pytest.fixture
def user(people: dict[str, httpx.Client]) -> httpx.Client:
    return people["user"]


def address(*parts: Any, site: str = SITE) -> str:
    return "/".join(["/content/v1/sections", site, *map(str, parts)])


def create(client: httpx.Client, slug: str | None = None, **changed: Any) -> dict[str, Any]:
    body = {"slug": slug or f"s{uuid.uuid4().hex[:10]}", "content": CONTENT | changed}
    answer = client.post(address(), json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["section"])


def save(client: httpx.Client, section: dict[str, Any], **changed: Any) -> httpx.Response:
    body = {"version": section["version"], "slug": section["slug"], "content": CONTENT | changed}
    return client.put(address(section["id"]), json=body)


def published(server: TestServer, slug: str) -> dict[str, Any] | None:
    with server.database.connect("service_role") as connection:
        row = connection.execute("select private.published_sections(%s)", [SITE]).fetchone()
    assert row is not None
    return next((each for each in row[0] if each["slug"] == slug), None)


def test_a_section_lives_from_draft_to_deletion(server: TestServer, user: httpx.Client) -> None:
    answer = user.post(address(), json={"slug": "pricing-page", "content": CONTENT})
    section, removed = answer.json()["section"], answer.json()["removed"]
    assert (section["version"], section["published_version"], section["enabled"]) == (1, None, True)
    assert section["colors"]["background"] == "#ffffff"
    assert section["colors"]["accent_text"] == "#ffffff"
    first, second = section["questions"]
    assert (first["id"], len(second["id"])) == ("q1", 8)
    assert removed == [
        {"what": "background: url(x)", "why": "It loads from an address.", "line": 1}
    ]
    assert published(server, "pricing-page") is None

    one = address(section["id"])
    assert user.post(f"{one}/publish", json={"version": 1}).status_code == 200
    shown = published(server, "pricing-page")
    assert shown is not None
    assert shown["css"] == ".rose-section .rose-title{color: red}"
    assert (shown["version"], shown["title"]) == (1, CONTENT["title"])

    saved = save(user, section, title="Other title").json()["section"]
    assert saved["version"] == 2
    reverted = user.post(f"{one}/revert", json={"version": 2, "to": 1}).json()["section"]
    assert (reverted["version"], reverted["title"]) == (3, CONTENT["title"])
    rows = user.post(
        "/rest/v1/rpc/list_section_versions",
        json={"p_site_domain": SITE, "p_section_id": section["id"]},
    ).json()
    assert [(row["version"], row["restored_from"]) for row in rows] == [
        (3, 1),
        (2, None),
        (1, None),
    ]

    assert user.put(f"{one}/enabled", json={"enabled": False}).json()["section"]["enabled"] is False
    assert published(server, "pricing-page") is None
    assert user.delete(one).status_code == 409
    assert user.post(f"{one}/archive").json()["section"]["archived_at"]
    assert user.post(f"{one}/restore").json()["section"]["archived_at"] is None
    user.post(f"{one}/archive")
    assert user.delete(one).status_code == 204
    assert user.delete(one).status_code == 404


def test_a_conflict_shows_both_versions(
    user: httpx.Client, people: dict[str, httpx.Client]
) -> None:
    section = create(user)
    assert save(people["admin"], section, title="Theirs").status_code == 200
    answer = save(user, section, title="Yours")
    body = answer.json()
    assert (answer.status_code, body["code"], body["field"]) == (409, "conflict", "version")
    assert (body["yours"]["title"], body["yours"]["version"]) == ("Yours", 1)
    assert (body["theirs"]["title"], body["theirs"]["version"]) == ("Theirs", 2)
    assert body["theirs"]["author"]
    for action, more in (("publish", {}), ("revert", {"to": 1})):
        answer = user.post(address(section["id"], action), json={"version": 1, **more})
        assert (answer.status_code, answer.json()["theirs"]["version"]) == (409, 2)


def test_a_slug_is_used_once(user: httpx.Client) -> None:
    first, second = create(user, "once"), create(user)
    answer = user.post(address(), json={"slug": "once", "content": CONTENT})
    assert (answer.status_code, answer.json()["field"]) == (409, "slug")
    assert answer.json()["message"] == 'Another section of abtasty.com has the slug "once".'
    answer = save(user, second | {"slug": "once"})
    assert (answer.status_code, answer.json()["field"]) == (409, "slug")
    user.post(address(first["id"], "publish"), json={"version": 1})
    answer = save(user, first | {"slug": "renamed"})
    assert "while it is published" in answer.json()["message"]


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"title": ""}, "content.title", "This is needed."),
        ({"title": "   "}, "content.title", "This is needed."),
        ({"title": "x" * 121}, "content.title", "It is too long: at most 120 characters."),
        ({"title": 1}, "content.title", "Input should be a valid string."),
        ({"title": "a\u0000b"}, "content.title", "It contains control characters."),
        ({"layout": "table"}, "content.layout", "It is one of 'list', 'chips' or 'cards'."),
        ({"colors": {"text": "red"}}, "content.colors.text", "A colour is written #rrggbb, such as #1a73e8."),
        ({"colors": {"text": "#12"}}, "content.colors.text", "A colour is written #rrggbb, such as #1a73e8."),
        ({"custom_css": "x" * 20_001}, "content.custom_css", "It is too long: at most 20,000 characters."),
        ({"questions": [{"text": "A"}, {"text": "x" * 201}]}, "content.questions.1.text", "It is too long: at most 200 characters."),
        ({"questions": [{"text": str(n)} for n in range(21)]}, "content.questions", "These are too many: at most 20."),
        ({"questions": [{"text": "A"}, {"text": " A "}]}, "content.questions", "“A” is there twice."),
        ({"urls": {"include": ["no pattern"]}}, "content.urls.include.0", "A pattern has no spaces; give each a line of its own."),
        ({"urls": {"include": ["/a#b"]}}, "content.urls.include.0", "What follows # is never compared; leave it out."),
        ({"urls": {"exclude": ["?a=b"]}}, "content.urls.exclude.0", "A pattern begins with / or *, or with a host: /pricing*, *.example.com/*."),
        ({"urls": {"include": ["/" + "*a" * 30]}}, "content.urls.include.0", "It has too many stars: at most 20."),
        ({"surprise": 1}, "content.surprise", "There is no field content.surprise."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_field(
    user: httpx.Client, changed: dict[str, Any], field: str, message: str
) -> None:
    answer = user.post(address(), json={"slug": "wrong", "content": CONTENT | changed})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "invalid_input")
    assert (body["field"], body["message"]) == (field, message)
    assert {"field": field, "message": message} in body["errors"]


def test_all_mistakes_are_told_at_once(user: httpx.Client) -> None:
    content = CONTENT | {"title": "", "layout": "x", "colors": {"text": "x"}}
    body = user.post(address(), json={"slug": "Wrong Slug", "content": content}).json()
    fields = [each["field"] for each in body["errors"]]
    assert fields == ["slug", "content.title", "content.layout", "content.colors.text"]


def test_markup_in_texts_stays_text(server: TestServer, user: httpx.Client) -> None:
    title = '<img src=x onerror="alert(1)"> & <b>bold</b>'
    section = create(user, title=title, questions=[{"text": "<script>alert(1)</script>"}])
    user.post(address(section["id"], "publish"), json={"version": 1})
    shown = published(server, section["slug"])
    assert shown is not None
    assert shown["title"] == title
    assert shown["questions"][0]["text"] == "<script>alert(1)</script>"


def test_a_body_that_is_too_large_or_no_object_is_refused(user: httpx.Client) -> None:
    body = {"slug": "large", "content": CONTENT | {"custom_css": "x" * 1_000_000}}
    answer = user.post(address(), json=body)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["message"] == "This is too large to save: at most 256 kB at once."
    for content in (b"", b"[]", b"{", b"1", b"\xff", b'{"slug": "\\ud800"}'):
        assert user.post(address(), content=content).status_code == 400
    deep = b"[" * 100_000
    assert user.post(address(), content=deep).status_code == 400


def test_the_order_is_of_all_sections(user: httpx.Client) -> None:
    create(user)
    create(user)
    query = f"/rest/v1/ai_sections?select=id&site_domain=eq.{SITE}&archived_at=is.null"
    ids = [row["id"] for row in user.get(f"{query}&order=position.desc").json()]
    answer = user.put(address("order"), json={"ids": ids})
    assert [each["id"] for each in answer.json()["sections"]] == ids
    assert [row["id"] for row in user.get(f"{query}&order=position").json()] == ids
    answer = user.put(address("order"), json={"ids": ids[1:]})
    assert (answer.status_code, answer.json()["field"]) == (409, "ids")
    assert user.put(address("order"), json={"ids": ["x"]}).status_code == 422


def test_a_duplicate_is_a_draft_where_one_may_write(people: dict[str, httpx.Client]) -> None:
    user, admin, stranger = people["user"], people["admin"], people["stranger"]
    section = create(user, title="Original")
    copy = {"site_domain": SITE, "slug": f"{section['slug']}-2"}
    made = user.post(address(section["id"], "duplicate"), json=copy)
    assert made.status_code == 201
    assert (made.json()["section"]["title"], made.json()["section"]["version"]) == ("Original", 1)
    assert user.post(address(section["id"], "duplicate"), json=copy).status_code == 409
    elsewhere = {"site_domain": OTHER, "slug": section["slug"]}
    assert user.post(address(section["id"], "duplicate"), json=elsewhere).status_code == 404
    assert stranger.post(address(section["id"], "duplicate"), json=elsewhere).status_code == 404
    made = admin.post(address(section["id"], "duplicate"), json=elsewhere)
    assert made.json()["section"]["site_domain"] == OTHER


@pytest.mark.parametrize("who", ["stranger", "anonymous"])
def test_sections_of_others_are_not_found(people: dict[str, httpx.Client], who: str) -> None:
    section = create(people["user"])
    client, one = people[who], address(section["id"])
    version = {"version": 1}
    answers = [
        client.post(address(), json={"slug": "mine", "content": CONTENT}),
        client.put(address("order"), json={"ids": [section["id"]]}),
        client.put(one, json={"version": 1, "slug": section["slug"], "content": CONTENT}),
        client.post(f"{one}/publish", json=version),
        client.post(f"{one}/unpublish"),
        client.put(f"{one}/enabled", json={"enabled": False}),
        client.post(f"{one}/revert", json={**version, "to": 1}),
        client.post(f"{one}/duplicate", json={"site_domain": OTHER, "slug": "mine"}),
        client.post(f"{one}/archive"),
        client.post(f"{one}/restore"),
        client.delete(one),
    ]
    expected = 404 if who == "stranger" else 401
    assert {answer.status_code for answer in answers} == {expected}


def test_css_can_be_tried(people: dict[str, httpx.Client]) -> None:
    body = {"css": "a { color: red }\n@import 'x';"}
    answer = people["user"].post("/content/v1/section-css", json=body)
    assert answer.json() == {
        "css": ".rose-section a{color: red }",
        "removed": [
            {
                "what": '@import "x";',
                "why": "@import loads, or changes how other rules are read.",
                "line": 2,
            }
        ],
    }
    assert people["anonymous"].post("/content/v1/section-css", json=body).status_code == 401


@pytest.mark.parametrize("path", ["%00/x", "a b/x", "abtasty.com/no-uuid", "nobody.example"])
def test_addresses_that_name_nothing(user: httpx.Client, path: str) -> None:
    body = {"slug": "slug", "content": CONTENT, "version": 1}
    method = "PUT" if "/" in path else "POST"
    if method == "POST":
        del body["version"]
    answer = user.request(method, f"/content/v1/sections/{path}", json=body)
    assert answer.status_code == 404
