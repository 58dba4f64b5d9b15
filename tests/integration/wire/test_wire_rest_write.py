"""Points 8 to 13 of the protocol as supabase-py sees them: writes, calls, and how answers look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from postgrest import CountMethod, ReturnMethod
from postgrest.exceptions import APIError
from supabase import Client

from support.server import TestServer
from support.wire import Refusing, client_of

from .conftest import MAX_ROWS


@pytest.fixture
def api(wire: TestServer) -> Iterator[Client]:
    with client_of(wire, wire.service_role_key, schema="api") as supabase:
        yield supabase


@pytest.fixture
def raw(wire: TestServer) -> Iterator[httpx.Client]:
    """For what the client cannot say."""
    headers = {
        "Authorization": f"Bearer {wire.service_role_key}",
        "Accept-Profile": "api",
        "Content-Profile": "api",
    }
    with httpx.Client(base_url=f"{wire.url}/rest/v1", headers=headers, timeout=30) as client:
        yield client


class TestPython:
    """Named after their points."""

    def test_point_08_insert_and_upsert(self, api: Client) -> None:
        publishers = api.table("publishers")
        made = publishers.insert([{"id": 8, "name": "A"}, {"id": 9, "name": "B"}]).execute()
        assert [row["name"] for row in made.data] == ["A", "B"]
        quiet = publishers.insert({"id": 9, "name": "X"}, returning=ReturnMethod.minimal)
        assert quiet.execute().data == []
        lines = [{"title": "X"}, {"title": "Y", "price": 1}]
        books = api.table("books")
        assert [b["price"] for b in books.insert(lines, default_to_null=False).execute().data] == [
            9.5,
            1,
        ]
        assert [b["price"] for b in books.insert(lines).execute().data] == [None, 1]
        merged = publishers.upsert({"id": 1, "name": "N"}, on_conflict="id").execute()
        assert merged.data == [{"id": 1, "name": "N", "city": "Oslo"}]
        ignored = publishers.upsert({"id": 1, "name": "Other"}, ignore_duplicates=True).execute()
        assert ignored.data == []

    def test_point_08_update_delete_and_preferences(self, api: Client) -> None:
        updated = api.table("books").update({"pages": 5}).in_("id", [1, 2]).execute()
        assert [row["pages"] for row in updated.data] == [5, 5]
        deleted = api.table("letters").delete(count=CountMethod.exact).eq("id", 1).execute()
        assert (deleted.count, [row["id"] for row in deleted.data]) == (1, [1])
        with pytest.raises(APIError) as many:
            api.table("letters").delete().gt("id", 0).max_affected(1).execute()
        assert many.value.code == "PGRST124"
        assert len(api.table("letters").select("id").execute().data) == 3

    def test_point_09_functions(self, api: Client) -> None:
        assert api.rpc("add", {"a": 1, "b": 2}).execute().data == 3
        assert api.rpc("add", {"a": 1}, get=True).execute().data == 11
        assert api.rpc("join_words", {"words": ["a", "b c"]}).execute().data == "a+b c"
        counted = api.rpc("all_books", {}, count=CountMethod.exact, head=True).execute()
        assert counted.count == 4
        rows = api.rpc("all_books", {}).select("id").gt("id", 2).order("id").limit(1).execute()
        assert rows.data == [{"id": 3}]
        assert not api.rpc("nothing", {}).execute().data
        for name, given, code in (
            ("ad", {"a": 1}, "PGRST202"),
            ("twice", {"v": 1}, "PGRST203"),
        ):
            with pytest.raises(APIError) as refused:
                api.rpc(name, given).execute()
            assert refused.value.code == code
        with pytest.raises(APIError) as writes:
            api.rpc("add_author", {"id": 9, "name": "Eve"}, get=True).execute()
        assert writes.value.code == "25006"

    def test_point_10_errors(self, api: Client) -> None:
        said: dict[str, Any] = {"state": "P0001", "message": "no", "detail": "why", "hint": "do"}
        with pytest.raises(APIError) as raised:
            api.rpc("raise_error", said).execute()
        error = raised.value
        assert (error.code, error.details, error.hint, error.message) == (
            "P0001",
            "why",
            "do",
            "no",
        )
        with pytest.raises(APIError) as twice:
            api.table("publishers").insert({"id": 1, "name": "Again"}).execute()
        assert twice.value.code == "23505"

    def test_point_11_schemas(self, api: Client) -> None:
        archive = api.schema("archive")
        assert archive.table("books").select("*").execute().data == [{"id": 1, "title": "Old"}]
        made = archive.table("books").insert({"id": 2, "title": "Older"}).execute()
        assert made.data == [{"id": 2, "title": "Older"}]
        with pytest.raises(APIError) as unknown:
            api.schema("hidden").table("drafts").select("*").execute()
        assert unknown.value.code == "PGRST106"

    def test_point_12_rows_status_and_headers(self, api: Client, raw: httpx.Client) -> None:
        shelves: Any = api.table("shelves").select("id, shelf_books(place)").order("id").execute()
        assert len(shelves.data) == MAX_ROWS
        assert [len(row["shelf_books"]) for row in shelves.data[:3]] == [MAX_ROWS, MAX_ROWS, 0]
        with pytest.raises(APIError):
            api.rpc("teapot", {}).execute()
        teapot = raw.post("/rpc/teapot", json={})
        assert (teapot.status_code, teapot.headers["x-pot"]) == (418, "brown")

    def test_point_13_other_forms(self, api: Client, raw: httpx.Client) -> None:
        csv: Any = api.table("authors").select("id,name").eq("id", 1).csv().execute().data
        assert csv == "id,name\n1,Ada"
        bare = api.table("publishers").select("*").eq("id", 3).strip_nulls().execute()
        assert bare.data == [{"id": 3, "name": "Idle"}]
        assert "Aggregate" in api.table("books").select("*").explain(analyze=True).execute()
        uploaded = raw.post(
            "/publishers?select=name",
            content='id,name\n80,A\n81,"B, C"',
            headers={"Content-Type": "text/csv", "Prefer": "return=representation"},
        )
        assert uploaded.json() == [{"name": "A"}, {"name": "B, C"}]
        put = raw.put("/publishers?id=eq.82", json={"id": 82, "name": "Put"})
        assert put.status_code == 204
        assert raw.get("/").json()["swagger"] == "2.0"
        assert "PATCH" in raw.options("/books").headers["allow"]

    def test_point_13_reads_are_tried_again(self, wire: TestServer) -> None:
        away = Refusing(httpx.Response(503, headers={"Retry-After": "0"}))
        with client_of(wire, wire.service_role_key, transport=away, schema="api") as supabase:
            assert supabase.table("books").select("id").eq("id", 1).execute().data == [{"id": 1}]
        assert [request.headers.get("x-retry-count") for request in away.seen] == [None, "1"]
