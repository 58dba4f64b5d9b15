"""When an event happened: read, corrected for the sender's clock, and kept within what is accepted.

Source of the correction: PostHog, `rust/capture/src/timestamp.rs`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

EARLIEST: Final = datetime(2015, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(hours=24)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class BadTimestampError(ValueError):
    """The value is no time, or lies outside what is accepted."""


def parse(value: Any) -> datetime:
    """The instant of an ISO 8601 text (UTC when it names no zone) or of milliseconds since 1970."""
    try:
        if isinstance(value, str):
            parsed = datetime.fromisoformat(value.strip())
            return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _EPOCH + timedelta(milliseconds=value)
    except (ValueError, OverflowError):
        pass
    raise BadTimestampError("must be an ISO 8601 time or milliseconds since 1970")


def check_range(moment: datetime, now: datetime) -> datetime:
    """`moment`, when it lies between 2015 and 24 hours from `now`; else `BadTimestampError`."""
    if moment < EARLIEST:
        raise BadTimestampError("lies before 2015-01-01 (numbers are milliseconds since 1970)")
    if moment > now + AHEAD:
        raise BadTimestampError("lies more than 24 hours in the future")
    return moment


def occurred_at(timestamp: Any, offset: Any, now: datetime, sent_at: datetime | None) -> datetime:
    """When an event happened by the server's clock.

    `offset` (milliseconds between event and sending) counts back from `now`; otherwise the
    distance between `timestamp` and `sent_at`, both by the sender's clock, does.
    """
    try:
        if _is_number(offset):
            return check_range(now - timedelta(milliseconds=offset), now)
        if timestamp is None or timestamp == "":
            return now
        moment = parse(timestamp)
        if sent_at is not None:
            moment = now + (moment - sent_at)
    except OverflowError as error:
        raise BadTimestampError("lies outside the calendar") from error
    return check_range(moment, now)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
