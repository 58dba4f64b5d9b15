"""Calling functions."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("add?a=3", 13),
        ("add?a=3&b=4", 7),
        ("hello?name=wörld%20%26%20co", "Hello, wörld & co"),
        ("numbers", [1, 2, 3]),
        ("pairs?n=eq.2", [{"n": 2, "word": "two"}]),
        ("pairs?order=n.desc&limit=1", [{"n": 2, "word": "two"}]),
        ("pairs?select=w:word&n=gt.1", [{"w": "two"}]),
        (
            "all_books?select=id,slug&id=lt.3&order=id.desc&limit=1",
            [{"id": 2, "slug": "a-loud-hill"}],
        ),
        (
            "all_books?select=id,publishers(name)&pages=gt.300",
            [{"id": 1, "publishers": {"name": "North"}}],
        ),
        ("all_books?select=id,authors(name)&id=eq.2", [{"id": 2, "authors": [{"name": "Ben"}]}]),
        (
            "all_books?select=id,first_author(name)&id=eq.2",
            [{"id": 2, "first_author": {"name": "Ben"}}],
        ),
        ("all_books?select=count()", [{"count": 4}]),
        ("all_books?select=count", [{"count": 4}]),
        ("one_book?id=3&select=title", {"title": "Running Rivers"}),
        ("total?amounts=1&amounts=2&amounts=4", 7),
        ("total?amounts=5", 5),
        ("join_words?words=%7Ba,b%7D", "a+b"),
        ("overloaded", 0),
        ("overloaded?a=1", 1),
        ("overloaded?b=1&a=2", 2),
    ],
)  # fmt: skip
def test_get(api: httpx.Client, path: str, expected: Any) -> None:
    answer = api.get(f"/rpc/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.json() == expected


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("add", {"a": 3, "b": 4}, 7),
        ("add", {"a": 3}, 13),
        ("hello", {"name": "Ada"}, "Hello, Ada"),
        ("join_words", {"words": ["a", "b,c"]}, "a+b,c"),
        ("join_words", {"words": "{a,b}"}, "a+b"),
        ("total", {"amounts": [1, 2]}, 3),
        ("numbers", None, [1, 2, 3]),
        ("echo_json", {"any": [1, {"thing": None}]}, {"any": [1, {"thing": None}]}),
        ("echo_json", [{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ("all_books?id=eq.1&select=id", {}, [{"id": 1}]),
        ("add_author?select=name", {"id": 9, "name": "Eve"}, {"name": "Eve"}),
        ("add?columns=a", {"a": 1, "zzz": 2}, 11),
    ],
)
def test_post(api: httpx.Client, path: str, body: Any, expected: Any) -> None:
    answer = api.post(f"/rpc/{path}", json=body) if body is not None else api.post(f"/rpc/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.json() == expected


def test_other_bodies(api: httpx.Client) -> None:
    def sent(name: str, content_type: str, content: bytes) -> httpx.Response:
        return api.post(f"/rpc/{name}", content=content, headers={"Content-Type": content_type})

    assert sent("echo_text", "text/plain", b"plain \xc3\xbc").json() == "plain ü"
    assert sent("size_of", "application/octet-stream", b"\x00\xff\x00").json() == 3
    form = "application/x-www-form-urlencoded"
    assert sent("add", form, b"a=1&b=2").json() == 3
    assert sent("total", form, b"amounts=1&amounts=2").json() == 3
    assert sent("add", "image/png", b"x").json()["code"] == "PGRST102"


def test_nothing_is_204(api: httpx.Client) -> None:
    answer = api.post("/rpc/nothing")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers


def test_head_and_counts(api: httpx.Client) -> None:
    exact = {"Prefer": "count=exact"}
    answer = api.head("/rpc/all_books?limit=1&offset=1", headers=exact)
    assert (answer.status_code, answer.headers["content-range"]) == (206, "1-1/4")
    assert api.get("/rpc/add?a=1", headers=exact).headers["content-range"] == "0-0/1"
    past = api.get("/rpc/all_books?offset=9", headers=exact)
    assert (past.status_code, past.headers["content-range"]) == (416, "*/4")
    ranged = api.get("/rpc/all_books?select=id&order=id", headers={"Range": "1-2"})
    assert ranged.json() == [{"id": 2}, {"id": 3}]
    ignored = api.post("/rpc/all_books?select=id", headers={"Range": "1-2"})
    assert len(ignored.json()) == 4


def test_media_types(api: httpx.Client) -> None:
    csv = api.get("/rpc/pairs", headers={"Accept": "text/csv"})
    assert csv.text == "n,word\n1,one\n2,two"
    single = {"Accept": "application/vnd.pgrst.object+json"}
    assert api.get("/rpc/pairs?n=eq.1", headers=single).json() == {"n": 1, "word": "one"}
    assert api.get("/rpc/pairs", headers=single).json()["code"] == "PGRST116"
    page = api.get("/rpc/page", headers={"Accept": "text/html"})
    assert (page.text, page.headers["content-type"]) == ("<h1>Hi</h1>", "text/html")
    plan = 'application/vnd.pgrst.plan+json; for="text/html"'
    explained = api.get("/rpc/page", headers={"Accept": plan}).json()
    assert explained[0]["Plan"]["Node Type"] == "Result", "nothing is aggregated"
    none = api.post("/rpc/page?pgrst_scalar=eq.none", headers={"Accept": "text/html"})
    assert (none.status_code, none.content) == (200, b"")
    picture = api.get("/rpc/picture", headers={"Accept": "image/png,*/*;q=0.5"})
    assert (picture.content, picture.headers["content-type"]) == (b"\x89PNG", "image/png")
    tsv = {"Accept": "text/tab-separated-values"}
    assert api.get("/publishers?order=id&id=lt.3", headers=tsv).text == "1\tNorth\n2\tSouth\n"
    refused = api.get("/publishers?select=id", headers=tsv)
    assert refused.status_code == 406
    assert refused.json() == {
        "code": "PGRST107",
        "details": None,
        "hint": None,
        "message": "None of these media types are available: text/tab-separated-values",
    }


def test_a_parameter_without_a_name_is_found_by_none(api: httpx.Client) -> None:
    """As supabase-js names one; it is given the whole body all the same."""
    said = api.post("/rpc/echo_text", content='{"": "hello"}', headers=JSON)
    assert (said.status_code, said.json()) == (200, '{"": "hello"}')
    assert api.post("/rpc/size_of", content='{"": 1}', headers=JSON).json() == 7
    two = api.post("/rpc/colour", json={"": "red"})
    assert (two.status_code, two.json()["code"]) == (300, "PGRST203")
    assert "api.colour( => json), api.colour( => text)" in two.json()["message"]
    assert api.post("/rpc/echo_text", json={"a": 1}).json()["code"] == "PGRST202"
    for path in ("/rpc/echo_text?=x", "/rpc/echo_json?=x", "/rpc/size_of?=x"):
        assert api.get(path).status_code < 500


def test_reading_calls_cannot_write(api: httpx.Client) -> None:
    answer = api.get("/rpc/add_author?id=9&name=Eve")
    assert (answer.status_code, answer.json()["code"]) == (405, "25006")
    assert answer.reason_phrase == "Method Not Allowed"


def test_max_affected_of_a_function(api: httpx.Client) -> None:
    headers = {"Prefer": "handling=strict, max-affected=2, tx=commit"}
    answer = api.post("/rpc/remove_letters", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST124")
    assert len(api.get("/letters").json()) == 3


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        (
            "GET",
            "/rpc/hallo?a=1",
            None,
            {
                "code": "PGRST202",
                "details": "Searched for the function api.hallo with parameter a, but no matches"
                " were found in the schema cache.",
                "hint": "Perhaps you meant to call the function api.hello",
                "message": "Could not find the function api.hallo(a) in the schema cache",
            },
        ),
        (
            "POST",
            "/rpc/hello",
            {"nam": "x"},
            {
                "code": "PGRST202",
                "details": "Searched for the function api.hello with parameter nam or with a single"
                " unnamed json/jsonb parameter, but no matches were found in the schema cache.",
                "hint": "Perhaps you meant to call the function api.hello(name)",
                "message": "Could not find the function api.hello(nam) in the schema cache",
            },
        ),
        (
            "GET",
            "/rpc/xqzw",
            None,
            {
                "code": "PGRST202",
                "details": "Searched for the function api.xqzw without parameters, but no matches"
                " were found in the schema cache.",
                "hint": None,
                "message": "Could not find the function api.xqzw without parameters"
                " in the schema cache",
            },
        ),
    ],
)
def test_an_unknown_function(
    api: httpx.Client, method: str, path: str, body: Any, expected: dict[str, Any]
) -> None:
    answer = api.request(method, path, json=body)
    assert answer.status_code == 404
    assert answer.json() == expected


def test_an_ambiguous_function(api: httpx.Client) -> None:
    answer = api.get("/rpc/twice?v=1")
    assert answer.status_code == 300
    assert answer.json() == {
        "code": "PGRST203",
        "details": None,
        "hint": "Try renaming the parameters or the function itself in the database so function"
        " overloading can be resolved",
        "message": "Could not choose the best candidate function between:"
        " api.twice(v => integer), api.twice(v => text), api.twice(v => bigint, w => integer)",
    }


def test_other_methods_are_refused(api: httpx.Client) -> None:
    answer = api.delete("/rpc/add")
    assert answer.status_code == 405
    assert answer.json()["message"] == "Cannot use the DELETE method on RPC"
