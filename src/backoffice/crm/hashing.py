"""Telling whether something was sent before: a hash of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson


def content_hash(properties: Mapping[str, str]) -> str:
    """The same for the same content, whatever its order."""
    written = orjson.dumps(dict(properties), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(written).hexdigest()
