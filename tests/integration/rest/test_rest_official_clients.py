"""The official clients of both languages, unmodified, against the server."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from postgrest import CountMethod, ReturnMethod, SyncPostgrestClient
from postgrest.exceptions import APIError

from support.rest import RestServer

REPOSITORY = Path(__file__).parents[3]
SCRIPT = Path(__file__).parents[1] / "js" / "rest-client.mjs"


@pytest.fixture
def client(rest: RestServer) -> Iterator[SyncPostgrestClient]:
    headers = {"Authorization": "Bearer service_role:py"}
    with SyncPostgrestClient(rest.url, schema="api", headers=headers) as opened:
        yield opened


def test_python_reads(client: SyncPostgrestClient) -> None:
    found = (
        client.from_("books")
        .select("id, title, publishers!inner(name)", count=CountMethod.exact)
        .eq("publishers.name", "North")
        .or_("pages.gt.200,pages.is.null")
        .not_.is_("title", "null")
        .order("id", desc=True)
        .range(0, 4)
        .execute()
    )
    assert (found.count, [row["id"] for row in found.data]) == (1, [1])
    assert client.from_("books").select("*").contains("moods", ["sad"]).execute().data[0]["id"] == 2
    assert client.from_("books").select("title").text_search("words", "quiet").execute().data
    assert client.from_("books").select("*").eq("id", 9).maybe_single().execute() is None
    assert client.from_("authors").select("name").eq("id", 1).single().execute().data == {
        "name": "Ada"
    }
    assert client.from_("publishers").select("id,name").csv().execute().data.startswith("id,name\n")
    with pytest.raises(APIError) as refused:
        client.from_("books").select("nope").execute()
    assert refused.value.code == "42703"


def test_python_writes_and_calls(client: SyncPostgrestClient) -> None:
    made = client.from_("publishers").insert({"id": 9, "name": "X"}).execute()
    assert made.data == [{"id": 9, "name": "X", "city": None}]
    quiet = client.from_("publishers").insert(
        {"id": 9, "name": "X"}, returning=ReturnMethod.minimal
    )
    assert quiet.execute().data == []
    merged = client.from_("publishers").upsert({"id": 1, "name": "N"}, on_conflict="id").execute()
    assert merged.data[0]["city"] == "Oslo"
    updated = client.from_("books").update({"pages": 5}).in_("id", [1, 2]).execute()
    assert [row["pages"] for row in updated.data] == [5, 5]
    deleted = client.from_("letters").delete(count=CountMethod.exact).eq("id", 1).execute()
    assert deleted.count == 1
    assert client.rpc("add", {"a": 1, "b": 2}).execute().data == 3
    assert client.rpc("add", {"a": 1}, get=True).execute().data == 11
    rows = client.rpc("all_books", {}).select("id").gt("id", 2).order("id").limit(1).execute()
    assert rows.data == [{"id": 3}]


def test_javascript(rest: RestServer) -> None:
    """Runs `rest-client.mjs`, which prints what each of its steps got as one JSON object."""
    done = subprocess.run(
        ["node", str(SCRIPT), rest.url],
        cwd=REPOSITORY / "web",
        env={**os.environ, "NODE_PATH": str(REPOSITORY / "web" / "node_modules")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    got: dict[str, Any] = json.loads(done.stdout)
    assert got["embeds"] == {
        "data": [{"id": 1, "title": "The Quiet Sea", "publishers": {"name": "North"}}],
        "count": 1,
        "status": 200,
        "statusText": "OK",
    }
    assert got["head"] == {"data": None, "count": 4, "status": 200}
    assert got["none"] == {"data": None, "error": None, "status": 200}
    assert got["single"]["error"]["code"] == "PGRST116"
    assert (got["single"]["status"], got["single"]["statusText"]) == (406, "Not Acceptable")
    assert got["inserted"] == {"data": None, "status": 201, "statusText": "Created"}
    assert got["upserted"]["data"] == [{"id": 1, "name": "North", "city": "Bergen"}]
    assert got["updated"]["data"] == [{"id": 1, "pages": 7}]
    assert got["deleted"] == {"data": None, "count": 2, "status": 204, "statusText": "No Content"}
    assert got["called"]["data"] == 7
    assert got["read"] == {"data": 13, "status": 200}
    assert got["rows"]["data"] == [{"id": 4}, {"id": 3}]
    assert got["nothing"] == {"data": None, "error": None, "status": 204}
    assert got["csv"]["data"] == "id,name\n1,Ada"
    assert got["other"]["data"] == [{"id": 1, "title": "Old"}]
    assert got["unknown"]["error"] == {
        "code": "PGRST205",
        "details": None,
        "hint": "Perhaps you meant the table 'api.books'",
        "message": "Could not find the table 'api.boks' in the schema cache",
    }
    assert got["limited"]["error"]["code"] == "PGRST124"
    assert "Aggregate" in got["plan"]["data"]
    assert got["filters"] == [[1], [1, 3], [2, 4], [1], [2], [2, 3], [1, 2, 3], [1, 4]]
