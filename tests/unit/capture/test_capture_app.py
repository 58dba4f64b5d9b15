"""Whatever is posted, the answer is a 200 or a 4xx that names the field."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from backoffice.capture.app import Answering, Capture, create_capture_app
from backoffice.capture.combining import Combiner
from backoffice.capture.limits import MAX_EVENTS
from backoffice.database import Database
from backoffice.keys import generate_keys
from backoffice.settings import Settings
from backoffice.site_keys import DomainKeys
from backoffice.state import State
from unit.capture.capture_senders import ORIGINS, SITE, event


@dataclass
class Writer:
    """Takes what PostgreSQL would take, and nothing else."""

    async def run(self, _query: str, params: list[Any]) -> list[tuple[str]]:
        sent = orjson.loads(params[1])
        assert sent
        assert "\\u0000" not in params[1].replace("\\\\", "")
        params[1].encode()
        return []


class Keys(DomainKeys):
    """Knows one key."""

    async def public(self, key: str) -> str:
        """The one domain."""
        return SITE if key == "rose_pk" else await super().public("\0")


def capturing() -> httpx.AsyncClient:
    keys = Keys(Database("host=127.0.0.1 port=1"))
    capture = Capture(keys, ORIGINS, Combiner(Writer()))  # type: ignore[arg-type]
    app = Starlette(routes=[Route("/e/", Answering(capture.handle), methods=["GET", "POST"])])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://capture")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4)
    ),
    max_leaves=20,
)


def as_sloppy_json(value: Any) -> bytes:
    """JSON as careless programs write it: NaN, lone surrogates and all."""
    import json

    return json.dumps(value).encode()


@given(
    st.one_of(
        st.binary(max_size=200),
        JSON.map(as_sloppy_json),
        st.lists(JSON, max_size=4).map(
            lambda b: as_sloppy_json({"api_key": "rose_pk", "batch": b})
        ),
        st.dictionaries(st.sampled_from(list(event())), JSON).map(
            lambda changes: as_sloppy_json({**event(), **changes, "api_key": "rose_pk"})
        ),
    ),
    st.sampled_from(["", "gzip", "deflate"]),
    st.booleans(),
)
async def test_nothing_breaks_the_server(body: bytes, encoding: str, packed: bool) -> None:
    if packed:
        body = gzip.compress(body)
    async with capturing() as client:
        answer = await client.post("/e/", content=body, headers={"Content-Encoding": encoding})
    assert answer.status_code in (200, 400, 401, 413)
    if answer.status_code != 200:
        assert answer.json()["field"]
        assert answer.json()["message"]


async def test_a_thousand_refusals_are_listed_and_the_rest_counted() -> None:
    async with capturing() as client:
        body = {"api_key": "rose_pk", "batch": [event(), *[7] * 1500]}
        answer = (await client.post("/e/", json=body)).json()
        assert (answer["stored"], answer["rejected_count"]) == (1, 1500)
        assert len(answer["rejected"]) == 1000
        body["batch"] = [7] * (MAX_EVENTS + 1)
        assert (await client.post("/e/", json=body)).status_code == 413


async def test_without_a_database_senders_are_told_to_come_again(tmp_path: Path) -> None:
    database = Database("host=127.0.0.1 port=1 connect_timeout=1", acquire_timeout=0.2)
    state = State(Settings(data_dir=tmp_path), generate_keys(), database, database)
    app = create_capture_app(state)
    await database.open()
    try:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://capture"
        ) as client:
            captured = await client.post("/e/", json={**event(), "api_key": "rose_pk"})
            told = await client.put(
                f"/agent/v1/conversations/{uuid4()}",
                json={"distinct_id": "a"},
                headers={"Authorization": "Bearer rose_sk_1"},
            )
    finally:
        await database.close()
    for answer in (captured, told):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["code"] == "unavailable"


@pytest.mark.parametrize("path", ["/docs", "/docs/", "/docs/capture.json", "/docs/agent.json"])
async def test_documents_need_no_database(tmp_path: Path, path: str) -> None:
    database = Database("host=127.0.0.1 port=1")
    state = State(Settings(data_dir=tmp_path), generate_keys(), database, database)
    transport = httpx.ASGITransport(create_capture_app(state))
    async with httpx.AsyncClient(transport=transport, base_url="http://capture") as client:
        assert (await client.get(path)).status_code == 200
