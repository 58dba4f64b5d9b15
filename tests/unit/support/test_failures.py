"""What Linear's refusals mean."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from backoffice.support.failures import LONGEST_WAIT, failure_of

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DATA: dict[str, Any] = {"data": {"x": 1}}


def errors(code: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": "No.", "extensions": {"code": code, **more}}]}


@pytest.mark.parametrize(
    ("status", "headers", "body", "reason", "wait"),
    [
        (429, {"retry-after": "7"}, None, "rate_limited", 7.0),
        (429, {"retry-after": "Fri, 20 Nov 2026 09:00:30 GMT"}, None, "rate_limited", 30.0),
        (429, {"retry-after": "soon"}, None, "rate_limited", None),
        (429, {"retry-after": "999999"}, None, "rate_limited", LONGEST_WAIT),
        (
            400,
            {"x-ratelimit-requests-reset": str(int(NOW.timestamp() * 1000) + 5000)},
            errors("RATELIMITED"),
            "rate_limited",
            5.0,
        ),
        (401, {}, errors("AUTHENTICATION_ERROR"), "key_refused", None),
        (200, {}, errors("FORBIDDEN"), "key_refused", None),
        (500, {}, None, "server_error", None),
        (503, {"retry-after": "3"}, None, "server_error", 3.0),
        (400, {}, errors("INPUT_ERROR"), "refused", None),
        (200, {}, errors("SOMETHING", userError=True), "refused", None),
        (200, {}, errors("INTERNAL_SERVER_ERROR"), "server_error", None),
        (200, {}, {"errors": ["odd"]}, "server_error", None),
        (200, {}, None, "unreadable", None),
        (200, {}, [], "unreadable", None),
        (200, {}, {"data": None}, "unreadable", None),
        (302, {}, DATA, "unreadable", None),
    ],
)
def test_a_failure_says_its_reason_and_how_long_to_wait(
    status: int, headers: dict[str, str], body: Any, reason: str, wait: float | None
) -> None:
    failure = failure_of(status, httpx.Headers(headers), body, NOW)
    assert failure is not None
    assert (failure.reason, failure.wait) == (reason, wait)
    assert failure.is_final == (reason == "refused")


def test_data_is_no_failure() -> None:
    assert failure_of(200, httpx.Headers(), DATA, NOW) is None
