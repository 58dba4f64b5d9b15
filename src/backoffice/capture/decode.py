"""PostHog's wire: from the bytes a sender posts to the events in them.

Bodies arrive as JSON, as gzip (named by `Content-Encoding`, by `?compression=` or by nothing), as a
form whose `data` is JSON or base64, or as a beacon that calls any of those plain text.
Source: PostHog, `rust/capture/src/v0_request.rs` and posthog-js, `request.ts`.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import orjson

from backoffice.capture.limits import (
    MAX_DECODED_BYTES,
    MAX_ESCAPES,
    MAX_EVENTS,
    MAX_JSON_TOKENS,
)
from backoffice.capture.text import replace_lone_surrogates
from backoffice.capture.timestamps import BadTimestampError, parse
from backoffice.errors import MalformedBody, TooLarge, Unauthenticated

_DATA_FIELD: Final = re.compile(rb"(?:^|&)data=([^&]*)")
_GZIP_MAGIC: Final = b"\x1f\x8b\x08"
_COMPRESSIONS: Final = frozenset({"", "none", "gzip", "gzip-js", "base64"})
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_KEY_NAMES: Final = ("api_key", "token", "$token")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MILLISECONDS: Final = 1_577_836_800_000
"""A query's `_` below this is in seconds, from an SDK too old to correct by (2020-01-01)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one request holds: whose key, and events that nobody has looked at yet."""

    key: str
    events: list[Any]
    sent_at: datetime | None


def decode(body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Envelope:
    """The events of a request.

    Raises `MalformedBody` (400) when it cannot be read, `TooLarge` (413) when it unfolds to more
    than the limits, `Unauthenticated` (401) when it names no key.
    """
    compression = query.get("compression", "").lower()
    if compression not in _COMPRESSIONS:
        raise MalformedBody(
            f"compression {compression[:32]!r} is not supported; send gzip, base64 or plain JSON",
            field="compression",
        )
    if not body and "data" in query:
        return _envelope(parse_json(_unpack(query["data"].encode())), query)
    body = decompress_body(body, headers)
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if body.startswith(b"data=") or (is_form and b"data=" in body):
        body = _unpack(_form_data(body))
    elif compression == "base64" and not body.lstrip().startswith((b"{", b"[")):
        body = _unpack(body)
    return _envelope(parse_json(body), query)


def decompress_body(body: bytes, headers: Mapping[str, str]) -> bytes:
    """`body` without the compression its headers or its first bytes tell of.

    Raises `MalformedBody` or `TooLarge`.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise MalformedBody(
            f"content encoding {encoding[:32]!r} is not supported; send gzip or plain JSON",
            field="content-encoding",
        )
    if encoding == "deflate":
        body = decompress(body, zlib.MAX_WBITS)
    return _gunzip(body)


def decompress(body: bytes, window_bits: int) -> bytes:
    """`body` inflated, never holding more than the limit."""
    machine = zlib.decompressobj(window_bits)
    try:
        inflated = machine.decompress(body, MAX_DECODED_BYTES + 1)
    except zlib.error as error:
        raise MalformedBody("the body is no valid gzip data", field="body") from error
    if len(inflated) > MAX_DECODED_BYTES:
        raise TooLarge("the decompressed body is larger than 20 MB", field="body")
    if not machine.eof:
        raise MalformedBody("the gzip data ends too early", field="body")
    if machine.unused_data:
        raise MalformedBody("something follows the gzip data", field="body")
    return inflated


def parse_json(body: bytes) -> Any:
    """The JSON in `body`; a lone surrogate in it becomes U+FFFD.

    Raises `MalformedBody` with the place of the fault, or `TooLarge`.
    """
    if len(body) > MAX_DECODED_BYTES:
        raise TooLarge("the body is larger than 20 MB", field="body")
    if not body.strip():
        raise MalformedBody("the body is empty", field="body")
    if body.count(b",") + body.count(b"{") + body.count(b"[") > MAX_JSON_TOKENS:
        raise TooLarge("the body holds too many values; send smaller batches", field="body")
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "surrogate in string" not in error.msg:
            raise _not_json(error) from error
    if sum(body.count(escape) for escape in (b"\\\\", b"\\ud", b"\\uD")) > MAX_ESCAPES:
        raise TooLarge("the body holds too many escapes; send smaller batches", field="body")
    try:
        return orjson.loads(replace_lone_surrogates(body))
    except orjson.JSONDecodeError as error:
        raise _not_json(error) from error


def _not_json(error: orjson.JSONDecodeError) -> MalformedBody:
    return MalformedBody(
        f"the body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})",
        field="body",
    )


def _gunzip(body: bytes) -> bytes:
    for _ in range(2):
        if not body.startswith(_GZIP_MAGIC):
            break
        body = decompress(body, zlib.MAX_WBITS | 16)
    return body


def _form_data(body: bytes) -> bytes:
    found = _DATA_FIELD.search(body)
    if found is None:
        raise MalformedBody("the form has no field data", field="data")
    value = found[1].replace(b"+", b"%20")
    if value.count(b"%") > MAX_ESCAPES:
        raise TooLarge("the form holds too many escapes; send base64 or JSON", field="data")
    return unquote_to_bytes(value)


def _unpack(data: bytes) -> bytes:
    """JSON as it is, or what its base64 holds. A space is a `+` that a form swallowed."""
    data = data.strip()
    if data.startswith((b"{", b"[")):
        return data
    data = data.replace(b" ", b"+").translate(bytes.maketrans(b"-_", b"+/"), b"\r\n=")
    try:
        decoded = binascii.a2b_base64(data + b"=" * (-len(data) % 4), strict_mode=True)
    except binascii.Error as error:
        raise MalformedBody("data is neither JSON nor base64", field="data") from error
    return _gunzip(decoded)


def _envelope(content: Any, query: Mapping[str, str]) -> Envelope:
    head = content if isinstance(content, dict) else {}
    events = _events(content)
    if len(events) > MAX_EVENTS:
        raise TooLarge(f"more than {MAX_EVENTS} events in one request", field="batch")
    return Envelope(key=_key(head, query, events), events=events, sent_at=_sent_at(head, query))


def _events(content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    if not isinstance(content, dict):
        raise MalformedBody("the body must be an event, a list of events or a batch", field="body")
    for name in ("batch", "data"):
        if name in content and "event" not in content:
            events = content[name]
            if isinstance(events, str) and name == "data":
                return _events(parse_json(_unpack(events.encode())))
            if isinstance(events, dict):
                return [events]
            if not isinstance(events, list):
                raise MalformedBody("must be a list of events", field=name)
            return events
    return [content]


def _key(head: Mapping[str, Any], query: Mapping[str, str], events: list[Any]) -> str:
    for place in (head, query):
        for name in _KEY_NAMES:
            if name in place:
                key = place[name]
                if isinstance(key, str) and key:
                    return key
                raise Unauthenticated("must be the site's public key", field=name)
    keys = {key for event in events if (key := _event_key(event))}
    if len(keys) > 1:
        raise MalformedBody("one request holds events of one key only", field="token")
    if not keys:
        raise Unauthenticated("no key: send the site's public key as api_key", field="api_key")
    return keys.pop()


def _event_key(event: Any) -> str | None:
    if not isinstance(event, dict):
        return None
    properties = event.get("properties")
    for place in (event, properties if isinstance(properties, dict) else {}):
        for name in _KEY_NAMES:
            key = place.get(name)
            if isinstance(key, str) and key:
                return key
    return None


def _sent_at(head: Mapping[str, Any], query: Mapping[str, str]) -> datetime | None:
    """When the sender's clock says it sent this; None for old events that are told as they were."""
    if head.get("historical_migration") is True:
        return None
    sent_at = head.get("sent_at")
    if isinstance(sent_at, str):
        try:
            return parse(sent_at)
        except BadTimestampError:
            return None
    milliseconds = query.get("_", "")
    if milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) <= 14:
        since_epoch = int(milliseconds)
        if since_epoch >= _FIRST_MILLISECONDS:
            return _EPOCH + timedelta(milliseconds=since_epoch)
    return None
