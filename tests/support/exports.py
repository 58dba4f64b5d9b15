"""What tests of exports share."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx

MINE, OTHERS = "mine.example", "others.example"
USER = "a0000000-0000-4000-8000-000000000002"
HOSTILE = [
    "=1+1",
    "+33 1",
    "-2",
    "@x",
    "\tx",
    "\rx",
    "\u200b=1",
    "\u00a0 @x",
    'a "quoted", text\nof two lines',
    "é–日本",
]
"""Texts that a spreadsheet would run (the first eight), and others that must stay as they are."""


def rows_of(answer: httpx.Response) -> list[dict[str, Any]]:
    """The rows of a CSV file."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
