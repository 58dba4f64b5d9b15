"""Durations as the admin API takes them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.auth.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", timedelta()),
        ("24h", timedelta(hours=24)),
        ("1h30m", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        (".5s", timedelta(milliseconds=500)),
        ("300ms", timedelta(milliseconds=300)),
        ("2us", timedelta(microseconds=2)),
        ("2µs", timedelta(microseconds=2)),
        ("-1h", timedelta(hours=-1)),
        ("+1m", timedelta(minutes=1)),
        ("876000h", timedelta(hours=876000)),
    ],
)
def test_what_is_a_duration(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "h", "1", "1d", "1 h", "1h ", "h1", "--1h", "1e3s", "٣h", "9999999999h", "1h-1m"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="invalid duration"):
        parse_duration(text)


@given(st.text())
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        parse_duration(text)
    except ValueError as error:
        assert "invalid duration" in str(error)


@given(st.integers(0, 2_000_000), st.integers(0, 59), st.integers(0, 59))
def test_parts_add_up(hours: int, minutes: int, seconds: int) -> None:
    expected = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    assert parse_duration(f"{hours}h{minutes}m{seconds}s") == expected
