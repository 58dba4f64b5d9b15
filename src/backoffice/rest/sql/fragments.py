"""Pieces of SQL with their parameters.

Text in a fragment is this package's own; what comes from a request goes in as a `Param` or through
`identifier`. Casts are the exception PostgreSQL's grammar demands (`::int` cannot be quoted): the
query grammar lets only letters, digits, `_`, `$` and blanks through, and `type_name` checks again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backoffice.rest.errors import parse_error
from backoffice.rest.schema_cache.types import QualifiedName


@dataclass(frozen=True, slots=True)
class Param:
    """A value; PostgreSQL infers its type from where it stands."""

    value: str | bytes | None
    is_binary: bool = False


Fragment = list[str | Param]

_TYPE_NAME = re.compile(r"[\w$ ]+")
_WORD_AFTER_TYPE = re.compile(r"\s+(collate|as|at)\b", re.IGNORECASE)


def identifier(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def qualified(name: QualifiedName) -> str:
    """A quoted name with its schema, if it has one."""
    return (
        f"{identifier(name.schema)}.{identifier(name.name)}"
        if name.schema
        else identifier(name.name)
    )


def column(reference: QualifiedName, name: str) -> str:
    """A column, or all of them."""
    return f"{qualified(reference)}.{'*' if name == '*' else identifier(name)}"


def type_name(name: str) -> str:
    """A type to cast to, as the request wrote it. Raises PGRST100 if that is more than a name."""
    if not _TYPE_NAME.fullmatch(name) or _WORD_AFTER_TYPE.search(name):
        raise parse_error(f'"failed to parse cast ({name})"', "it is not the name of a type")
    return name


def literal(text: str) -> str:
    """A quoted string constant. Only for text out of the catalogue."""
    escaped = text.replace("'", "''")
    return "E'" + escaped.replace("\\", "\\\\") + "'" if "\\" in escaped else f"'{escaped}'"


def joined(separator: str, fragments: Iterable[Fragment]) -> Fragment:
    """Fragments with text between them."""
    result: Fragment = []
    for fragment in fragments:
        if result:
            result.append(separator)
        result.extend(fragment)
    return result


def array_literal(values: Iterable[str]) -> str:
    """A text array in PostgreSQL's own notation."""

    def element(value: str) -> str:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    return "{" + ",".join(element(value) for value in values) + "}"


def render(fragment: Fragment) -> tuple[str, tuple[Param, ...]]:
    """The statement's text with `$1`, `$2`, …, and what they stand for."""
    text: list[str] = []
    params: list[Param] = []
    for part in fragment:
        if isinstance(part, str):
            text.append(part)
        else:
            params.append(part)
            text.append(f"${len(params)}")
    return "".join(text), tuple(params)
