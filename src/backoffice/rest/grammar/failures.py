"""What is known about why a text could not be parsed, and how it is told.

Clients show PostgREST's PGRST100 texts to people, and its test suite compares them, so failures
merge and read by the rules of Parsec, the library PostgREST's own grammar is written in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """What a message says about the place of an error; the order is the order of display."""

    SYSTEM_UNEXPECTED = 0
    UNEXPECTED = 1
    EXPECTED = 2
    MESSAGE = 3


Message = tuple[Kind, str]


class Failure(NamedTuple):
    """Where parsing stopped, and all that is known about why. No messages: nothing is known."""

    position: int
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True)
class GrammarError(Exception):
    """The text does not follow the grammar; `place` and `expectation` are PGRST100's two texts."""

    place: str
    expectation: str


def merge(first: Failure, second: Failure) -> Failure:
    """What is known after two failures: the one further on, or both when at the same place."""
    if not second.messages and first.messages:
        return first
    if not first.messages and second.messages:
        return second
    if first.position != second.position:
        return first if first.position > second.position else second
    return Failure(first.position, first.messages + second.messages)


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Both counted from one; a tab leads to the next column of eight."""
    line, column = 1, 1
    for c in text[:position]:
        if c == "\n":
            line, column = line + 1, 1
        elif c == "\t":
            column += 8 - (column - 1) % 8
        else:
            column += 1
    return line, column


def explain(messages: tuple[Message, ...]) -> str:
    """One line: what was unexpected, and what was expected."""
    if not messages:
        return "unknown parse error"

    def texts(kind: Kind) -> list[str]:
        return list(dict.fromkeys(text for k, text in messages if k is kind and text))

    system = [text for kind, text in messages if kind is Kind.SYSTEM_UNEXPECTED]
    unexpected = texts(Kind.UNEXPECTED)
    lines: list[str] = []
    if system and not any(kind is Kind.UNEXPECTED for kind, _ in messages):
        lines.append(f"unexpected {system[0] or 'end of input'}")
    if unexpected:
        lines.append(f"unexpected {_either(unexpected)}")
    if expected := texts(Kind.EXPECTED):
        lines.append(f"expecting {_either(expected)}")
    if others := texts(Kind.MESSAGE):
        lines.append(_either(others))
    return " ".join(lines).replace("\n", " ").strip()


def _either(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def quoted(text: str) -> str:
    """A text as Haskell's `show` writes it, which is how Parsec names characters."""
    return '"' + escaped(text).replace('"', '\\"') + '"'


def escaped(text: str) -> str:
    """Backslashes, control and non-ASCII characters as Haskell escapes them."""
    names = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\"}
    return "".join(names.get(c) or (c if " " <= c <= "~" else f"\\{ord(c)}") for c in text)
