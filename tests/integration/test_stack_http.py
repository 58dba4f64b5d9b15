"""The one origin over real HTTP."""

from __future__ import annotations

import httpx

from support.server import TestServer


def test_health_is_ok_when_the_database_is_current(server: TestServer) -> None:
    answer = httpx.get(f"{server.url}/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
