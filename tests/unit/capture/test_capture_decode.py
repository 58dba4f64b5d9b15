"""Bodies in every form PostHog's SDKs send, and in forms nobody should."""

from __future__ import annotations

import base64
import gzip
import zlib
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.capture.decode import decode
from backoffice.capture.limits import MAX_DECODED_BYTES, MAX_ESCAPES, MAX_EVENTS
from backoffice.errors import MalformedBody, Problem, TooLarge, Unauthenticated

EVENT = {"event": "e", "distinct_id": "d", "properties": {"emoji": "🌹+ /?"}}
BATCH = {"api_key": "rose_pk", "batch": [EVENT]}
JSON = orjson.dumps(BATCH)
FORM = {"content-type": "application/x-www-form-urlencoded"}


def zipped(body: bytes) -> bytes:
    """The same bytes at any time."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("body", "headers", "query"),
    [
        (JSON, {}, {}),
        (b"\xef\xbb\xbf" + JSON, {}, {}),
        (zipped(JSON), {"content-encoding": "gzip"}, {}),
        (zipped(JSON), {"content-type": "text/plain"}, {"compression": "gzip-js"}),
        (zipped(JSON), {}, {"compression": "gzip"}),
        (zipped(JSON), {}, {}),
        (zipped(zipped(JSON)), {"content-encoding": "gzip"}, {}),
        (zlib.compress(JSON), {"content-encoding": "deflate"}, {}),
        (b"data=" + quote(base64.b64encode(JSON)).encode(), FORM, {"compression": "base64"}),
        (b"data=" + base64.b64encode(JSON), {"content-type": "text/plain"}, {}),
        (b"data=" + base64.urlsafe_b64encode(JSON).rstrip(b"="), FORM, {}),
        (b"ip=1&data=" + quote_plus(JSON.decode()).encode(), FORM, {}),
        (b"data=" + quote(base64.b64encode(zipped(JSON))).encode(), FORM, {}),
        (base64.b64encode(JSON), {"content-type": "text/plain"}, {"compression": "base64"}),
        (b"", {}, {"data": base64.b64encode(JSON).decode().replace("+", " ")}),
        (b"", {}, {"data": JSON.decode()}),
    ],
)
def test_every_form_gives_the_same_events(
    body: bytes, headers: dict[str, str], query: dict[str, str]
) -> None:
    envelope = decode(body, headers, query)
    assert (envelope.key, envelope.events) == ("rose_pk", [EVENT])


@pytest.mark.parametrize(
    ("content", "query", "key", "count"),
    [
        ({"api_key": "k", **EVENT}, {}, "k", 1),
        ({"token": "k", **EVENT}, {}, "k", 1),
        ({"data": [EVENT, EVENT], "api_key": "k"}, {}, "k", 2),
        ({"data": EVENT, "api_key": "k"}, {}, "k", 1),
        ({"data": base64.b64encode(orjson.dumps([EVENT])).decode(), "api_key": "k"}, {}, "k", 1),
        ([{**EVENT, "properties": {"token": "k"}}, EVENT], {}, "k", 2),
        ([{**EVENT, "api_key": "k"}, {**EVENT, "token": "k"}], {}, "k", 2),
        ([EVENT], {"token": "k"}, "k", 1),
        ({"api_key": "k", "batch": []}, {}, "k", 0),
    ],
)
def test_shapes_and_places_of_the_key(
    content: object, query: dict[str, str], key: str, count: int
) -> None:
    envelope = decode(orjson.dumps(content), {}, query)
    assert (envelope.key, len(envelope.events)) == (key, count)


@pytest.mark.parametrize(
    ("body", "headers", "query", "field"),
    [
        (b"", {}, {}, "body"),
        (b"{", {}, {}, "body"),
        (b"not json", {}, {}, "body"),
        (b'"text"', {}, {}, "body"),
        (b'{"api_key":"k","batch":{"a":NaN}}', {}, {}, "body"),
        (b'{"api_key":"k","batch":7}', {}, {}, "batch"),
        (b'{"a":"\xff\xfe"}', {}, {}, "body"),
        (b"[" * 5000 + b"]" * 5000, {}, {}, "body"),
        (zipped(JSON)[:-9], {"content-encoding": "gzip"}, {}, "body"),
        (zipped(JSON)[:20] + b"garbage" * 9, {}, {}, "body"),
        (zipped(JSON) + b"trailing", {}, {}, "body"),
        (b"plain", {"content-encoding": "deflate"}, {}, "body"),
        (JSON, {"content-encoding": "br"}, {}, "content-encoding"),
        (JSON, {}, {"compression": "lz64"}, "compression"),
        (b"data=%%%", FORM, {}, "data"),
        (b"data=*", FORM, {}, "data"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(
    body: bytes, headers: dict[str, str], query: dict[str, str], field: str
) -> None:
    with pytest.raises(MalformedBody) as caught:
        decode(body, headers, query)
    assert caught.value.field == field
    assert caught.value.status == 400


def test_a_gzip_bomb_is_stopped_at_the_limit() -> None:
    bomb = zipped(b" " * (MAX_DECODED_BYTES + 1))
    with pytest.raises(TooLarge):
        decode(bomb, {"content-encoding": "gzip"}, {})
    with pytest.raises(TooLarge):
        decode(zipped(bomb), {"content-encoding": "gzip"}, {})


@pytest.mark.parametrize(
    "body",
    [
        b'{"api_key":"k","batch":[' + b"{}," * 700_000 + b"{}]}",
        orjson.dumps({"api_key": "k", "batch": [1] * (MAX_EVENTS + 1)}),
        b'{"x":"' + rb"\ud800" * MAX_ESCAPES + rb"\\" + b'"}',
        b"data=" + b"%41" * (MAX_ESCAPES + 1),
    ],
)
def test_bodies_that_unfold_to_too_much_are_refused(body: bytes) -> None:
    with pytest.raises(TooLarge):
        decode(body, {}, {})


@pytest.mark.parametrize("content", [EVENT, [EVENT], [], {"batch": [EVENT]}, {"api_key": 7}, [7]])
def test_a_missing_key_is_said_to_be_missing(content: object) -> None:
    with pytest.raises(Unauthenticated) as caught:
        decode(orjson.dumps(content), {}, {})
    assert caught.value.field == "api_key"


def test_two_keys_in_one_list_are_refused() -> None:
    with pytest.raises(MalformedBody):
        decode(orjson.dumps([{**EVENT, "token": "a"}, {**EVENT, "token": "b"}]), {}, {})


def test_lone_surrogates_are_replaced_and_pairs_kept() -> None:
    body = rb'{"api_key":"k","event":"\ud800","pair":"\ud83c\udf39","text":"\\ud800 \udc00x"}'
    [event] = decode(body, {}, {}).events
    assert event["event"] == "\ufffd"
    assert event["pair"] == "🌹"
    assert event["text"] == "\\ud800 \ufffdx"


@pytest.mark.parametrize(
    ("content", "query", "sent_at"),
    [
        ({**BATCH, "sent_at": "2025-06-15T10:00:00Z"}, {}, datetime(2025, 6, 15, 10, tzinfo=UTC)),
        (BATCH, {"_": "1749981600000"}, datetime(2025, 6, 15, 10, tzinfo=UTC)),
        (BATCH, {"_": "1749981600"}, None),
        (BATCH, {"_": "9" * 5000}, None),
        ({**BATCH, "sent_at": "yesterday"}, {}, None),
        ({**BATCH, "sent_at": "2025-06-15T10:00:00Z", "historical_migration": True}, {}, None),
    ],
)
def test_the_senders_clock(
    content: dict[str, object], query: dict[str, str], sent_at: datetime | None
) -> None:
    assert decode(orjson.dumps(content), {}, query).sent_at == sent_at


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "gzip", "deflate", "br"]),
    st.sampled_from(["", "gzip-js", "base64", "lz64"]),
    st.sampled_from([b"", b"data=", b"\x1f\x8b\x08", b"[", b'{"api_key":"k","batch":']),
)
def test_any_bytes_are_events_or_a_problem(
    body: bytes, encoding: str, compression: str, prefix: bytes
) -> None:
    headers = {"content-encoding": encoding, "content-type": FORM["content-type"]}
    try:
        decode(prefix + body, headers, {"compression": compression})
    except Problem as problem:
        assert problem.status in (400, 401, 413)
        assert problem.field
