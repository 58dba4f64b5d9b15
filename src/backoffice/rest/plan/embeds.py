"""How an embedded select is joined to the row it belongs to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from backoffice.rest.plan.types import FunctionSource, JoinCondition
from backoffice.rest.schema_cache.types import (
    AnyRelationship,
    ColumnPairs,
    ComputedRelationship,
    QualifiedName,
)

# PostgreSQL cuts longer names, which could make two of them one.
_MAX_NAME_BYTES = 63


@dataclass(frozen=True, slots=True)
class Join:
    """`parent_columns` are what the parent must provide; None means its whole row."""

    source: QualifiedName | FunctionSource
    conditions: tuple[JoinCondition, ...]
    junction: tuple[QualifiedName, str] | None
    aliases: tuple[str, ...]
    parent_columns: tuple[str, ...] | None


def alias_for(name: str, depth: int, used: tuple[str, ...]) -> str:
    """`name_depth`: an alias that hides none of those in use above, within PostgreSQL's length."""
    alias = f"{name}_{depth}"
    if len(alias.encode()) > _MAX_NAME_BYTES:
        digest = hashlib.sha256(alias.encode()).hexdigest()[:12]
        alias = f"{alias.encode()[:48].decode(errors='ignore')}_{digest}"
    while alias in used:
        alias += "_"
    return alias


def join_of(
    relationship: AnyRelationship,
    parent: QualifiedName,
    alias: str,
    depth: int,
    used: tuple[str, ...],
) -> Join:
    """The join of rows called `alias` to rows called `parent`."""
    own = QualifiedName("", alias)
    if isinstance(relationship, ComputedRelationship):
        function = FunctionSource(relationship.function, parent, relationship.table)
        return Join(function, (), None, (alias,), None)
    if junction := relationship.junction:
        between_alias = alias_for(junction.table.name, depth, (*used, alias))
        between = QualifiedName("", between_alias)
        conditions = (
            *_conditions(own, between, junction.target_columns),
            *_conditions(parent, between, junction.source_columns),
        )
        columns = tuple(column for column, _ in junction.source_columns)
        return Join(
            relationship.foreign_table,
            conditions,
            (junction.table, between_alias),
            (alias, between_alias),
            columns,
        )
    conditions = _conditions(parent, own, relationship.columns)
    columns = tuple(column for column, _ in relationship.columns)
    return Join(relationship.foreign_table, conditions, None, (alias,), columns)


def _conditions(
    left: QualifiedName, right: QualifiedName, pairs: ColumnPairs
) -> tuple[JoinCondition, ...]:
    return tuple(JoinCondition((right, foreign), (left, own)) for own, foreign in pairs)
