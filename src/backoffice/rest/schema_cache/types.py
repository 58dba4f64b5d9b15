"""Tables, relationships and functions as the planner knows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Volatility = Literal["immutable", "stable", "volatile"]
Cardinality = Literal["many-to-one", "one-to-many", "one-to-one", "many-to-many"]


class QualifiedName(NamedTuple):
    """A name and its schema; an empty schema stands for something of the statement's own."""

    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """`nominal_type` is as declared; `type` that of the domain it may be."""

    name: str
    description: str | None
    nullable: bool
    type: str
    nominal_type: str
    max_length: int | None
    default: str | None
    enum: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, view, materialized view, foreign or partitioned table."""

    name: QualifiedName
    description: str | None
    is_view: bool
    insertable: bool
    updatable: bool
    deletable: bool
    primary_key: tuple[str, ...]
    columns: dict[str, Column]


ColumnPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """The table between the two ends of a many-to-many; pairs are (end's column, its column)."""

    table: QualifiedName
    source_constraint: str
    target_constraint: str
    source_columns: ColumnPairs
    target_columns: ColumnPairs


@dataclass(frozen=True, slots=True)
class Relationship:
    """A way from `table` to `foreign_table`; `columns` pairs (own column, foreign column)."""

    table: QualifiedName
    foreign_table: QualifiedName
    cardinality: Cardinality
    constraint: str
    columns: ColumnPairs
    is_self: bool = False
    table_is_view: bool = False
    foreign_is_view: bool = False
    junction: Junction | None = None

    @property
    def is_to_one(self) -> bool:
        """Whether there is at most one foreign row."""
        return self.cardinality in ("many-to-one", "one-to-one")


@dataclass(frozen=True, slots=True)
class ComputedRelationship:
    """A function of a row of `table` that gives rows of `foreign_table`."""

    function: QualifiedName
    table: QualifiedName
    foreign_table: QualifiedName
    is_to_one: bool
    is_self: bool = False


AnyRelationship = Relationship | ComputedRelationship


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument; `cast_type` has no length, so that longer values are refused, not cut."""

    name: str
    type: str
    cast_type: str
    required: bool
    variadic: bool


@dataclass(frozen=True, slots=True)
class Routine:
    """A function and what it returns."""

    name: QualifiedName
    description: str | None
    parameters: tuple[Parameter, ...]
    return_type: QualifiedName
    returns_set: bool
    returns_composite: bool
    volatility: Volatility
    has_variadic: bool
    isolation: str | None
    settings: tuple[tuple[str, str], ...]

    @property
    def returns_void(self) -> bool:
        """Whether there is nothing to answer."""
        return self.return_type == ("pg_catalog", "void") and not self.returns_set

    @property
    def returns_scalar(self) -> bool:
        """Whether one value comes back."""
        return not self.returns_set and not self.returns_composite

    @property
    def returns_set_of_scalar(self) -> bool:
        """Whether a list of values comes back."""
        return self.returns_set and not self.returns_composite

    @property
    def returns_single_composite(self) -> bool:
        """Whether one row comes back."""
        return not self.returns_set and self.returns_composite

    @property
    def table_name(self) -> str:
        """The table whose rows it returns, to embed and filter like it; else its own name."""
        return self.return_type.name if self.returns_composite else self.name.name


@dataclass(frozen=True, slots=True)
class MediaHandler:
    """An aggregate, or the domain a function returns, that makes a media type of `target` rows."""

    function: QualifiedName
    target: QualifiedName | None
    media_type: str


RelationshipsMap = dict[tuple[QualifiedName, str], list[AnyRelationship]]


@dataclass(frozen=True, slots=True)
class SchemaCache:
    """All of it. `signature` changes when the catalogue does."""

    signature: str
    tables: dict[QualifiedName, Table]
    relationships: RelationshipsMap
    routines: dict[QualifiedName, list[Routine]]
    representations: dict[tuple[str, str], str] = field(default_factory=dict)
    media_handlers: dict[tuple[QualifiedName | None, str], MediaHandler] = field(
        default_factory=dict
    )
    timezones: frozenset[str] = frozenset()
    role_settings: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
