"""A site with both its keys, and ways to send to it and to look at what arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.database import TestDatabase
from support.server import TestServer

SITE = "capture.example"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/129.0.0.0 Safari/537.36"
)


def moment(**ago: float) -> str:
    """An ISO time so long ago."""
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def event(properties: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A new, valid event."""
    return {
        "event": "widget_displayed",
        "distinct_id": f"visitor-{uuid4()}",
        "uuid": str(uuid4()),
        "timestamp": moment(minutes=5),
        "properties": properties or {},
        **changes,
    }


@dataclass(frozen=True, slots=True)
class Site:
    """A domain, its keys, and a client of the server that captures for it."""

    domain: str
    public_key: str
    secret_key: str
    http: httpx.Client
    database: TestDatabase

    def send(self, *events: Any, path: str = "/batch/", **more: Any) -> httpx.Response:
        """Send a batch."""
        body = {"api_key": self.public_key, "batch": list(events), **more}
        return self.http.post(path, json=body)

    def agent(self, method: str, path: str, content: Any = None) -> httpx.Response:
        """Ask the agent API with the secret key."""
        headers = {"Authorization": f"Bearer {self.secret_key}"}
        return self.http.request(
            method, f"/agent/v1/conversations/{path}", json=content, headers=headers
        )

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """What the database holds, as its owner sees it."""
        with self.database.connect() as connection:
            return connection.execute(query.encode(), params).fetchall()

    def events_of(self, distinct_id: str) -> list[tuple[Any, ...]]:
        """Name, uuid, page, counts and properties of a visitor's events, in order."""
        return self.rows(
            "select e.name, e.uuid::text, e.page, e.counts, e.properties from public.events e"
            " join public.visitor_ids v using (site_domain, visitor_id)"
            " where e.site_domain = %s and v.distinct_id = %s order by e.occurred_at, e.uuid",
            self.domain,
            distinct_id,
        )

    def conversation(self, **content: Any) -> str:
        """Make a conversation of a new visitor and give its id."""
        conversation_id = str(uuid4())
        body = {"distinct_id": f"visitor-{uuid4()}", "page": "/pricing", **content}
        assert self.agent("PUT", conversation_id, body).status_code == 201
        return conversation_id


@pytest.fixture(scope="module")
def site(server: TestServer) -> Iterator[Site]:
    """A new domain on the running server."""
    with server.database.connect("service_role") as connection:
        connection.execute("select private.create_domain(%s, 'Capture', 'UTC', 'Capture')", [SITE])
        keys = [
            connection.execute("select key from private.mint_key(%s, %s)", [SITE, kind]).fetchone()
            for kind in ("public", "secret")
        ]
    assert keys[0] is not None
    assert keys[1] is not None
    with httpx.Client(base_url=server.url, timeout=30, headers={"User-Agent": CHROME}) as http:
        yield Site(SITE, keys[0][0], keys[1][0], http, server.database)
