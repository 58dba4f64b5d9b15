"""Plans: what a statement will do, in terms of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backoffice.rest.grammar.ast import Aggregate, JoinType, JsonStep, Operation
from backoffice.rest.media import MediaType
from backoffice.rest.preferences import Resolution
from backoffice.rest.ranges import ALL_ROWS, RowRange
from backoffice.rest.schema_cache.types import (
    Parameter,
    QualifiedName,
    Routine,
)

# The name of the rows a mutation or a function gives, within its own statement.
SOURCE = QualifiedName("", "pgrst_source")


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A column with what is known of it.

    `type` is what values for it are read as, `transform` the function that makes them of that;
    `wraps_json` when it must become jsonb before its `path` applies; `search_config` (when
    `searches`) makes a text search vector of it.
    """

    name: str
    path: tuple[JsonStep, ...] = ()
    wraps_json: bool = False
    type: str = ""
    transform: str | None = None
    default: str | None = None
    is_whole_row: bool = False
    searches: bool = False
    search_config: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedSelect:
    """An output column."""

    field: PlannedField
    alias: str | None = None
    cast: str | None = None
    aggregate: Aggregate | None = None
    aggregate_cast: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedFilter:
    """A condition on a column."""

    field: PlannedField
    operation: Operation
    negated: bool


@dataclass(frozen=True, slots=True)
class EmbedFilter:
    """Whether an embed found rows (`negated`: rows must exist)."""

    aggregate_alias: str
    negated: bool


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """Conditions joined by and/or."""

    operator: Literal["and", "or"]
    members: tuple[PlannedLogic, ...]
    negated: bool


PlannedLogic = PlannedFilter | EmbedFilter | PlannedGroup


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """A sort key; `relation` is the alias of the embed whose field it is."""

    field: PlannedField
    relation: str | None
    direction: Literal["asc", "desc"] | None
    nulls: Literal["nullsfirst", "nullslast"] | None


@dataclass(frozen=True, slots=True)
class JoinCondition:
    """Two columns that must be equal."""

    left: tuple[QualifiedName, str]
    right: tuple[QualifiedName, str]


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """Rows of a function of the parent's row."""

    function: QualifiedName
    argument: QualifiedName
    argument_type: QualifiedName


@dataclass(frozen=True, slots=True)
class SpreadField:
    """A column of a spread embed as its parent shows it."""

    name: str
    alias: str | None = None
    aggregate: Aggregate | None = None
    aggregate_cast: str | None = None


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A select. `junction` is a further table in its from clause, under an alias."""

    source: QualifiedName | FunctionSource
    alias: str | None
    fields: tuple[PlannedSelect, ...]
    where: tuple[PlannedLogic, ...] = ()
    order: tuple[PlannedOrder, ...] = ()
    rows: RowRange = ALL_ROWS
    embeds: tuple[Embed, ...] = ()
    joins: tuple[JoinCondition, ...] = ()
    junction: tuple[QualifiedName, str] | None = None

    @property
    def reference(self) -> QualifiedName:
        """What its columns are qualified with."""
        if self.alias is not None:
            return QualifiedName("", self.alias)
        if isinstance(self.source, FunctionSource):
            return QualifiedName("", self.source.function.name)
        return self.source

    @property
    def is_grouped(self) -> bool:
        """Whether an aggregate makes it group by its other columns."""
        return any(f.aggregate for f in self.fields) or any(
            s.aggregate for e in self.embeds if e.mode == "spread-one" for s in e.spread
        )


EmbedMode = Literal["object", "array", "spread-one", "spread-many"]


@dataclass(frozen=True, slots=True)
class Embed:
    """A select within another: a lateral join whose rows become one value, or several columns."""

    plan: ReadPlan
    name: str
    aggregate_alias: str
    mode: EmbedMode
    join: JoinType | None
    is_empty: bool = False
    spread: tuple[SpreadField, ...] = ()
    # What a to-many spread orders by must be selected under a name of its own.
    order_fields: tuple[tuple[str | None, PlannedSelect], ...] = ()
    spread_order: tuple[PlannedOrder, ...] = ()
    # Columns of the parent this embed joins on; None: it needs the whole row.
    parent_columns: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class InsertPlan:
    """`put_filters` are set for PUT, which inserts or replaces exactly the row they name."""

    table: QualifiedName
    columns: tuple[PlannedField, ...]
    returning: tuple[str, ...]
    resolution: Resolution | None
    conflict_columns: tuple[str, ...]
    applies_defaults: bool
    put_filters: tuple[PlannedLogic, ...] = ()
    primary_key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """Sets `columns` of the rows `where` holds for."""

    table: QualifiedName
    columns: tuple[PlannedField, ...]
    where: tuple[PlannedLogic, ...]
    returning: tuple[str, ...]
    applies_defaults: bool


@dataclass(frozen=True, slots=True)
class DeletePlan:
    """Deletes the rows `where` holds for."""

    table: QualifiedName
    where: tuple[PlannedLogic, ...]
    returning: tuple[str, ...]


MutatePlan = InsertPlan | UpdatePlan | DeletePlan


@dataclass(frozen=True, slots=True)
class CallPlan:
    """A function call. `arguments` by name (GET, forms); None: they are in the body."""

    routine: Routine
    parameters: tuple[Parameter, ...]
    arguments: dict[str, str | tuple[str, ...]] | None
    takes_body: bool
    returning: tuple[str, ...]


HandlerKind = Literal[
    "json", "json-stripped", "object", "object-stripped", "csv", "geojson", "none"
]


@dataclass(frozen=True, slots=True)
class Handler:
    """How rows become a body: built in, or a function of the database's author.

    A built-in one gives null for more than `max_bytes` of rows.
    """

    kind: HandlerKind | Literal["custom"]
    media_type: MediaType
    function: QualifiedName | None = None
    target: QualifiedName | None = None
    max_bytes: int | None = None
