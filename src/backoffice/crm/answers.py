"""Reading HubSpot's answers, of which nothing is taken for granted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from backoffice.crm.client import Json
from backoffice.crm.failures import LaterError


def list_of(answer: Json, name: str) -> list[Json]:
    """The objects of a list. Raises `LaterError` where there is none."""
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise LaterError("HubSpot answered something unreadable.")
    return found


def properties_of(record: Json) -> Json:
    """A record's properties."""
    found = record.get("properties")
    return found if isinstance(found, dict) else {}


def next_page(answer: Json) -> str | None:
    """Where the next page begins; None at the end."""
    following = (answer.get("paging") or {}).get("next") or {}
    after = following.get("after")
    return str(after) if after else None


def time_of(value: Any) -> datetime | None:
    """A time as HubSpot writes it: ISO 8601, or milliseconds since 1970."""
    if value is None:
        return None
    try:
        text = str(value)
        if text.isdecimal():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
