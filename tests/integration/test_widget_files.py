"""The script that client sites load: cached, compressed, and readable from any site."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.database import TestDatabase
from support.server import running_server

SCRIPT = "console.log('rose');"


@pytest.fixture(scope="module")
def url(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    build: Path = tmp_path_factory.mktemp("build")
    (build / "widget").mkdir()
    (build / "widget" / "rose.js").write_text(SCRIPT)
    (build / "widget" / "rose.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    with running_server(database, build) as server:
        yield f"{server.url}/widget/v1"


def test_the_script_is_cached_and_asked_for_again_by_its_tag(url: str) -> None:
    first = httpx.get(f"{url}/rose.js", headers={"Origin": "https://www.abtasty.com"})
    assert (first.status_code, first.text) == (200, SCRIPT)
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"].startswith("public, max-age=300")
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    again = httpx.get(f"{url}/rose.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "*"


def test_a_file_that_was_not_built_is_missing_and_nothing_else(url: str) -> None:
    assert httpx.get(f"{url}/chat.js").json()["code"] == "not_found"
    assert httpx.get(f"{url}/nothing.js").status_code == 404
    assert httpx.post(f"{url}/rose.js").status_code == 405
