"""What is wrong is refused by name or stored harmless; the rest is kept; the server never fails."""

from __future__ import annotations

import gzip
import http.client
import os
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from .conftest import Site, event

MEGABYTE = 1024 * 1024


def zipped(body: bytes) -> bytes:
    """The same bytes at any time."""
    return gzip.compress(body, mtime=0)


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def test_a_partly_bad_batch_keeps_the_good_and_lists_the_bad(site: Site) -> None:
    good = [event(), event(event="never heard of it")]
    bad = [
        (7, "event"),
        (event(event=None), "event"),
        (event(distinct_id="undefined"), "distinct_id"),
        (event(timestamp="1999-01-01T00:00:00Z"), "timestamp"),
        (event(timestamp="2999-01-01T00:00:00Z"), "timestamp"),
        (event(properties="none"), "properties"),
        (event(uuid="7"), "uuid"),
    ]
    answer = site.send(good[0], *(raw for raw, _ in bad), good[1])
    assert answer.status_code == 200
    body = answer.json()
    assert (body["stored"], body["rejected_count"]) == (2, len(bad))
    assert [item["field"] for item in body["rejected"]] == [field for _, field in bad]
    assert [item["index"] for item in body["rejected"]] == list(range(1, 8))
    assert all(len(site.events_of(sent["distinct_id"])) == 1 for sent in good)


def test_nothing_but_bad_events_is_a_400_that_names_the_field(site: Site) -> None:
    answer = site.send(event(timestamp="1999-01-01T00:00:00Z"))
    assert answer.status_code == 400
    assert answer.json()["field"] == "timestamp"
    assert answer.json()["request_id"]
    assert answer.json()["rejected"][0]["index"] == 0


def test_an_empty_batch_is_fine(site: Site) -> None:
    assert site.send().json() == {
        "status": 1,
        "stored": 0,
        "duplicates": 0,
        "rejected_count": 0,
        "rejected": [],
    }


@pytest.mark.parametrize("key", ["rose_pk_unknown", "x" * 5000, "a\0b", "é", "' or 1=1 --"])
def test_an_unknown_key_is_a_401(site: Site, key: str) -> None:
    answer = site.http.post("/batch/", json={"api_key": key, "batch": [event()]})
    assert (answer.status_code, answer.json()["field"]) == (401, "api_key")
    answer = site.http.post("/batch/", json={"batch": [event()]})
    assert (answer.status_code, answer.json()["field"]) == (401, "api_key")


def test_a_secret_key_is_no_public_key_and_the_other_way_round(site: Site) -> None:
    answer = site.http.post("/batch/", json={"api_key": site.secret_key, "batch": [event()]})
    assert answer.status_code == 401
    for header in (f"Bearer {site.public_key}", "Bearer", "Basic eDp4", ""):
        answer = site.http.put(
            f"/agent/v1/conversations/{uuid4()}",
            json={"distinct_id": "a"},
            headers={"Authorization": header},
        )
        assert (answer.status_code, answer.json()["field"]) == (401, "authorization")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", {}, 400),
        (b"{", {}, 400),
        (b"\x00", {}, 400),
        (b'{"api_key": "\xff"}', {}, 400),
        (nested(5000), {}, 400),
        (b"\x1f\x8b\x08 broken", {}, 400),
        (zipped(b"{}")[:-6], {"Content-Encoding": "gzip"}, 400),
        (b"{}", {"Content-Encoding": "zstd"}, 400),
        (zipped(b" " * (21 * MEGABYTE)), {}, 413),
        (b" " * (11 * MEGABYTE), {}, 413),
        (b"[" + b"{}," * 700_000 + b"{}]", {}, 413),
    ],
)
def test_unreadable_bodies(
    site: Site, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = site.http.post("/e/", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["field"]
    assert answer.json()["message"]


def test_a_stream_without_length_is_cut_off_at_the_limit(site: Site) -> None:
    def endless() -> Any:
        for _ in range(12):
            yield b" " * MEGABYTE

    connection = http.client.HTTPConnection(site.http.base_url.host, site.http.base_url.port)
    try:
        connection.request("POST", "/e/", body=endless(), encode_chunked=True, headers={
            "Transfer-Encoding": "chunked"})  # fmt: skip
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        # The server hung up before the whole body was written, which says the same.
        pass
    finally:
        connection.close()


def test_ten_megabytes_of_good_events_are_taken(site: Site) -> None:
    padding = "x" * 30_000
    events = [event({"note": padding}) for _ in range(330)]
    answer = site.send(*events)
    assert answer.status_code == 200
    assert answer.json()["stored"] == 330


def test_more_events_than_one_transaction_takes(site: Site) -> None:
    visitor = f"busy-{uuid4()}"
    events = [event(distinct_id=visitor) for _ in range(1201)]
    assert site.send(*events).json()["stored"] == 1201
    assert site.send(*events).json()["duplicates"] == 1201
    assert len(site.events_of(visitor)) == 1201


def test_nul_surrogates_and_depth_are_stored_harmless_or_refused_alone(site: Site) -> None:
    strange, deep, good = event(), event(), event()
    body = orjson.dumps({"api_key": site.public_key, "batch": [strange, deep, good]})
    parts = body.split(b'"properties":{}')
    assert len(parts) == 4
    body = (
        parts[0]
        + rb'"properties":{"nul\u0000":"a\u0000b","lone":"x\ud800y","pair":"\ud83c\udf39"}'
        + parts[1]
        + b'"properties":'
        + nested(400)
        + parts[2]
        + b'"properties":{}'
        + parts[3]
    )
    answer = site.http.post("/batch/", content=body)
    assert answer.status_code == 200
    assert answer.json()["stored"] == 2
    assert answer.json()["rejected"][0]["field"] == "properties"
    [(*_, properties)] = site.events_of(strange["distinct_id"])
    assert properties == {"nul": "ab", "lone": "x\ufffdy", "pair": "🌹"}


def test_numbers_postgresql_finds_hard(site: Site) -> None:
    sent = event({"big": 1e308, "tiny": 5e-324, "long": 2**64 - 1, "neg": -(2**63)})
    assert site.send(sent).json()["stored"] == 1
    answer = site.http.post(
        "/batch/",
        content=orjson.dumps({"api_key": site.public_key, "batch": [event()]}).replace(
            b'"properties":{}', b'"properties":{"a":1' + b"0" * 400 + b"}"
        ),
    )
    assert answer.status_code in (200, 400)


def test_random_bytes_never_break_the_server(site: Site) -> None:
    for length in (1, 7, 100, 5000):
        for prefix in (b"", b"data=", b"\x1f\x8b\x08", b'{"api_key":'):
            answer = site.http.post("/e/", content=prefix + os.urandom(length))
            assert 400 <= answer.status_code < 500


def test_methods_and_paths_that_are_not(site: Site) -> None:
    assert site.http.put("/e/", json={}).status_code == 405
    assert site.http.get("/e/").status_code == 400
    assert isinstance(site.http.get("/e/?data=!!!"), httpx.Response)
    assert site.http.get("/e/?data=!!!").status_code == 400
