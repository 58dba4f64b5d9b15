"""Writing: insert, upsert, update, delete, PUT, and what may be preferred about them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

FULL = {"Prefer": "return=representation"}


def prefer(*preferences: str) -> dict[str, str]:
    return {"Prefer": ", ".join(preferences)}


def test_insert_answers_201_and_nothing(api: httpx.Client) -> None:
    answer = api.post("/publishers", json={"id": 9, "name": "New"})
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.reason_phrase == "Created"
    assert answer.headers["content-range"] == "*/*"
    assert "content-type" not in answer.headers
    assert "location" not in answer.headers


def test_insert_gives_back_what_select_asks_for(api: httpx.Client) -> None:
    answer = api.post(
        "/books?select=title,price,publishers(name)",
        json={"title": "New", "publisher_id": 2},
        headers=prefer("return=representation", "count=exact"),
    )
    assert answer.status_code == 201
    assert answer.json() == [{"title": "New", "price": 9.5, "publishers": {"name": "South"}}]
    assert answer.headers["content-range"] == "*/1"
    assert answer.headers["preference-applied"] == "return=representation, count=exact"


def test_insert_names_the_row_in_headers_only(api: httpx.Client) -> None:
    answer = api.post(
        "/publishers", json={"id": 9, "name": "N"}, headers=prefer("return=headers-only")
    )
    assert answer.headers["location"] == "/publishers?id=eq.9"
    two = api.post(
        "/visits",
        json={"at": "2024-05-01", "visitor": "a&b"},
        headers=prefer("return=headers-only"),
    )
    assert two.headers["location"] == "/visits?at=eq.2024-05-01&visitor=eq.a%26b"
    none = api.post("/no_key", json={"a": "1"}, headers=prefer("return=headers-only"))
    assert none.status_code == 201 and "location" not in none.headers


def test_bulk_insert_as_json_csv_and_form(api: httpx.Client) -> None:
    rows = [{"id": 8, "name": "A", "city": None}, {"id": 9, "name": "B", "city": "C"}]
    assert api.post("/publishers", json=rows, headers=FULL).json() == rows
    as_csv = api.post(
        "/publishers",
        content='id,name,city\n8,A,NULL\n9,"B",C\n',
        headers={**FULL, "Content-Type": "text/csv"},
    )
    assert as_csv.json() == rows
    as_form = api.post("/publishers", data={"id": "9", "name": "B", "city": "C"}, headers=FULL)
    assert as_form.json() == rows[1:]


def test_csv_in_csv_out(api: httpx.Client) -> None:
    answer = api.post(
        "/no_key?select=b",
        content="a,b\nx,y\n",
        headers={**FULL, "Content-Type": "text/csv", "Accept": "text/csv"},
    )
    assert (answer.status_code, answer.text) == (201, "b\ny")


@pytest.mark.parametrize("body", ["{}", "[{}]"])
def test_a_row_of_defaults(api: httpx.Client, body: str) -> None:
    answer = api.post(
        "/diaries?select=owner", content=body, headers={**FULL, "Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()) == (201, [{"owner": "test"}])


def test_no_rows(api: httpx.Client) -> None:
    answer = api.post("/no_key", json=[], headers=FULL)
    assert (answer.status_code, answer.json()) == (201, [])


@pytest.mark.parametrize(
    ("content", "content_type", "message"),
    [
        ("", "application/json", "Empty or invalid json"),
        ("{", "application/json", "Empty or invalid json"),
        ('[{"id": 1}, {"id": 2, "name": "x"}]', "application/json", "All object keys must match"),
        ('[{"id": 1}, 3]', "application/json", "All object keys must match"),
        ("a,b\n1\n", "text/csv", "All lines must have same number of fields"),
        ("x", "image/png", "Content-Type not acceptable: image/png"),
    ],
)
def test_a_bad_body_is_refused(
    api: httpx.Client, content: str, content_type: str, message: str
) -> None:
    answer = api.post("/no_key", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert answer.json() == {"code": "PGRST102", "details": None, "hint": None, "message": message}


def test_columns_choose_the_keys(api: httpx.Client) -> None:
    answer = api.post(
        "/publishers?columns=id,name",
        json=[{"id": 8, "name": "A", "x": 1}, {"id": 9, "name": "B", "city": "no"}],
        headers=FULL,
    )
    assert [row["city"] for row in answer.json()] == [None, None]
    missing = api.post("/publishers?columns=id,nme", json={"id": 1})
    assert missing.status_code == 400
    assert missing.json()["code"] == "PGRST204"
    assert missing.json()["message"] == (
        "Could not find the 'nme' column of 'publishers' in the schema cache"
    )


def test_missing_values_are_null_or_default(api: httpx.Client) -> None:
    rows = [{"title": "A", "price": 1}, {"title": "B"}]
    path = "/books?columns=title,price,id&select=title,price"
    defaults = api.post(path, json=rows, headers=prefer("missing=default", "return=representation"))
    assert defaults.json() == [{"title": "A", "price": 1.0}, {"title": "B", "price": 9.5}]
    assert defaults.headers["preference-applied"] == "missing=default, return=representation"
    nulls = api.post("/books?columns=title,price&select=title,price", json=rows, headers=FULL)
    assert nulls.json() == [{"title": "A", "price": 1.0}, {"title": "B", "price": None}]


def test_upsert_merges(api: httpx.Client) -> None:
    merge = prefer("resolution=merge-duplicates", "return=representation")
    mixed = api.post(
        "/publishers", json=[{"id": 1, "name": "North!"}, {"id": 9, "name": "X"}], headers=merge
    )
    assert mixed.status_code == 201
    assert mixed.headers["preference-applied"] == (
        "resolution=merge-duplicates, return=representation"
    )
    assert [row["city"] for row in mixed.json()] == ["Oslo", None]
    assert api.post("/publishers", json={"id": 1, "name": "N"}, headers=merge).status_code == 200
    by_name = api.post(
        "/publishers?on_conflict=name", json={"id": 2, "name": "South"}, headers=merge
    )
    assert (by_name.status_code, by_name.json()[0]["city"]) == (200, "Rome")


def test_upsert_ignores(api: httpx.Client) -> None:
    ignore = prefer("resolution=ignore-duplicates", "return=representation")
    rows = [{"id": 1, "name": "x"}, {"id": 9, "name": "y"}]
    answer = api.post("/publishers", json=rows, headers=ignore)
    assert (answer.status_code, [row["id"] for row in answer.json()]) == (201, [9])


def test_without_a_key_there_is_nothing_to_resolve(api: httpx.Client) -> None:
    headers = prefer("resolution=merge-duplicates", "return=representation")
    answer = api.post("/no_key", json={"a": "1", "b": "2"}, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "return=representation"


def test_update(api: httpx.Client) -> None:
    quiet = api.patch("/books?publisher_id=eq.1", json={"pages": 1})
    assert (quiet.status_code, quiet.content) == (204, b"")
    assert quiet.headers["content-range"] == "0-1/*"
    full = api.patch(
        "/books?id=eq.1&select=pages,authors(name)&authors.order=name",
        json={"pages": 7},
        headers=prefer("return=representation", "count=exact"),
    )
    assert full.status_code == 200
    assert full.json() == [{"pages": 7, "authors": [{"name": "Ada"}, {"name": "Ben"}]}]
    assert full.headers["content-range"] == "0-0/1"
    assert api.patch("/books?id=eq.0", json={"pages": 1}).headers["content-range"] == "*/*"
    assert (
        api.patch("/books?slug=eq.a-loud-hill", json={"pages": 1}).headers["content-range"]
        == "0-0/*"
    )
    assert (
        api.patch("/books?or=(id.eq.1,id.eq.2)", json={"pages": 1}).headers["content-range"]
        == "0-1/*"
    )


@pytest.mark.parametrize("body", ["{}", "[]", "[{}]"])
def test_an_update_of_nothing(api: httpx.Client, body: str) -> None:
    answer = api.patch("/books?select=id,slug", content=body, headers=FULL)
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["content-range"] == "*/*"


def test_update_orders_what_it_shows(api: httpx.Client) -> None:
    answer = api.patch("/books?select=id&order=id.desc", json={"pages": 1}, headers=FULL)
    assert [row["id"] for row in answer.json()] == [4, 3, 2, 1]


def test_update_applies_defaults(api: httpx.Client) -> None:
    answer = api.patch(
        "/books?id=eq.1&columns=price&select=price",
        json={},
        headers=prefer("missing=default", "return=representation"),
    )
    assert answer.json() == [{"price": 9.5}]


def test_delete(api: httpx.Client) -> None:
    quiet = api.delete("/letters?id=eq.1", headers=prefer("count=exact"))
    assert (quiet.status_code, quiet.headers["content-range"]) == (204, "*/1")
    full = api.delete("/letters?id=lt.3&select=id,authors!sender_id(name)&order=id", headers=FULL)
    assert full.status_code == 200
    assert full.json() == [
        {"id": 1, "authors": {"name": "Ada"}},
        {"id": 2, "authors": {"name": "Ben"}},
    ]


def test_put_makes_or_replaces_one_row(api: httpx.Client) -> None:
    assert api.put("/publishers?id=eq.9", json={"id": 9, "name": "X"}).status_code == 204
    made = api.put("/publishers?id=eq.9", json={"id": 9, "name": "X"}, headers=FULL)
    assert (made.status_code, made.json()) == (201, [{"id": 9, "name": "X", "city": None}])
    replaced = api.put("/publishers?id=eq.1", json={"id": 1, "name": "X"}, headers=FULL)
    assert replaced.status_code == 200
    two = api.put(
        "/visits?at=eq.2024-03-01&visitor=eq.x",
        json=[{"at": "2024-03-01", "visitor": "x", "count": 7}],
        headers=FULL,
    )
    assert two.json() == [{"at": "2024-03-01", "visitor": "x", "count": 7}]


@pytest.mark.parametrize(
    ("query", "body", "status", "code"),
    [
        ("", {"id": 9, "name": "X"}, 405, "PGRST105"),
        ("id=gt.9", {"id": 9, "name": "X"}, 405, "PGRST105"),
        ("id=eq.9&name=eq.X", {"id": 9, "name": "X"}, 405, "PGRST105"),
        ("id=eq.9&or=(id.eq.9)", {"id": 9, "name": "X"}, 405, "PGRST105"),
        ("id=eq.9&limit=1", {"id": 9, "name": "X"}, 400, "PGRST114"),
        ("id=eq.9", {"id": 8, "name": "X"}, 400, "PGRST115"),
        ("id=eq.9", [{"id": 9, "name": "X"}, {"id": 10, "name": "Y"}], 201, None),
        ("id=eq.9", [], 400, "42703"),
    ],
)
def test_put_must_name_its_row(
    api: httpx.Client, query: str, body: Any, status: int, code: str | None
) -> None:
    answer = api.put(f"/publishers?{query}", json=body, headers=FULL)
    assert answer.status_code == status, answer.text
    if code:
        assert answer.json()["code"] == code


def test_a_singular_write_of_several_is_undone(api: httpx.Client) -> None:
    headers = {
        "Prefer": "return=representation, tx=commit",
        "Accept": "application/vnd.pgrst.object+json",
    }
    refused = api.patch("/books?publisher_id=eq.1", json={"pages": 5}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (406, "PGRST116")
    assert api.get("/books?pages=eq.5").json() == []
    one = api.post("/publishers", json={"id": 9, "name": "X"}, headers={**headers, **FULL})
    assert (one.status_code, one.json()) == (201, {"id": 9, "name": "X", "city": None})


def test_a_singular_write_that_shows_nothing_is_of_one_row_too(api: httpx.Client) -> None:
    headers = {
        "Prefer": "return=minimal, tx=commit",
        "Accept": "application/vnd.pgrst.object+json",
    }
    several = api.patch("/books?publisher_id=eq.1", json={"pages": 5}, headers=headers)
    assert (several.status_code, several.json()["code"]) == (406, "PGRST116")
    assert api.get("/books?pages=eq.5").json() == []
    nothing = api.delete("/books?id=eq.0", headers=headers)
    assert nothing.json()["details"] == "The result contains 0 rows"
    one = api.patch(
        "/books?id=eq.1", json={"pages": 5}, headers={**headers, **prefer("tx=rollback")}
    )
    assert one.status_code == 204


def test_max_affected(api: httpx.Client) -> None:
    strict = prefer("handling=strict", "max-affected=1", "tx=commit")
    refused = api.delete("/letters?id=gt.0", headers=strict)
    assert refused.status_code == 400
    assert refused.json() == {
        "code": "PGRST124",
        "details": "The query affects 3 rows",
        "hint": None,
        "message": "Query result exceeds max-affected preference constraint",
    }
    assert len(api.get("/letters").json()) == 3
    allowed = api.delete("/letters?id=eq.1", headers=prefer("handling=strict", "max-affected=1"))
    assert allowed.headers["preference-applied"] == "handling=strict, max-affected=1"
    lenient = api.delete("/letters", headers=prefer("max-affected=1"))
    assert lenient.status_code == 204 and "preference-applied" not in lenient.headers
    single = api.post("/rpc/nothing", headers=prefer("handling=strict", "max-affected=1"))
    assert single.json()["code"] == "PGRST128"


def test_strict_handling_names_what_it_does_not_know(api: httpx.Client) -> None:
    headers = [("Prefer", "handling=strict"), ("Prefer", "anything, else")]
    for answer in (
        api.get("/books", headers=headers),
        api.post("/rpc/nothing", headers=headers),
        api.patch("/books", json={}, headers=headers),
    ):
        assert answer.status_code == 400
        assert answer.json()["details"] == "Invalid preferences: anything, else"
    assert api.get("/books", headers=prefer("anything")).status_code == 200


def test_transactions_end_as_preferred(api: httpx.Client) -> None:
    kept = api.post("/no_key", json={"a": "kept"}, headers=prefer("tx=commit"))
    assert kept.headers["preference-applied"] == "tx=commit"
    assert len(api.get("/no_key?a=eq.kept").json()) == 1
    undone = api.delete("/no_key?a=eq.kept", headers=prefer("tx=rollback"))
    assert undone.status_code == 204
    assert len(api.get("/no_key?a=eq.kept").json()) == 1
    api.delete("/no_key?a=eq.kept", headers=prefer("tx=commit"))
    assert api.get("/no_key?a=eq.kept").json() == []


def test_domains_are_read_from_json(api: httpx.Client) -> None:
    answer = api.post("/paints", json={"id": 3, "colour": "#00ff00"}, headers=FULL)
    assert answer.json() == [{"id": 3, "colour": "#00ff00"}], answer.text
    patched = api.patch("/paints?colour=eq.%230000ff", json={"colour": "#000001"}, headers=FULL)
    assert patched.json() == [{"id": 1, "colour": "#000001"}]


def test_views_are_written_through(api: httpx.Client) -> None:
    answer = api.patch("/book_list?book=eq.1", json={"name": "Renamed"}, headers=FULL)
    assert answer.json() == [{"book": 1, "name": "Renamed", "house": 1}]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/publishers", {"id": 1, "name": "x"}, 409, "23505"),
        ("/books", {"title": "x", "publisher_id": 99}, 409, "23503"),
        ("/books", {"title": None}, 400, "23502"),
        ("/books", {"title": "x", "pages": 0}, 400, "23514"),
        ("/books", {"title": "x", "pages": "many"}, 400, "22P02"),
        ("/books", {"title": "x", "words": "y"}, 400, "428C9"),
        ("/books", {"nope": 1}, 400, "PGRST204"),
    ],
)
def test_what_the_database_refuses(
    api: httpx.Client, path: str, body: Any, status: int, code: str
) -> None:
    answer = api.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
