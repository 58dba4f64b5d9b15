"""How requests end: one object or none at all, what a rollback checks, what headers say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from support.database import TestDatabase
from support.rest import CONFIG, RestServer

Serve = Callable[..., RestServer]
OBJECT = "application/vnd.pgrst.object+json"


@pytest.mark.parametrize("preference", [None, "return=minimal", "return=representation"])
@pytest.mark.parametrize(
    ("method", "path", "body", "count"),
    [
        ("PATCH", "/publishers", {"city": "Nowhere"}, 3),
        ("PATCH", "/publishers?id=eq.99", {"city": "Nowhere"}, 0),
        ("POST", "/publishers", [{"id": 50, "name": "a"}, {"id": 51, "name": "b"}], 2),
        ("POST", "/publishers", [], 0),
        ("DELETE", "/letters", None, 3),
    ],
)
def test_a_write_of_one_object_writes_no_more(
    api: httpx.Client,
    preference: str | None,
    method: str,
    path: str,
    body: object,
    count: int,
) -> None:
    table = path.partition("?")[0]
    before = api.get(table).json()
    prefer = ", ".join(filter(None, ["tx=commit", preference]))
    refused = api.request(method, path, json=body, headers={"Accept": OBJECT, "Prefer": prefer})
    assert (refused.status_code, refused.json()["code"]) == (406, "PGRST116")
    assert refused.json()["details"] == f"The result contains {count} rows"
    assert api.get(table).json() == before


def test_a_write_of_one_object_needs_no_answer(api: httpx.Client) -> None:
    done = api.patch("/publishers?id=eq.1", json={"city": "Rome"}, headers={"Accept": OBJECT})
    assert (done.status_code, done.content) == (204, b"")


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_deferred_constraints_are_checked_before_a_rollback_too(
    api: httpx.Client, end: str
) -> None:
    twice = [{"number": 1}, {"number": 1}]
    refused = api.post("/seats", json=twice, headers={"Prefer": f"tx={end}"})
    assert (refused.status_code, refused.json()["code"]) == (409, "23505")
    one = api.post("/seats", json=twice[:1], headers={"Prefer": "tx=rollback", "Accept": OBJECT})
    assert (one.status_code, api.get("/seats").json()) == (201, [])


def test_the_length_of_what_a_head_leaves_out_is_not_given(api: httpx.Client) -> None:
    for path in ("/books", "/", "/rpc/all_books"):
        head = api.head(path)
        assert head.status_code == 200
        assert "content-length" not in head.headers
        assert "transfer-encoding" not in head.headers


def test_caches_are_told_what_an_answer_depends_on(api: httpx.Client) -> None:
    assert api.get("/books").headers["vary"] == "Accept, Prefer, Range"


def test_options_of_a_function_that_is_not_there(api: httpx.Client) -> None:
    refused = api.options("/rpc/nothing_like_it")
    assert (refused.status_code, refused.json()["code"]) == (404, "PGRST202")


@pytest.mark.parametrize(
    ("method", "path", "steps"),
    [
        ("GET", "/books", ["jwt", "parse", "plan", "transaction", "response"]),
        ("GET", "/", ["jwt", "parse", "plan", "transaction", "response"]),
        ("OPTIONS", "/books", ["jwt", "parse", "response"]),
        ("OPTIONS", "/", ["jwt", "parse", "response"]),
    ],
)
def test_every_answer_says_where_its_time_went(
    library: TestDatabase, serve: Serve, method: str, path: str, steps: list[str]
) -> None:
    server = serve(library, replace(CONFIG, server_timing_enabled=True))
    with server.client() as client:
        timing = client.request(method, path).headers["server-timing"]
    assert [step.partition(";")[0] for step in timing.split(", ")] == steps


def test_a_request_that_cannot_be_read_says_how_long_that_took(
    library: TestDatabase, serve: Serve
) -> None:
    server = serve(library, replace(CONFIG, server_timing_enabled=True))
    with server.client() as client:
        unserved = client.get("/books", headers={"Accept-Profile": "private"})
    assert unserved.status_code == 406
    steps = unserved.headers["server-timing"].split(", ")
    assert [step.partition(";")[0] for step in steps] == ["jwt", "parse"]


def test_who_runs_as_the_anonymous_role_is_asked_to_sign_in(rest: RestServer) -> None:
    for token in (None, "anon:ann", ":ann"):
        with rest.client(token) as client:
            refused = client.get("/secrets")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    with rest.client("authenticated:ann") as client:
        assert client.get("/secrets?select=concealed").status_code == 403


def test_types_of_arguments_are_described_as_the_request_sees_them(
    api: httpx.Client, library: TestDatabase, serve: Serve
) -> None:
    def mood(document: httpx.Response) -> str:
        body = document.json()["paths"]["/rpc/feels"]["post"]["parameters"][0]["schema"]
        return str(body["properties"]["mood"]["format"])

    assert mood(api.get("/")) == "mood"
    server = serve(library, replace(CONFIG, openapi_mode="ignore-privileges"))
    with server.client() as client:
        assert mood(client.get("/")) == "api.mood"


def test_an_upsert_is_estimated_as_postgrest_s_is(api: httpx.Client) -> None:
    headers = {
        "Accept": "application/vnd.pgrst.plan+json",
        "Prefer": "resolution=merge-duplicates",
    }
    rows = [{"id": 1, "name": "North"}, {"id": 90, "name": "Ninety"}]
    plan = api.post("/publishers", json=rows, headers=headers).json()
    assert plan[0]["Plan"]["Total Cost"] == 5.53
