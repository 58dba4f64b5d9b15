"""Request bodies: JSON as it came, CSV and forms made JSON, other types passed on to a function."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import Any

import orjson

from backoffice.rest.errors import invalid_body
from backoffice.rest.grammar.query import Pairs, decode_pairs
from backoffice.rest.media import OCTETS, MediaType

# orjson reads 1024 levels; PostgreSQL's own limit is its stack, which must not be tried.
_MAX_DEPTH = 1000
_BRACKETS = re.compile(rb"[\[\]{}]")


@dataclass(frozen=True, slots=True)
class Payload:
    """`body` for PostgreSQL; `keys` the columns or arguments in it; `pairs` those of a form."""

    body: bytes
    keys: tuple[str, ...]
    is_object: bool = False
    pairs: tuple[tuple[str, str], ...] | None = None


def read_payload(
    body: bytes, media_type: MediaType, columns: tuple[str, ...] | None, *, is_rpc: bool
) -> Payload:
    """The body's rows or arguments. With `columns` only those keys count. Raises PGRST102."""
    if b"\0" in body and media_type.name != OCTETS:
        raise invalid_body("A NUL character cannot be stored")
    match media_type.name:
        case "application/json":
            return _json(body, columns, is_rpc)
        case "text/csv":
            return _csv(body)
        case "application/x-www-form-urlencoded":
            return _form(body, is_rpc)
        case "text/plain" | "text/xml" | "application/octet-stream" if is_rpc:
            return Payload(body, ())
    raise invalid_body(f"Content-Type not acceptable: {media_type.mime()}")


def _json(body: bytes, columns: tuple[str, ...] | None, is_rpc: bool) -> Payload:
    if not body.strip() and is_rpc:
        body = b"{}"
    is_object = body.lstrip(b" \t\r\n")[:1] == b"{"
    if columns is not None:
        if _depth(body) > _MAX_DEPTH:
            raise invalid_body("Empty or invalid json")
        return Payload(body, columns, is_object)
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid_body("Empty or invalid json") from error
    if isinstance(value, dict):
        return Payload(body, tuple(sorted(value)), True)
    if not isinstance(value, list) or not value:
        return Payload(b"[]", ())
    first = value[0]
    if not isinstance(first, dict):
        raise invalid_body("All object keys must match")
    keys = first.keys()
    if not all(isinstance(row, dict) and row.keys() == keys for row in value):
        raise invalid_body("All object keys must match")
    return Payload(body, tuple(sorted(keys)))


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(body):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _csv(body: bytes) -> Payload:
    try:
        text = body.decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise invalid_body(f"The body is not CSV: {error}") from error
    if not rows:
        raise invalid_body("not enough input")
    header, *lines = rows
    if any(len(line) != len(header) for line in lines):
        raise invalid_body("All lines must have same number of fields")
    values = [
        dict(zip(header, (None if cell == "NULL" else cell for cell in line), strict=True))
        for line in lines
    ]
    return Payload(orjson.dumps(values), tuple(sorted(set(header))) if lines else ())


def _form(body: bytes, is_rpc: bool) -> Payload:
    pairs: Pairs = decode_pairs(body)
    keys = tuple(sorted({name for name, _ in pairs}))
    if is_rpc:
        return Payload(b"", keys, True, tuple(pairs))
    return Payload(orjson.dumps(dict(pairs)), keys, True)
