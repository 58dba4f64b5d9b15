"""Durations as Go writes them (`24h`, `1h30m`, `300ms`), which the admin API takes."""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)
WHOLE = re.compile(rf"[+-]?(?:{PART.pattern.replace('(', '(?:')})+", re.ASCII)
LONGEST_SECONDS = (2**63 - 1) / 1e9


def parse_duration(text: str) -> timedelta:
    """The duration; `0` needs no unit. Raises `ValueError`."""
    if text in ("0", "+0", "-0"):
        return timedelta()
    if not WHOLE.fullmatch(text):
        raise ValueError(f'invalid duration "{text}"')
    seconds = sum(float(number) * UNITS[unit] for number, unit in PART.findall(text))
    if seconds > LONGEST_SECONDS:
        raise ValueError(f'invalid duration "{text}"')
    return timedelta(seconds=-seconds if text.startswith("-") else seconds)
