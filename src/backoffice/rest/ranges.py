"""Row ranges: `limit`, `offset` and the `Range` header, and what they make of the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backoffice.rest.errors import invalid_range

MAX_BIGINT = 2**63 - 1
_RANGE_HEADER = re.compile(r"^([0-9]+)-([0-9]*)$")


@dataclass(frozen=True, slots=True)
class RowRange:
    """`limit` rows (None: all) after `offset`."""

    offset: int = 0
    limit: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.offset == 0 and self.limit is None

    def at_most(self, rows: int | None) -> RowRange:
        """This range, with no more than `rows` rows."""
        if rows is None or (self.limit is not None and self.limit <= rows):
            return self
        return RowRange(self.offset, rows)


ALL_ROWS = RowRange()


def parse_integer(text: str) -> int | None:
    """The integer a query parameter holds; what is none is ignored, as PostgREST ignores it."""
    text = text.strip()
    if not re.fullmatch(r"-?[0-9]{1,40}", text):
        return None
    return int(text)


def from_parameters(limit: str | None, offset: str | None) -> RowRange:
    """The range `limit=` and `offset=` ask for. Raises PGRST103 for a negative limit."""
    rows = parse_integer(limit) if limit is not None else None
    start = parse_integer(offset) if offset is not None else None
    if rows is not None and rows < 0:
        raise invalid_range("Limit should be greater than or equal to zero.")
    if start is None or start < 0:
        start = 0
    return RowRange(min(start, MAX_BIGINT), None if rows is None else min(rows, MAX_BIGINT))


def from_header(value: str) -> RowRange:
    """The range of a `Range: 0-9` header; what is no range is ignored.

    Raises PGRST103 when its end lies before its start.
    """
    match = _RANGE_HEADER.match(value.strip().removeprefix("items="))
    if not match:
        return ALL_ROWS
    first = min(int(match[1]), MAX_BIGINT)
    if not match[2]:
        return RowRange(first)
    last = min(int(match[2]), MAX_BIGINT)
    if first > last:
        raise invalid_range(
            "The lower boundary must be lower than or equal to the upper boundary"
            " in the Range header."
        )
    return RowRange(first, last - first + 1)


def intersect(first: RowRange, second: RowRange) -> RowRange:
    """The rows both ranges hold."""
    offset = max(first.offset, second.offset)
    ends = [r.offset + r.limit for r in (first, second) if r.limit is not None]
    return RowRange(offset, max(min(ends) - offset, 0) if ends else None)


def content_range(first: int, last: int, total: int | None) -> bytes:
    """The value of `Content-Range` for rows `first` to `last` (inclusive) of `total`."""
    rows = f"{first}-{last}" if total != 0 and first <= last else "*"
    return f"{rows}/{'*' if total is None else total}".encode()


def status_of(offset: int, rows: int, total: int | None) -> int:
    """200, 206 when there are more rows than these, 416 when the offset lies behind the last."""
    if total is None:
        return 200
    if offset > total:
        return 416
    return 206 if rows < total else 200
