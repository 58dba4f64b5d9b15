"""Reading JSON from strangers: what is not there, or is something else, reads as nothing."""

from __future__ import annotations

from typing import Any, Final

from backoffice.enrichment.model import Json

LONGEST: Final = 500


def child(value: Json, name: str) -> Json:
    """The object under `name`, or an empty one."""
    found: Any = value.get(name)
    return found if isinstance(found, dict) else {}


def text(value: Json, name: str) -> str | None:
    """The text, or the whole number as text, under `name`; None for anything else."""
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if not isinstance(found, str):
        return None
    return found.replace("\0", "").strip()[:LONGEST] or None
