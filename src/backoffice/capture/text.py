"""Text from strangers, made safe to store: PostgreSQL holds neither NUL nor lone surrogates."""

from __future__ import annotations

import re
from typing import Any, Final

_ESCAPES: Final = re.compile(
    rb"\\\\"
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_REPLACEMENT: Final = rb"\ufffd"


def replace_lone_surrogates(body: bytes) -> bytes:
    """JSON with every escaped surrogate that has no partner replaced by U+FFFD."""
    return _ESCAPES.sub(lambda match: _REPLACEMENT if match[1] else match[0], body)


def scrub(value: Any, address: str | None = None) -> Any:
    """JSON data without NUL characters and, when given, without the visitor's `address`."""
    if isinstance(value, str):
        value = value.replace("\0", "")
        return value.replace(address, "[ip]") if address else value
    if isinstance(value, dict):
        return {scrub(key, address): scrub(item, address) for key, item in value.items()}
    if isinstance(value, list):
        return [scrub(item, address) for item in value]
    return value


def clean(value: Any, limit: int) -> str | None:
    """A label: trimmed, without NUL, at most `limit` characters; None when empty or no text."""
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").strip()[:limit] or None
