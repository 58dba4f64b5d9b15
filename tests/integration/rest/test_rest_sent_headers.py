"""Statuses and headers a function sets: what is sent, and what could be more than one header."""

from __future__ import annotations

import json

import httpx
import pytest

ODD = [
    ("X-One\r\nX-Two", "a"),
    ("X One", "a"),
    ("", "a"),
    ("X-One", "a\r\nX-Two: b"),
    ("X-One", "a\nX-Two: b"),
    ("X-One", "a\x00b"),
]


@pytest.mark.parametrize(
    ("status", "expected"), [("404", 404), ("404 Not Found", 404), ("", 200), (None, 200)]
)
def test_a_status_is_its_digits(api: httpx.Client, status: str | None, expected: int) -> None:
    assert api.post("/rpc/respond", json={"status": status}).status_code == expected


@pytest.mark.parametrize("status", ["Not Found", " 404", "-404", "99", "600", "1" * 40])
def test_no_status_is_refused(api: httpx.Client, status: str) -> None:
    refused = api.post("/rpc/respond", json={"status": status})
    assert (refused.status_code, refused.json()["code"]) == (500, "PGRST112")


@pytest.mark.parametrize(("name", "value"), ODD)
def test_a_header_is_one_header(api: httpx.Client, name: str, value: str) -> None:
    refused = api.post("/rpc/respond", json={"headers": json.dumps([{name: value}])})
    assert (refused.status_code, refused.json()["code"]) == (500, "PGRST111")
    assert "x-two" not in refused.headers


@pytest.mark.parametrize(("name", "value"), ODD)
def test_a_raised_header_is_one_header(api: httpx.Client, name: str, value: str) -> None:
    raised = {
        "state": "PGRST",
        "message": '{"code": "1", "message": "m"}',
        "detail": json.dumps({"status": 400, "headers": {name: value}}),
    }
    refused = api.post("/rpc/raise_error", json=raised)
    assert (refused.status_code, refused.json()["code"]) == (500, "PGRST121")
    assert "x-two" not in refused.headers
