"""Relationships: from foreign keys, through views, inverted, across junctions, and hand-written.

The rules are PostgREST's ("Resource Embedding" in its reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from backoffice.rest.schema_cache.types import (
    AnyRelationship,
    ComputedRelationship,
    Junction,
    QualifiedName,
    Relationship,
    RelationshipsMap,
    Table,
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """A primary key ("p"), unique ("u") or foreign key ("f"); columns by number and by name."""

    name: str
    kind: str
    table_oid: int
    numbers: tuple[int, ...]
    columns: tuple[str, ...]
    foreign_oid: int
    foreign_numbers: tuple[int, ...]
    foreign_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewKey:
    """A view that shows all columns of one end of a foreign key; one name of each."""

    view: QualifiedName
    columns: tuple[str, ...]


def from_foreign_keys(
    constraints: Iterable[Constraint], names: dict[int, QualifiedName]
) -> list[tuple[Constraint, Relationship]]:
    """One relationship per foreign key: to one, or one to one where its columns are unique."""
    constraints = list(constraints)
    unique = {(c.table_oid, frozenset(c.numbers)) for c in constraints if c.kind in "pu"}
    found = []
    for key in constraints:
        if key.kind != "f" or key.table_oid not in names or key.foreign_oid not in names:
            continue
        one_to_one = (key.table_oid, frozenset(key.numbers)) in unique
        relationship = Relationship(
            names[key.table_oid],
            names[key.foreign_oid],
            "one-to-one" if one_to_one else "many-to-one",
            key.name,
            tuple(zip(key.columns, key.foreign_columns, strict=True)),
            is_self=key.table_oid == key.foreign_oid,
        )
        found.append((key, relationship))
    return found


def through_views(
    relationship: Relationship, referencing: list[ViewKey], referenced: list[ViewKey]
) -> Iterator[Relationship]:
    """The same relationship between views of its two ends."""
    own = [own for own, _ in relationship.columns]
    foreign = [foreign for _, foreign in relationship.columns]
    for view in referencing:
        yield replace(
            relationship,
            table=view.view,
            columns=tuple(zip(view.columns, foreign, strict=True)),
            is_self=False,
            table_is_view=True,
        )
    for view in referenced:
        yield replace(
            relationship,
            foreign_table=view.view,
            columns=tuple(zip(own, view.columns, strict=True)),
            is_self=False,
            foreign_is_view=True,
        )
    for view, other in product(referencing, referenced):
        yield replace(
            relationship,
            table=view.view,
            foreign_table=other.view,
            columns=tuple(zip(view.columns, other.columns, strict=True)),
            is_self=view.view == other.view,
            table_is_view=True,
            foreign_is_view=True,
        )


def inverse(relationship: Relationship) -> Relationship:
    """The same relationship, seen from its other end."""
    cardinality = relationship.cardinality
    return replace(
        relationship,
        table=relationship.foreign_table,
        foreign_table=relationship.table,
        cardinality="one-to-many" if cardinality == "many-to-one" else cardinality,
        columns=tuple((foreign, own) for own, foreign in relationship.columns),
        table_is_view=relationship.foreign_is_view,
        foreign_is_view=relationship.table_is_view,
    )


def across_junctions(
    relationships: list[Relationship], tables: dict[QualifiedName, Table]
) -> Iterator[Relationship]:
    """Many to many, where a table's primary key holds the columns of two of its foreign keys."""
    by_table: dict[QualifiedName, list[Relationship]] = {}
    for relationship in relationships:
        if relationship.cardinality == "many-to-one":
            by_table.setdefault(relationship.table, []).append(relationship)
    for junction, keys in by_table.items():
        table = tables.get(junction)
        if table is None:
            continue
        primary_key = set(table.primary_key)
        for source, target in product(keys, keys):
            columns = {own for own, _ in (*source.columns, *target.columns)}
            if source.constraint == target.constraint or not columns <= primary_key:
                continue
            yield Relationship(
                source.foreign_table,
                target.foreign_table,
                "many-to-many",
                source.constraint,
                (),
                is_self=source.foreign_table == target.foreign_table,
                table_is_view=source.foreign_is_view,
                foreign_is_view=target.foreign_is_view,
                junction=Junction(
                    junction,
                    source.constraint,
                    target.constraint,
                    tuple((foreign, own) for own, foreign in source.columns),
                    tuple((foreign, own) for own, foreign in target.columns),
                ),
            )


def relationships_map(
    detected: Iterable[Relationship],
    computed: Iterable[ComputedRelationship],
    schemas: tuple[str, ...],
) -> RelationshipsMap:
    """Exposed relationships by (table, foreign schema); a computed one hides the detected ones
    to a table of its function's name."""
    by_ends: dict[tuple[QualifiedName, QualifiedName], list[AnyRelationship]] = {}
    for relationship in detected:
        entries = by_ends.setdefault((relationship.table, relationship.foreign_table), [])
        junction = relationship.junction
        # Ends of a hidden junction are known to be related, though not how.
        if junction is None or junction.table.schema in schemas:
            entries.append(relationship)
    for own in computed:
        by_ends[own.table, own.function] = [own]
    found: RelationshipsMap = {}
    for (table, target), entries in by_ends.items():
        if table.schema not in schemas:
            continue
        kept = [entry for entry in entries if entry.foreign_table.schema in schemas]
        found.setdefault((table, target.schema), []).extend(kept)
    return found
