"""Around the rows: who asks, which schema, errors, headers, OPTIONS, the root, CORS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from backoffice.rest.config import RestConfig
from support.database import TestDatabase
from support.rest import CONFIG, RestServer

Serve = Callable[..., RestServer]


def test_without_a_token_one_is_anonymous(rest: RestServer) -> None:
    for headers in ({}, {"Authorization": "Bearer sb_publishable_abc"}, {"apikey": "x"}):
        answer = httpx.get(f"{rest.url}/rpc/context", headers=headers)
        assert answer.json()["role"] == "anon"
        assert answer.json()["claims"] == {"role": "anon"}


@pytest.mark.parametrize(
    ("authorization", "code", "message"),
    [
        ("Bearer abc", "PGRST301", "Expected 3 parts in JWT; got 1"),
        ("Bearer a.b.c", "PGRST301", "JWT cryptographic operation failed"),
        ("Bearer", "PGRST301", "Empty JWT is sent in Authorization header"),
        ("Bearer expired", "PGRST303", "JWT expired"),
    ],
)
def test_a_bad_token_is_refused(
    rest: RestServer, authorization: str, code: str, message: str
) -> None:
    answer = httpx.get(f"{rest.url}/books", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.json() == {"code": code, "details": None, "hint": None, "message": message}
    assert answer.headers["www-authenticate"] == (
        f'Bearer error="invalid_token", error_description="{message}"'
    )


def test_a_role_that_is_none_is_refused(rest: RestServer) -> None:
    with rest.client("nobody:x") as client:
        answer = client.get("/books")
    assert (answer.status_code, answer.json()["code"]) == (401, "22023")


def test_the_anonymous_role_can_be_switched_off(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, replace(CONFIG, anon_role=None))
    answer = httpx.get(f"{server.url}/books")
    assert answer.status_code == 401
    assert answer.json()["code"] == "PGRST302"
    assert answer.json()["message"] == "Anonymous access is disabled"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_row_level_security_decides(rest: RestServer) -> None:
    with rest.client("authenticated:ann") as ann, rest.client("authenticated:bob") as bob:
        assert ann.get("/diaries?select=entry").json() == [{"entry": "mine"}]
        assert bob.get("/diaries?select=entry").json() == [{"entry": "his"}]
        forged = ann.post("/diaries", json={"owner": "bob", "entry": "x"})
        assert (forged.status_code, forged.json()["code"]) == (403, "42501")
        assert (
            ann.delete("/diaries", headers={"Prefer": "count=exact"}).headers["content-range"]
            == "*/1"
        )
    anonymous = httpx.get(f"{rest.url}/diaries")
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "42501")
    assert anonymous.headers["www-authenticate"] == "Bearer"


def test_column_privileges_decide(rest: RestServer) -> None:
    with rest.client("authenticated:ann") as client:
        assert client.get("/secrets?select=id,shown").json() == [{"id": 1, "shown": "yes"}]
        assert client.get("/secrets").status_code == 403
        patched = client.patch(
            "/secrets?id=eq.1&select=shown",
            json={"shown": "x"},
            headers={"Prefer": "return=representation"},
        )
        assert patched.json() == [{"shown": "x"}]
        quiet = client.post("/secrets", json={"id": 2, "shown": "x", "concealed": "y"})
        assert quiet.status_code == 201


def test_the_transaction_knows_its_request(rest: RestServer) -> None:
    with rest.client("authenticated:ann") as client:
        context = client.get(
            "/rpc/context",
            headers={
                "X-Thing": "a\"b'c",
                "Cookie": "one=1; two=zwei",
                "Prefer": "timezone=Asia/Tokyo",
            },
        ).json()
    assert context["role"] == "authenticated"
    assert context["claims"] == {"role": "authenticated", "sub": "ann"}
    assert (context["method"], context["path"]) == ("GET", "/rpc/context")
    assert context["headers"]["x-thing"] == "a\"b'c"
    assert "cookie" not in context["headers"]
    assert context["cookies"] == {"one": "1", "two": "zwei"}
    assert context["timezone"] == "Asia/Tokyo"
    assert context["search_path"] == '"api", "public"'
    assert context["timeout"] == "8s", "the role's own setting"


def test_nothing_of_a_request_stays_on_its_connection(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, CONFIG, pool_size=2)
    with server.client("authenticated:ann") as client:
        for _ in range(4):
            client.get("/rpc/context", headers={"Prefer": "timezone=Asia/Tokyo"})
            client.get("/books?nope=eq.1")
    anonymous = httpx.get(f"{server.url}/rpc/context").json()
    assert (anonymous["role"], anonymous["claims"]) == ("anon", {"role": "anon"})
    assert anonymous["timezone"] != "Asia/Tokyo"
    assert anonymous["timeout"] == "3s"


def test_functions_may_ask_for_isolation(api: httpx.Client) -> None:
    assert api.post("/rpc/serializable").json() == "serializable"


def test_unknown_time_zones_are_ignored_or_refused(api: httpx.Client) -> None:
    lenient = api.get("/rpc/context", headers={"Prefer": "timezone=Nowhere/Else"})
    assert lenient.status_code == 200 and "preference-applied" not in lenient.headers
    strict = api.get("/books", headers={"Prefer": "handling=strict, timezone=Nowhere/Else"})
    assert strict.json()["details"] == "Invalid preferences: timezone=Nowhere/Else"


def test_profiles_choose_the_schema(api: httpx.Client) -> None:
    other = api.get("/books", headers={"Accept-Profile": "archive"})
    assert other.json() == [{"id": 1, "title": "Old"}]
    assert other.headers["content-profile"] == "archive"
    assert api.get("/books?limit=1").headers["content-profile"] == "api"
    written = api.post(
        "/books", json={"id": 2, "title": "x"}, headers={"Content-Profile": "archive"}
    )
    assert written.status_code == 201
    # Each method has its own header.
    assert api.get("/publishers", headers={"Content-Profile": "archive"}).status_code == 200
    refused = api.get("/books", headers={"Accept-Profile": "hidden"})
    assert refused.status_code == 406
    assert refused.json() == {
        "code": "PGRST106",
        "details": None,
        "hint": "Only the following schemas are exposed: api, archive",
        "message": "Invalid schema: hidden",
    }


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("P0001", 400), ("P0002", 500), ("22012", 400), ("23503", 409), ("23505", 409),
        ("25006", 405), ("08006", 503), ("09000", 500), ("0L000", 403), ("0P000", 403),
        ("28000", 403), ("2D000", 500), ("38000", 500), ("40001", 500), ("42P01", 404),
        ("42P17", 500), ("42883", 404), ("42501", 403), ("53000", 503), ("53400", 500),
        ("54001", 500), ("55000", 500), ("57014", 500), ("58000", 500), ("F0000", 500),
        ("HV000", 500), ("XX000", 500), ("PT402", 402), ("PT999", 500), ("ZZ123", 400),
        ("21000", 500),
    ],
)  # fmt: skip
def test_sqlstates_become_http(api: httpx.Client, state: str, status: int) -> None:
    body = {"state": state, "message": "No.", "detail": "Really not.", "hint": "Ask."}
    answer = api.post("/rpc/raise_error", json=body)
    assert answer.status_code == status
    expected = {"code": state, "details": "Really not.", "hint": "Ask.", "message": "No."}
    assert answer.json() == expected
    assert answer.headers["proxy-status"] == f"PostgREST; error={state}"


def test_a_raised_response_is_sent_as_it_is(api: httpx.Client) -> None:
    def raised(message: str, detail: str) -> httpx.Response:
        body = {"state": "PGRST", "message": message, "detail": detail}
        return api.post("/rpc/raise_error", json=body)

    answer = raised(
        '{"code": "123", "message": "ABC", "details": "DEF", "hint": "XYZ"}',
        '{"status": 432, "headers": {"X-Header": "str"}}',
    )
    assert (answer.status_code, answer.headers["x-header"]) == (432, "str")
    assert answer.json() == {"code": "123", "details": "DEF", "hint": "XYZ", "message": "ABC"}
    plain = '{"code": "1", "message": "m"}'
    for message, detail in (
        ("INVALID", "{}"),
        ('{"code": "1", "message": 2}', '{"status": 400, "headers": {}}'),
        (plain, "INVALID"),
        (plain, '{"status": true, "headers": {}}'),
        (plain, '{"status": 400, "headers": {"X-Number": 1}}'),
    ):
        refused = raised(message, detail)
        assert (refused.status_code, refused.json()["code"]) == (500, "PGRST121")


def test_the_database_may_set_headers_and_status(api: httpx.Client) -> None:
    answer = api.post("/rpc/teapot")
    assert (answer.status_code, answer.json()) == (418, "short and stout")
    assert answer.headers["x-pot"] == "brown"
    assert answer.headers["cache-control"] == "no-store"
    assert api.post("/rpc/bad_headers").json()["code"] == "PGRST111"
    assert api.post("/rpc/bad_status").json()["code"] == "PGRST112"


def test_every_request_can_be_vetted(own_library: TestDatabase, serve: Serve) -> None:
    with own_library.connect("supabase_admin") as admin:
        admin.execute(
            "create function api.vet() returns void language plpgsql as $$ begin"
            " if current_setting('request.headers')::json ->> 'x-bad' is not null then"
            " raise exception using errcode = 'PT429', message = 'Slow down'; end if;"
            " perform set_config('response.headers', '[{\"X-Vetted\": \"yes\"}]', true);"
            " end $$"
        )
    server = serve(own_library, replace(CONFIG, pre_request="api.vet"))
    with server.client() as client:
        assert client.get("/books").headers["x-vetted"] == "yes"
        assert client.get("/books", headers={"X-Bad": "1"}).status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nope", 404, "PGRST205"),
        ("POST", "/nope?columns=x", 404, "PGRST205"),
        ("GET", "/a/b", 404, "PGRST125"),
        ("GET", "/rpc/a/b", 404, "PGRST125"),
        ("GET", "/books/", 404, "PGRST125"),
        ("TRACE", "/books", 405, "PGRST117"),
        ("POST", "/", 405, "PGRST117"),
        ("GET", "/visits_2024", 404, "PGRST205"),
    ],
)
def test_wrong_ways(api: httpx.Client, method: str, path: str, status: int, code: str) -> None:
    answer = api.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "details", "hint", "message"}


def test_a_missing_table_is_hinted_at(api: httpx.Client) -> None:
    assert api.get("/boks").json() == {
        "code": "PGRST205",
        "details": None,
        "hint": "Perhaps you meant the table 'api.books'",
        "message": "Could not find the table 'api.boks' in the schema cache",
    }


def test_nothing_acceptable(api: httpx.Client) -> None:
    answer = api.get("/books", headers={"Accept": "image/gif"})
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST107")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/books", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),
        ("/no_key", "OPTIONS,GET,HEAD,POST,PATCH,DELETE"),
        ("/page_counts", "OPTIONS,GET,HEAD"),
        ("/rpc/add", "OPTIONS,GET,HEAD,POST"),
        ("/rpc/nothing", "OPTIONS,POST"),
        ("/", "OPTIONS,GET,HEAD"),
    ],
)
def test_options(api: httpx.Client, path: str, allow: str) -> None:
    answer = api.options(path)
    assert (answer.status_code, answer.headers["allow"]) == (200, allow)


def test_browsers_may_ask_from_anywhere(rest: RestServer) -> None:
    preflight = httpx.options(
        f"{rest.url}/books",
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "apikey, x-client-info, prefer, x-retry-count",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    allowed = preflight.headers["access-control-allow-headers"].lower()
    for name in ("authorization", "apikey", "x-client-info", "prefer", "x-retry-count"):
        assert name in allowed
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    answer = httpx.get(f"{rest.url}/books", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in answer.headers["access-control-expose-headers"]
    refused = httpx.get(f"{rest.url}/nope", headers={"Origin": "https://example.org"})
    assert refused.headers["access-control-allow-origin"] == "*"


def test_origins_can_be_named(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, replace(CONFIG, cors_allowed_origins=("https://a.example",)))
    ours = httpx.get(f"{server.url}/books", headers={"Origin": "https://a.example"})
    assert ours.headers["access-control-allow-origin"] == "https://a.example"
    theirs = httpx.get(f"{server.url}/books", headers={"Origin": "https://b.example"})
    assert "access-control-allow-origin" not in theirs.headers


def test_the_root_describes_what_the_role_may_use(rest: RestServer, api: httpx.Client) -> None:
    answer = api.get("/")
    assert answer.headers["content-type"] == "application/openapi+json; charset=utf-8"
    document: dict[str, Any] = answer.json()
    assert document["info"]["title"] == "The library"
    assert document["info"]["description"] == "Books, who wrote them, who borrowed them."
    books = document["definitions"]["books"]
    assert books["required"] == ["id", "title", "moods", "details"]
    assert books["properties"]["publisher_id"] == {
        "format": "int32",
        "type": "integer",
        "description": "Note:\nThis is a Foreign Key to `publishers.id`."
        "<fk table='publishers' column='id'/>",
    }
    assert document["paths"]["/authors"]["get"]["summary"] == "Who writes"
    assert set(document["paths"]["/page_counts"]) == {"get"}
    assert set(document["paths"]["/rpc/add"]) == {"get", "post"}
    [amounts] = document["paths"]["/rpc/total"]["get"]["parameters"]
    assert amounts == {
        "name": "amounts",
        "in": "query",
        "required": True,
        "type": "array",
        "items": {"format": "int32", "type": "integer"},
        "collectionFormat": "multi",
    }
    assert "/diaries" in document["paths"]
    anonymous = httpx.get(f"{rest.url}/").json()
    assert "/diaries" not in anonymous["paths"] and "/books" in anonymous["paths"]
    assert "/rpc/remove_letters" not in anonymous["paths"]
    assert api.get("/", headers={"Accept": "text/csv"}).status_code == 406


def test_the_root_can_be_closed(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, replace(CONFIG, openapi_mode="disabled"))
    answer = httpx.get(server.url)
    assert (answer.status_code, answer.json()["code"]) == (404, "PGRST126")


def test_what_is_off_by_default_is_refused(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, RestConfig(schemas=("api",)))
    with server.client() as client:
        assert client.get("/books?select=count()").json()["code"] == "PGRST123"
        plan = client.get("/books", headers={"Accept": "application/vnd.pgrst.plan+json"})
        assert plan.status_code == 406
        kept = client.post("/no_key", json={"a": "x"}, headers={"Prefer": "tx=rollback"})
        assert "preference-applied" not in kept.headers
        assert client.delete("/no_key?a=eq.x").status_code == 204
        assert "content-profile" not in client.get("/books").headers


def test_rows_are_capped_at_every_level(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, replace(CONFIG, max_rows=1))
    with server.client() as client:
        capped = client.get("/publishers?select=id,books(id)&order=id&books.order=id")
        assert capped.json() == [{"id": 1, "books": [{"id": 1}]}]
        assert client.get("/rpc/all_books?select=id&limit=5").json() == [{"id": 1}]
        written = client.patch(
            "/books", json={"pages": 1}, headers={"Prefer": "return=representation"}
        )
        assert len(written.json()) == 4, "what was written is shown in full"
        estimated = client.get("/books", headers={"Prefer": "count=estimated"})
        assert estimated.headers["content-range"] == "0-0/4"


def test_times_are_shown_when_enabled(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, replace(CONFIG, server_timing_enabled=True))
    timing = httpx.get(f"{server.url}/books").headers["server-timing"]
    for step in ("jwt", "parse", "plan", "transaction", "response"):
        assert f"{step};dur=" in timing


def test_times_are_shown_of_what_is_no_table_and_of_failures(
    library: TestDatabase, serve: Serve
) -> None:
    url = serve(library, replace(CONFIG, server_timing_enabled=True)).url
    assert "transaction;dur=" in httpx.head(f"{url}/").headers["server-timing"]
    for path in ("/", "/books", "/rpc/hello"):
        steps = httpx.options(f"{url}{path}").headers["server-timing"]
        assert "parse;dur=" in steps
        assert "plan" not in steps
    refused = httpx.get(f"{url}/books?id=eq.one")
    assert refused.status_code == 400
    assert "transaction;dur=" in refused.headers["server-timing"]
    assert "response" not in refused.headers["server-timing"]
    stranger = httpx.get(f"{url}/books", headers={"Authorization": "Bearer nobody"})
    assert stranger.headers["server-timing"].startswith("jwt;dur=")
    assert "," not in stranger.headers["server-timing"]
