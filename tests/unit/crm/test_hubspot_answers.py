"""HubSpot's answers: what each status means, and records of a batch by their marks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from backoffice.crm.answers import time_of
from backoffice.crm.client import read_answer, read_batch, retry_after
from backoffice.crm.failures import (
    HubSpotError,
    LaterError,
    MissingScopeError,
    RefusedError,
    RevokedError,
)

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
MEANINGS: list[tuple[int, type[Exception]]] = [
    (400, RefusedError),
    (401, RevokedError),
    (403, MissingScopeError),
    (404, RefusedError),
    (405, HubSpotError),
    (409, RefusedError),
    (429, LaterError),
    (500, LaterError),
    (503, LaterError),
]


@pytest.mark.parametrize(("status", "error"), MEANINGS)
def test_each_refusal_by_what_is_done_about_it(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_answer(httpx.Response(status, json={"message": "No", "category": "BAD"}))


def test_a_refusal_names_the_property() -> None:
    body = {"message": "Bad", "category": "VALIDATION_ERROR", "context": {"propertyName": ["x"]}}
    with pytest.raises(RefusedError) as raised:
        read_answer(httpx.Response(400, json=body))
    assert raised.value.reason.field == "x"


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"7"])
def test_what_is_no_object_is_asked_for_again(content: bytes) -> None:
    with pytest.raises(LaterError):
        read_answer(httpx.Response(200, content=content))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.1),
        ("Tue, 05 May 2026 12:00:30 GMT", 30.0),
        ("Tue, 05 May 2026 11:00:00 GMT", 0.1),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_records_are_found_by_their_marks_in_any_order() -> None:
    refused = {"objectWriteTraceId": ["1"], "propertyName": ["email"]}
    found = read_batch(
        {
            "results": [
                {"id": "12", "objectWriteTraceId": "2", "new": True},
                {"id": "10", "objectWriteTraceId": "0"},
            ],
            "errors": [{"message": "No", "category": "BAD", "context": refused}],
        },
        4,
    )
    assert [each.remote_id for each in found] == ["10", None, "12", None]
    assert found[2].is_new
    assert found[1].reason and found[1].reason.field == "email"
    assert found[3].reason and "did not say" in found[3].reason.message


@pytest.mark.parametrize("body", [{}, {"results": 7}, {"results": []}, {"results": ["x"]}])
def test_a_batch_without_its_records_is_nonsense(body: dict[str, Any]) -> None:
    with pytest.raises(LaterError):
        read_batch(body, 1)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-05-05T12:00:00Z", NOW),
        ("1777982400000", NOW),
        ("2026-05-05T12:00:00", NOW),
        ("yesterday", None),
        (None, None),
        ("9" * 30, None),
    ],
)
def test_times(value: str | None, found: datetime | None) -> None:
    assert time_of(value) == found
