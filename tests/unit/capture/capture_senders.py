"""Senders and events that the tests of this folder share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.datastructures import Headers

from backoffice.capture.events import normalise
from backoffice.capture.sender import Origins

NOW = datetime(2025, 6, 15, 12, 0, tzinfo=UTC)
SITE = "abtasty.com"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/129.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)
ORIGINS = Origins(hash_key=b"k" * 32)


def event(properties: Any = None, **changes: Any) -> dict[str, Any]:
    """A valid event, with changes."""
    return {
        "event": "$pageview",
        "distinct_id": "visitor-1",
        "uuid": "0192f0c1-2a3b-7c4d-8e5f-6a7b8c9d0e1f",
        "timestamp": "2025-06-15T11:00:00Z",
        "properties": {} if properties is None else properties,
        **changes,
    }


def normalised(
    raw: Any,
    headers: dict[str, str] | None = None,
    peer: str | None = "203.0.113.7",
    origins: Origins = ORIGINS,
    sent_at: datetime | None = None,
) -> dict[str, Any]:
    """What the database is given of `raw`, as JSON data."""
    sender = origins.sender(
        SITE, peer, Headers({"user-agent": CHROME} if headers is None else headers)
    )
    stored: dict[str, Any] = orjson.loads(
        orjson.dumps(normalise(raw, sender, origins, NOW, sent_at))
    )
    return stored
