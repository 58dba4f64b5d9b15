"""From the statement's one row to the HTTP answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from psycopg.pq.abc import PGresult

from backoffice.rest.errors import (
    RestError,
    invalid_response_headers,
    invalid_response_status,
    not_singular,
    out_of_bounds,
    put_of_another_row,
    response_too_large,
    too_many_affected,
)
from backoffice.rest.prepare import Prepared
from backoffice.rest.ranges import content_range, status_of
from backoffice.rest.sent_headers import may_be_sent

_BYTEA = 17
# What a read gives; a write has the location before the body, and an insert one column more.
_TOTAL, _PAGE, _BODY, _HEADERS, _STATUS = range(5)
_LOCATION, _INSERTED = 2, 6

HeaderList = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent. `reason` replaces the standard phrase."""

    status: int
    headers: HeaderList
    body: bytes
    reason: str | None = None


def check_result(prepared: Prepared, result: PGresult) -> None:
    """Whether a finished statement may be committed.

    Raises PGRST115, PGRST116 and PGRST124.
    """
    if prepared.handler.media_type.is_plan:
        return
    rows = int(result.get_value(0, _PAGE) or b"0")
    preferences = prepared.request.preferences
    if prepared.request.method == "PUT" and rows != 1:
        raise put_of_another_row()
    # Of the type, not of how it is made: nothing is made for a HEAD or a `return=minimal`.
    if prepared.handler.media_type.is_object and rows != 1:
        raise not_singular(rows)
    if (
        preferences.is_strict
        and preferences.max_affected is not None
        and (prepared.routine is not None or prepared.request.method in ("PATCH", "DELETE"))
        and rows > preferences.max_affected
    ):
        raise too_many_affected(rows)


def must_check(prepared: Prepared) -> bool:
    """Whether the result decides between commit and rollback."""
    preferences = prepared.request.preferences
    return not prepared.read_only and (
        prepared.request.method == "PUT"
        or prepared.handler.media_type.is_object
        or (preferences.is_strict and preferences.max_affected is not None)
    )


def build_response(
    prepared: Prepared, result: PGresult, planned_total: int | None, max_rows: int | None
) -> Response:
    """The answer. Raises PGRST103, PGRST111, PGRST112 and PGRST116."""
    media = prepared.handler.media_type
    content_type = _content_type(prepared)
    if media.is_plan:
        lines = (result.get_value(i, 0) or b"" for i in range(result.ntuples))
        return Response(200, content_type, b"\n".join(lines))
    check_result(prepared, result)
    method = prepared.request.method
    rows = int(result.get_value(0, _PAGE) or b"0")
    reads = prepared.routine is not None or method in ("GET", "HEAD")
    shift = 0 if reads else 1
    limit = prepared.handler.max_bytes
    if limit is not None and result.get_value(0, _BODY) is None:
        raise response_too_large(limit)
    body = _body(result, _BODY + shift)
    if reads:
        response = _of_rows(prepared, result, rows, body, planned_total, max_rows)
    else:
        response = _of_mutation(prepared, result, rows, body)
    headers, status = (result.get_value(0, n + shift) for n in (_HEADERS, _STATUS))
    return _overridden(response, headers, status)


def _content_type(prepared: Prepared) -> HeaderList:
    headers = [(b"content-type", prepared.handler.media_type.content_type())]
    if prepared.request.by_profile:
        headers.append((b"content-profile", prepared.request.target.schema.encode()))
    return headers


def _body(result: PGresult, column: int) -> bytes:
    value = result.get_value(0, column) or b""
    if result.ftype(column) == _BYTEA and value.startswith(b"\\x"):
        return bytes.fromhex(value[2:].decode())
    return value


def _applied(prepared: Prepared, *names: str) -> HeaderList:
    applied = prepared.request.preferences.applied(*names, "count", "tx", "handling", "timezone")
    return [(b"preference-applied", applied.encode())] if applied else []


def _of_rows(
    prepared: Prepared,
    result: PGresult,
    rows: int,
    body: bytes,
    planned_total: int | None,
    max_rows: int | None,
) -> Response:
    counted = result.get_value(0, _TOTAL)
    total = _total(prepared, int(counted) if counted else None, planned_total, max_rows)
    offset = prepared.rows.offset
    status = status_of(offset, rows, total)
    headers: HeaderList = [
        (b"content-range", content_range(offset, offset + rows - 1, total)),
        (b"vary", b"Accept, Prefer, Range"),
    ]
    routine = prepared.routine
    if routine is not None and routine.returns_void:
        return Response(204, headers + _applied(prepared, "max-affected"), b"")
    if status == 416:
        error = out_of_bounds(offset, total or 0)
        body = error.body()
    if prepared.location:
        headers.append((b"content-location", _ascii(prepared.location)))
    headers += _content_type(prepared)
    headers += _applied(prepared, "max-affected") if routine is not None else _applied(prepared)
    return Response(status, headers, b"" if prepared.request.method == "HEAD" else body)


def _ascii(location: str) -> bytes:
    return quote(location, safe="/?&=%+:~!*'(),;@$").encode()


def _total(
    prepared: Prepared, counted: int | None, planned: int | None, max_rows: int | None
) -> int | None:
    count = prepared.request.preferences.count
    if count == "planned" and planned is not None:
        return planned
    if count == "estimated" and counted is not None and planned is not None:
        exceeds = max_rows is None or counted > max_rows
        return max(counted, planned) if exceeds else counted
    return counted


def _of_mutation(prepared: Prepared, result: PGresult, rows: int, body: bytes) -> Response:
    preferences = prepared.request.preferences
    full = preferences.returning == "representation"
    shown = rows if preferences.count in ("exact", "estimated") else None
    inserts = prepared.request.method in ("POST", "PUT")
    inserted = int(result.get_value(0, _INSERTED) or b"0") if inserts else 0
    headers: HeaderList = []
    match prepared.request.method:
        case "POST":
            headers += _location(prepared, result.get_value(0, _LOCATION))
            headers.append((b"content-range", content_range(1, 0, shown)))
            echoed = ("resolution",) if prepared.echoes_resolution else ()
            headers += _applied(prepared, *echoed, "return", "missing")
            merged_only = preferences.resolution == "merge-duplicates" and inserted <= 0
            merges = prepared.echoes_resolution
            status = 200 if merged_only and merges else 201
        case "PATCH":
            headers.append((b"content-range", content_range(0, rows - 1, shown)))
            headers += _applied(prepared, "return", "missing", "max-affected")
            status = 200 if full else 204
        case "PUT":
            headers += _applied(prepared, "return")
            status = (201 if inserted > 0 else 200) if full else 204
        case _:
            headers.append((b"content-range", content_range(1, 0, shown)))
            headers += _applied(prepared, "return", "max-affected")
            status = 200 if full else 204
    if full:
        headers += _content_type(prepared)
    return Response(status, headers, body if full else b"")


def _location(prepared: Prepared, pairs: bytes | None) -> HeaderList:
    if pairs is None or prepared.table is None:
        return []
    entries = orjson.loads(pairs)
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in entries)
    return [(b"location", f"/{quote(prepared.table.name, safe='')}?{query}".encode())]


def _overridden(response: Response, headers: bytes | None, status: bytes | None) -> Response:
    if headers is None and status is None:
        return response
    own = response.headers
    if headers is not None:
        wanted = _guc_headers(headers)
        names = {name for name, _ in wanted}
        own = [pair for pair in own if pair[0] not in names] + wanted
    return Response(_guc_status(status) or response.status, own, response.body)


def _guc_headers(text: bytes) -> HeaderList:
    try:
        entries: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise invalid_response_headers() from error
    if not isinstance(entries, list):
        raise invalid_response_headers()
    headers: HeaderList = []
    for entry in entries:
        if not isinstance(entry, dict) or len(entry) != 1:
            raise invalid_response_headers()
        [(name, value)] = entry.items()
        if not may_be_sent(name, value):
            raise invalid_response_headers()
        headers.append((name.lower().encode(), value.encode()))
    return headers


def _guc_status(text: bytes | None) -> int | None:
    if text is None:
        return None
    # What follows the digits does not matter: `404 Not Found` is 404.
    digits = text[: len(text) - len(text.lstrip(b"0123456789"))]
    if not digits or not 200 <= int(digits) <= 599:
        raise invalid_response_status()
    return int(digits)


def error_response(error: RestError) -> Response:
    """An error as PostgREST answers it."""
    headers: HeaderList = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"proxy-status", f"PostgREST; error={error.code}".encode()),
    ]
    headers += [
        (name.lower().encode("latin-1", "replace"), value.encode())
        for name, value in error.headers.items()
    ]
    return Response(error.status, headers, error.body(), error.status_text)
