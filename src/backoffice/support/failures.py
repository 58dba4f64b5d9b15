"""Why Linear did not do what it was asked for, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

import httpx

from backoffice.errors import BackofficeError

Reason = Literal[
    "unreachable",
    "timeout",
    "server_error",
    "rate_limited",
    "unreadable",
    "key_refused",
    "team_missing",
    "refused",
]
LONGEST_WAIT: Final = 3600.0
_OF_THE_INPUT: Final = {
    "INPUT_ERROR",
    "INVALID_INPUT",
    "BAD_USER_INPUT",
    "GRAPHQL_VALIDATION_FAILED",
    "GRAPHQL_PARSE_FAILED",
}
_OF_THE_KEY: Final = {"AUTHENTICATION_ERROR", "FORBIDDEN"}


class LinearError(BackofficeError):
    """Linear did not do it. `detail` is what it answered; `wait` the seconds it asks to wait."""

    def __init__(self, reason: Reason, detail: str = "", wait: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.detail = detail.replace("\0", "")[:1000]
        self.wait = wait

    @property
    def is_final(self) -> bool:
        """Whether the same again would be refused again."""
        return self.reason == "refused"


def failure_of(status: int, headers: httpx.Headers, body: Any, now: datetime) -> LinearError | None:
    """What is wrong with an answer; None when it holds data."""
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    told = first if isinstance(first, dict) else {}
    extensions = told.get("extensions")
    more: Mapping[str, Any] = extensions if isinstance(extensions, dict) else {}
    code = str(more.get("code", "")).upper()
    detail = str(more.get("userPresentableMessage") or told.get("message") or "")
    if status == 429 or code == "RATELIMITED":
        return LinearError("rate_limited", detail or f"status {status}", _wait(headers, now))
    if status in (401, 403) or code in _OF_THE_KEY:
        return LinearError("key_refused", detail or f"status {status}")
    if status >= 500:
        return LinearError("server_error", detail or f"status {status}", _wait(headers, now))
    if first is not None:
        of_the_input = code in _OF_THE_INPUT or more.get("userError") is True
        return LinearError("refused" if of_the_input else "server_error", detail)
    if status != 200 or not isinstance(body, dict) or not isinstance(body.get("data"), dict):
        return LinearError("unreadable", f"status {status} without data")
    return None


def _wait(headers: httpx.Headers, now: datetime) -> float | None:
    """The seconds of Retry-After, or until Linear's own reset (milliseconds since 1970)."""
    asked = headers.get("retry-after", "").strip()
    reset = headers.get("x-ratelimit-requests-reset", "").strip()
    seconds: float | None = None
    if asked.isdecimal():
        seconds = float(asked)
    elif asked:
        try:
            until = parsedate_to_datetime(asked)
            seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
        except (TypeError, ValueError):
            seconds = None
    elif reset.isdecimal() and len(reset) < 16:
        seconds = float(reset) / 1000 - now.timestamp()
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT)
