"""CSV and JSON, written by PostgreSQL row by row, so that no row becomes a Python object.

CSV follows RFC 4180 (CRLF, quotes doubled) in UTF-8 with a byte order mark: without one, Excel
reads it in the encoding of the reader's country. Programs that mind it read the JSON.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql

Column = tuple[str, int]
"""A column's name and the OID of its type."""

BOOLEAN: Final = 16
TIMESTAMP: Final = 1184
TEXTS: Final = frozenset({18, 19, 25, 1042, 1043})
# What makes a spreadsheet take a text for a formula, in both widths; also behind what nobody sees,
# which some of them leave out.
FORMULA: Final = r"^([\t\r\n]|[\s\u00a0\u200b-\u200f\u2028-\u202e\u2060\ufeff]*[=+\-@＝＋－＠])"


@dataclass(frozen=True, slots=True)
class Format(ABC):
    """How rows become bytes."""

    name: str
    media_type: str
    before: bytes
    between: bytes
    after: bytes

    @abstractmethod
    def row(self, line: bytes) -> bytes:
        """A row, of the line that PostgreSQL wrote, which ends with a line feed."""

    @abstractmethod
    def statement(self, rows: sql.Composable, columns: Sequence[Column]) -> sql.Composed:
        """The COPY that writes `rows`, one message a row."""


class Csv(Format):
    """A table for people."""

    def row(self, line: bytes) -> bytes:
        """The standard ends lines with CRLF."""
        return line[:-1] + b"\r\n"

    def statement(self, rows: sql.Composable, columns: Sequence[Column]) -> sql.Composed:
        """Texts that a spreadsheet would run as a formula get an apostrophe before them."""
        cells = sql.SQL(", ").join(_cell(name, kind) for name, kind in columns)
        return sql.SQL("copy (select {} from {} as r) to stdout (format csv, header)").format(
            cells, rows
        )


class Json(Format):
    """An array of objects for programs."""

    def row(self, line: bytes) -> bytes:
        """One object a line."""
        return b"\n" + line[:-1]

    def statement(self, rows: sql.Composable, columns: Sequence[Column]) -> sql.Composed:
        """Quoted and delimited by what JSON never holds, so that it stays as it is."""
        return sql.SQL(
            "copy (select to_json(r) from {} as r)"
            " to stdout (format csv, quote e'\\x01', delimiter e'\\x02')"
        ).format(rows)


def _cell(name: str, kind: int) -> sql.Composable:
    column = sql.Identifier("r", name)
    if kind in TEXTS:
        template = "case when {0} ~ {2} then '''' || {0} else {0} end as {1}"
    elif kind == TIMESTAMP:
        template = """to_char({0} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as {1}"""
    elif kind == BOOLEAN:
        template = "{0}::text as {1}"
    else:
        template = "{0}"
    return sql.SQL(template).format(column, sql.Identifier(name), sql.Literal(FORMULA))


FORMATS: Final[dict[str, Format]] = {
    form.name: form
    for form in (
        Csv("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf", b"", b""),
        Json("json", "application/json", b"[", b",", b"\n]\n"),
    )
}
