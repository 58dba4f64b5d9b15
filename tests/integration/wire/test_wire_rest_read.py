"""Points 1 to 7 of the protocol as supabase-py sees them: who asks, and what is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from postgrest import CountMethod
from postgrest.exceptions import APIError
from supabase import Client

from support.server import TestServer
from support.wire import client_of


@pytest.fixture
def api(wire: TestServer) -> Iterator[Client]:
    with client_of(wire, wire.service_role_key, schema="api") as supabase:
        yield supabase


def who_am_i(wire: TestServer, key: str) -> Any:
    with client_of(wire, key, schema="api") as supabase:
        return supabase.rpc("who_am_i").execute().data


def refusal(wire: TestServer, key: str) -> tuple[str | None, str | None]:
    with pytest.raises(APIError) as refused:
        who_am_i(wire, key)
    return refused.value.code, refused.value.message


class TestPython:
    """Named after their points."""

    def test_point_01_every_kind_of_key(self, wire: TestServer, tokens: dict[str, str]) -> None:
        for key in (wire.anon_key, tokens["anon"], wire.keys.publishable_key, "sb_publishable_x"):
            assert who_am_i(wire, key)["role"] == "anon"
        for key in (wire.service_role_key, tokens["service_role"], wire.keys.secret_key):
            assert who_am_i(wire, key)["role"] == "service_role"
        assert refusal(wire, "sb_secret_of_another_project")[0] == "PGRST301"
        keyless = httpx.get(f"{wire.url}/rest/v1/rpc/who_am_i", headers={"Accept-Profile": "api"})
        assert keyless.json()["role"] == "anon"

    def test_point_02_a_request_runs_with_its_settings(
        self, wire: TestServer, tokens: dict[str, str]
    ) -> None:
        with client_of(wire, tokens["person"], schema="api") as supabase:
            seen: Any = supabase.rpc("context", get=True).execute().data
        assert (seen["role"], seen["claims"]["aud"]) == ("authenticated", "authenticated")
        assert (seen["method"], seen["path"]) == ("GET", "/rpc/context")
        assert seen["headers"]["apikey"] == tokens["person"]

    def test_point_02_a_token_that_is_not_believed(
        self, wire: TestServer, tokens: dict[str, str]
    ) -> None:
        assert refusal(wire, "a.b.c")[0] == "PGRST301"
        assert refusal(wire, tokens["expired"]) == ("PGRST303", "JWT expired")
        assert refusal(wire, tokens["of_others"]) == ("PGRST303", "JWT not in audience")
        assert who_am_i(wire, tokens["just_expired"])["role"] == "authenticated"

    def test_point_02_no_anonymous_role(self, closed: TestServer) -> None:
        with (
            client_of(closed, closed.keys.publishable_key) as supabase,
            pytest.raises(APIError) as refused,
        ):
            supabase.table("domains").select("*").execute()
        assert refused.value.code == "PGRST302"

    def test_point_03_columns_and_embeds(self, api: Client) -> None:
        found = api.table("books").select(
            "name:title, pages::text, kind:details->format->>kind, slug",
            "publishers!inner(name), covers(colour), authors(name), first_author(name)",
        )
        row = found.eq("publishers.name", "North").order("id").limit(1).single().execute().data
        authors = row.pop("authors")
        assert sorted(author["name"] for author in authors) == ["Ada", "Ben"]
        assert row == {
            "name": "The Quiet Sea",
            "pages": "320",
            "kind": "paper",
            "slug": "the-quiet-sea",
            "publishers": {"name": "North"},
            "covers": {"colour": "blue"},
            "first_author": {"name": "Ada"},
        }
        spread = api.table("books").select("id, ...publishers(house:name)").eq("id", 1).execute()
        assert spread.data == [{"id": 1, "house": "North"}]
        summed = api.table("books").select("publisher_id, pages.sum()").eq("publisher_id", 1)
        assert summed.execute().data == [{"publisher_id": 1, "sum": 440}]
        hinted = api.table("letters").select("from:authors!sender_id(name)").eq("id", 1).execute()
        assert hinted.data == [{"from": {"name": "Ada"}}]

    @pytest.mark.parametrize(
        ("table", "columns", "code"),
        [
            ("letters", "authors(name)", "PGRST201"),
            ("books", "letters(*)", "PGRST200"),
            ("boks", "*", "PGRST205"),
            ("books", "nope", "42703"),
        ],
    )
    def test_point_03_what_cannot_be_selected(
        self, api: Client, table: str, columns: str, code: str
    ) -> None:
        with pytest.raises(APIError) as refused:
            api.table(table).select(columns).execute()
        assert refused.value.code == code

    def test_point_04_filters(self, api: Client) -> None:
        def ids(query: Any) -> list[int]:
            return [row["id"] for row in query.order("id").execute().data]

        def chosen() -> Any:
            return api.table("books").select("id")

        assert ids(chosen().eq("title", "A Loud Hill")) == [2]
        assert ids(chosen().neq("pages", 80)) == [1, 2]
        assert ids(chosen().gt("pages", 80).lt("pages", 320)) == [2]
        assert ids(chosen().gte("pages", 120).lte("pages", 320)) == [1, 2]
        assert ids(chosen().is_("pages", "null")) == [4]
        assert ids(chosen().not_.is_("pages", "null")) == [1, 2, 3]
        assert ids(chosen().like("title", "The%")) == [1]
        assert ids(chosen().ilike("title", "the%")) == [1]
        assert ids(chosen().like_any_of("title", "The%,Run%")) == [1, 3]
        assert ids(chosen().like_all_of("title", "%e%,%S%")) == [1]
        assert ids(chosen().ilike_any_of("title", "the%,run%")) == [1, 3]
        assert ids(chosen().ilike_all_of("title", "%i%,%q%")) == [1]
        assert ids(chosen().in_("id", [2, 3])) == [2, 3]
        assert ids(chosen().in_("title", ["The Quiet Sea", "Nobody's Book", 'a,b"c'])) == [1, 4]
        assert ids(chosen().contains("moods", ["sad"])) == [2, 4]
        assert ids(chosen().contains("details", {"isbn": "111"})) == [1]
        assert ids(chosen().contained_by("moods", ["sad", "tense"])) == [2, 3, 4]
        assert ids(chosen().overlaps("moods", ["calm", "sad"])) == [1, 2, 4]
        assert ids(chosen().range_lt("lent", (10, 12))) == [1]
        assert ids(chosen().range_gt("lent", (1, 9))) == [2]
        assert ids(chosen().range_gte("lent", (4, 6))) == [2]
        assert ids(chosen().range_lte("lent", (4, 10))) == [1]
        assert ids(chosen().range_adjacent("lent", (19, 30))) == [2]
        assert ids(chosen().match({"id": 1, "publisher_id": 1})) == [1]
        assert ids(chosen().filter("title", "imatch", "^the")) == [1]
        assert ids(chosen().filter("pages", "isdistinct", "80")) == [1, 2, 4]
        assert ids(chosen().or_("id.eq.1,and(id.gt.3,pages.is.null)")) == [1, 4]
        assert ids(chosen().plfts("words", "quiet")) == [1]
        assert ids(chosen().wfts("words", "rivers or hill")) == [2, 3]
        inner = api.table("books").select("id, authors!inner(name)")
        assert ids(inner.or_("name.eq.Ada,name.eq.Cleo", reference_table="authors")) == [1, 3]
        searched = (
            api.table("books")
            .select("id")
            .text_search("words", "'quiet' & 'sea'", options={"config": "english"})
        )
        assert searched.execute().data == [{"id": 1}]

    def test_point_05_order_and_range(self, api: Client) -> None:
        def ids(query: Any) -> list[int]:
            return [row["id"] for row in query.execute().data]

        books = api.table("books")
        assert ids(books.select("id").order("pages", desc=True, nullsfirst=False)) == [1, 2, 3, 4]
        assert ids(books.select("id").order("pages", nullsfirst=True).limit(2)) == [4, 3]
        assert ids(books.select("id").order("id").range(1, 2)) == [2, 3]
        assert ids(books.select("id").order("id").limit(2).offset(3)) == [4]
        inner = (
            api.table("publishers")
            .select("books(id)")
            .eq("id", 1)
            .order("id", desc=True, foreign_table="books")
            .limit(1, foreign_table="books")
        )
        assert inner.execute().data == [{"books": [{"id": 2}]}]

    def test_point_06_counts(self, api: Client) -> None:
        for method in CountMethod:
            counted = api.table("books").select("id", count=method).limit(2).execute()
            assert (counted.count, len(counted.data)) == (4, 2)
        head = api.table("books").select("*", count=CountMethod.exact, head=True).execute()
        assert (head.count, head.data) == (4, [])
        with pytest.raises(APIError) as beyond:
            api.table("books").select("id", count=CountMethod.exact).range(10, 12).execute()
        assert beyond.value.code == "PGRST103"

    def test_point_07_one_object(self, api: Client) -> None:
        authors = api.table("authors")
        assert authors.select("name").eq("id", 1).single().execute().data == {"name": "Ada"}
        with pytest.raises(APIError) as several:
            authors.select("name").single().execute()
        assert several.value.code == "PGRST116"
        assert several.value.details == "The result contains 4 rows"
        assert authors.select("name").eq("id", 99).maybe_single().execute() is None
        one = authors.select("name").eq("id", 2).maybe_single().execute()
        assert one is not None
        assert one.data == {"name": "Ben"}
