"""What the query string says, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EmbedPath = tuple[str, ...]
Aggregate = Literal["sum", "avg", "count", "max", "min"]
JoinType = Literal["inner", "left"]
IsValue = Literal["null", "not_null", "true", "false", "unknown"]
Quantifier = Literal["any", "all"]


@dataclass(frozen=True, slots=True)
class JsonStep:
    """One `->` or `->>` into a document, by key or by index (`+2`, `-1`)."""

    as_text: bool
    operand: str
    is_index: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A column, or a place inside its document."""

    name: str
    path: tuple[JsonStep, ...] = ()


@dataclass(frozen=True, slots=True)
class SelectField:
    """`alias:name->path::cast.aggregate()::aggregate_cast`."""

    field: Field
    alias: str | None = None
    cast: str | None = None
    aggregate: Aggregate | None = None
    aggregate_cast: str | None = None


@dataclass(frozen=True, slots=True)
class SelectEmbed:
    """`alias:relation!hint!inner(children)`, or `...relation(children)` to spread."""

    relation: str
    alias: str | None
    hint: str | None
    join: JoinType | None
    is_spread: bool
    children: tuple[SelectItem, ...]


SelectItem = SelectField | SelectEmbed


@dataclass(frozen=True, slots=True)
class Compare:
    """An operator with one value; `quantifier` makes the value an array, any or all of it."""

    operator: str
    value: str
    quantifier: Quantifier | None = None


@dataclass(frozen=True, slots=True)
class In:
    """One of these values."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Is:
    """`is null` and its kin."""

    value: IsValue


@dataclass(frozen=True, slots=True)
class TextSearch:
    """Full-text search with an optional text search configuration."""

    operator: str
    config: str | None
    value: str


Operation = Compare | In | Is | TextSearch


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a field."""

    field: Field
    operation: Operation
    negated: bool = False


@dataclass(frozen=True, slots=True)
class LogicGroup:
    """`and(…)` or `or(…)`."""

    operator: Literal["and", "or"]
    members: tuple[Logic, ...]
    negated: bool = False


Logic = Filter | LogicGroup


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """A field to order by; `relation` is a to-one embed the field belongs to."""

    field: Field
    relation: str | None = None
    direction: Literal["asc", "desc"] | None = None
    nulls: Literal["nullsfirst", "nullslast"] | None = None
