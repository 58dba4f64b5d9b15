"""Hostile and nonsensical requests: a clear 4xx, never a 500, and the database is as it was."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.database import TestDatabase
from support.rest import CONFIG, RestServer

Serve = Callable[..., RestServer]

INJECTION = "'; drop table api.books; --"


def get(api: httpx.Client, path: str, **params: str) -> httpx.Response:
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in params.items())
    return api.get(f"{path}?{query}")


@pytest.mark.parametrize(
    "params",
    [
        {"title": f"eq.{INJECTION}"},
        {"title": f"in.({INJECTION})"},
        {"title": f"like(any).{{{INJECTION}}}"},
        {"details->>" + f'"{INJECTION}"': "eq.x"},
        {"select": f'x:details->"{INJECTION}"'},
        {"or": f'(title.eq."{INJECTION}",id.eq.1)'},
        {"title": f"fts(english).{INJECTION}"},
        {"title": "fts(nope).x"},
        {"order": f'details->"{INJECTION}"'},
        {f'"{INJECTION}"': "eq.1"},
        {"select": f'"{INJECTION}"'},
        {"select": 'id,"a"" from secrets; --"'},
        {"select": "id::text; drop table x"},
        {"select": "id::int)from(x"},
        {"select": "id::regclass"},
        {"select": "pg_sleep(1)"},
        {"select": "id,publishers!x;y(*)"},
        {"order": "id;drop table x"},
        {"limit": "1;drop"},
        {"limit": "99999999999999999999999999"},
        {"offset": "99999999999999999999999999"},
        {"limit": "1e3"},
        {"id": "eq." + "9" * 400},
        {"price": "eq.NaN"},
        {"price": "gt.1e400"},
        {"published": "eq.infinity"},
        {"published": "eq.32000-13-45"},
        {"details->99999999999999999999": "eq.1"},
        {"select": "details->-99999999999999999999"},
        {"title": "eq.\0"},
        {"\0": "eq.1"},
        {"select": "\0"},
        {"title": "match.((((("},
        {"title": "match." + "(" * 300},
        {"title": "like.\\"},
        {"moods": "cs.{"},
        {"lent": "ov.[9,1]"},
        {"words": "fts.!&|"},
        {"columns": "x"},
        {"select": "(" * 2000},
        {"select": "a(" * 2000},
        {"or": "(and" * 2000},
        {"select": "book_authors(books(" * 15 + "id" + "))" * 15},
        {"select": ",".join(f"a{i}:publishers(*)" for i in range(60))},
        {"select": "x" * 5000},
        {"not.and": ""},
        {"and": "()"},
        {".": "eq.1"},
        {"": "eq.1"},
        {"a.b.c.d.e": "eq.1"},
        {"select": "count(),*"},
        {"select": "*.count()"},
        {"select": "title.sum()"},
    ],
)  # fmt: skip
def test_a_strange_query_is_answered_below_500(api: httpx.Client, params: dict[str, str]) -> None:
    answer = get(api, "/books", **params)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 300:
        assert set(answer.json()) == {"code", "details", "hint", "message"}
    assert len(api.get("/books").json()) == 4


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "\\u0000"}',
        b'{"title": "\\ud800"}',
        b'{"title": "\xff"}',
        b'{"title": "\xed\xa0\x80"}',
        b'{"details": ' + b"[" * 900 + b"]" * 900 + b', "title": "x"}',
        b'{"details": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 100_000,
        b'{"pages": 1e400}',
        b'{"pages": 99999999999999999999}',
        b'{"pages": NaN}',
        b'{"id": {"a": 1}}',
        b'{"title": ["x"]}',
        b'{"": 1}',
        b'{"a\\u0000b": 1}',
        b"true",
        b"null",
        b'"text"',
        b"[[]]",
        b"\xef\xbb\xbf{}",
        b'{"title": 1, "title": 2}',
    ],
)
@pytest.mark.parametrize("path", ["/books", "/books?columns=title,details", "/rpc/hello"])
def test_a_strange_body_is_answered_below_500(api: httpx.Client, path: str, body: bytes) -> None:
    answer = api.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, answer.text
    if path == "/books":
        patched = api.patch(
            "/books?id=eq.1", content=body, headers={"Content-Type": "application/json"}
        )
        assert patched.status_code < 500, patched.text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/csv", b'a,b\n"'),
        ("text/csv", b"a,b\n\xff,1"),
        ("text/csv", b"a,b\nx\0y,1"),
        ("text/csv", b"a,a\n1,2"),
        ("text/csv", b""),
        ("application/x-www-form-urlencoded", b"a=%00"),
        ("application/x-www-form-urlencoded", b"a=%ff&=1&a"),
        ("text/xml", b"<"),
        ("", b"{}"),
        ("application/json;charset=utf-16", b"{}"),
    ],
)
def test_other_strange_bodies(api: httpx.Client, content_type: str, body: bytes) -> None:
    for path in ("/no_key", "/rpc/echo_text", "/rpc/hello"):
        answer = api.post(path, content=body, headers={"Content-Type": content_type})
        assert answer.status_code < 500, answer.text


def test_text_with_nul_is_refused_by_its_function(api: httpx.Client) -> None:
    answer = api.post("/rpc/echo_text", content=b"a\0b", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "9" * 300 + "-" + "9" * 301},
        {"Range": "-1--5"},
        {"Prefer": "max-affected=" + "9" * 300 + ", handling=strict"},
        {"Prefer": "," * 500},
        {"Accept": ",;q=x,*/*;q=nan"},
        {"Accept": 'application/vnd.pgrst.plan+json; for="application/vnd.pgrst.plan+json"'},
        {"Accept-Profile": 'api"; drop schema api'},
        {"Cookie": "=;;=\x7f"},
        {"X-Quote": "'\"\\"},
        {"Authorization": "Basic abc"},
        {"Authorization": "Bearer " + "x" * 5000},
    ],
)
def test_strange_headers_are_answered_below_500(api: httpx.Client, headers: dict[str, str]) -> None:
    assert api.get("/books", headers=headers).status_code < 500


def test_headers_that_are_no_text(rest: RestServer) -> None:
    host, port = rest.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        plain.sendall(
            b"GET /rpc/context HTTP/1.1\r\nHost: x\r\nX-Bytes: \xff\xfe\r\n"
            b"Connection: close\r\n\r\n"
        )
        answer = b"".join(iter(lambda: plain.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_large_body_is_refused(api: httpx.Client) -> None:
    answer = api.post("/no_key", content=b" " * (33 * 1024 * 1024))
    assert answer.status_code == 413


def test_a_large_body_is_taken(api: httpx.Client) -> None:
    rows = [{"a": "x" * 1000, "b": str(number)} for number in range(5000)]
    answer = api.post("/no_key", json=rows, headers={"Prefer": "count=exact"})
    assert (answer.status_code, answer.headers["content-range"]) == (201, "*/5000")


TEXT = st.text(st.characters(codec="utf-8"), max_size=15)
ATOM = st.one_of(
    TEXT,
    st.sampled_from(
        ["id", "title", "details", "lent", "moods", "words", "price", "publishers", "authors", "*"]
    ),
)
OPERATORS = (
    "eq neq gt like ilike match is in cs cd ov sl adj fts wfts not.eq not.in eq(any)"
    " isdistinct nope"
)
VALUE = st.tuples(
    st.sampled_from(OPERATORS.split()),
    st.one_of(TEXT, st.sampled_from(["1", "null", "(1,2)", "{1}", "[1,2)", "true", '{"a":1}'])),
).map(".".join)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(ATOM, VALUE), max_size=3),
    st.lists(ATOM, max_size=4).map(",".join),
    st.lists(ATOM, max_size=2).map(",".join),
    st.sampled_from(["GET", "PATCH", "DELETE", "HEAD"]),
    st.sampled_from(["/books", "/publishers", "/rpc/all_books", "/book_list"]),
)
def test_no_request_is_answered_500(
    api: httpx.Client,
    filters: list[tuple[str, str]],
    select: str,
    order: str,
    method: str,
    path: str,
) -> None:
    pairs: list[tuple[str, Any]] = [*filters, ("select", select), ("order", order)]
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    content = b'{"id": 7}' if method == "PATCH" else None
    answer = api.request(method, f"{path}?{query}", content=content)
    assert answer.status_code < 500, answer.text


def test_embeds_are_bounded_in_number(api: httpx.Client) -> None:
    embeds = ",".join(f"p{n}:publishers(name)" for n in range(101))
    answer = api.get(f"/books?select=id,{embeds}")
    assert answer.status_code == 400
    assert answer.json()["message"] == "too many embedded resources"
    allowed = embeds.rpartition(",")[0]
    assert api.get(f"/books?select=id,{allowed}").status_code == 200
    nested = "books(publishers(" * 18
    grown = f"/publishers?select=id,{nested}id{')' * 36}"
    assert api.get(grown).status_code in (200, 400)


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
@pytest.mark.parametrize(
    "path",
    [
        "/books?select=id,publishers(books(publishers(books(title))))",
        "/rpc/all_books?select=*",
        f"/rpc/hello?name={'long' * 30}",
    ],
)
def test_an_answer_that_outgrows_its_bound_is_refused(
    library: TestDatabase, serve: Serve, path: str, accept: str
) -> None:
    headers = {"Accept": accept}
    with serve(library, replace(CONFIG, max_response_bytes=100)).client() as client:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["code"] == "54000"
        assert answer.json()["message"] == "The response is larger than 100 bytes"
        assert client.head(path, headers=headers).status_code == 200
        assert client.get("/books?select=id&limit=1", headers=headers).status_code == 200
        assert client.get("/books?id=eq.0", headers=headers).status_code == 200
        written = client.patch(
            "/books", json={"pages": 1}, headers={"Prefer": "return=representation"}
        )
        assert len(written.json()) == 4, "what was written is shown in full"
