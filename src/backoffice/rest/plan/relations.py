"""Which relationship an embed means, or why that cannot be said."""

from __future__ import annotations

from typing import Any

from backoffice.rest.errors import RestError
from backoffice.rest.schema_cache.types import (
    AnyRelationship,
    ComputedRelationship,
    QualifiedName,
    Relationship,
    SchemaCache,
)
from backoffice.rest.suggestions import closest, ranked

_RANK = {"one-to-many": 0, "many-to-one": 1, "one-to-one": 2, "many-to-many": 3}


def find_relationship(
    cache: SchemaCache, origin: QualifiedName, target: str, hint: str | None
) -> AnyRelationship:
    """The one relationship from `origin` that `target` and `hint` name.

    Raises PGRST200 when there is none, PGRST201 when there are several.
    """
    candidates = cache.relationships.get((origin, origin.schema), [])
    found = [r for r in candidates if _matches(r, target, hint)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise _no_relationship(cache, origin, target, hint)
    raise _ambiguous(origin.name, target, [r for r in found if isinstance(r, Relationship)])


def _matches(relationship: AnyRelationship, target: str, hint: str | None) -> bool:
    if isinstance(relationship, ComputedRelationship):
        return target == relationship.function.name
    named = target == relationship.foreign_table.name
    if relationship.is_self:
        # One key gives both directions: the table's name means the many, the column's the one.
        if hint is None:
            return (named and relationship.cardinality == "one-to-many") or (
                relationship.cardinality == "many-to-one" and _own_column(relationship) == target
            )
        if relationship.cardinality == "many-to-many":
            return named and _matches_hint(relationship, hint)
        return (
            named
            and relationship.cardinality == "one-to-many"
            and (_foreign_column(relationship) == hint or relationship.constraint == hint)
        )
    if hint is not None:
        return named and _matches_hint(relationship, hint)
    return named or (
        not relationship.foreign_is_view
        and relationship.cardinality != "many-to-many"
        and target in (relationship.constraint, _own_column(relationship))
    )


def _matches_hint(relationship: Relationship, hint: str) -> bool:
    if relationship.junction is not None:
        return hint == relationship.junction.table.name
    return hint in (
        relationship.constraint,
        _own_column(relationship),
        _foreign_column(relationship),
    )


def _own_column(relationship: Relationship) -> str | None:
    return relationship.columns[0][0] if len(relationship.columns) == 1 else None


def _foreign_column(relationship: Relationship) -> str | None:
    return relationship.columns[0][1] if len(relationship.columns) == 1 else None


def _no_relationship(
    cache: SchemaCache, origin: QualifiedName, target: str, hint: str | None
) -> RestError:
    using = f"' using the hint '{hint}" if hint is not None else ""
    return RestError(
        400,
        "PGRST200",
        f"Could not find a relationship between '{origin.name}' and '{target}' in the schema cache",
        details=f"Searched for a foreign key relationship between '{origin.name}' and"
        f" '{target}{using}' in the schema '{origin.schema}', but no matches were found.",
        hint=_suggestion(cache, origin, target),
    )


def _suggestion(cache: SchemaCache, origin: QualifiedName, target: str) -> str | None:
    known = cache.relationships.get((origin, origin.schema))
    if known is None:
        parents = [t.name for t, s in cache.relationships if s == origin.schema]
        parent = closest(origin.name, parents)
        return parent and f"Perhaps you meant '{parent}' instead of '{origin.name}'."
    children = ranked(target, (r.foreign_table.name for r in known))
    if not children or children[0][0] == 1.0:
        return None  # Where the name is right, the hint is what does not fit.
    return f"Perhaps you meant '{children[0][1]}' instead of '{target}'."


def _ambiguous(origin: str, target: str, found: list[Relationship]) -> RestError:
    found.sort(key=lambda r: (r.foreign_table, _RANK[r.cardinality], r.constraint, r.columns))
    hints = ", ".join(f"'{r.foreign_table.name}!{_hint(r)}'" for r in found)
    return RestError(
        300,
        "PGRST201",
        "Could not embed because more than one relationship was found for"
        f" '{origin}' and '{target}'",
        details=[_described(r) for r in found],
        hint=f"Try changing '{target}' to one of the following: {hints}."
        " Find the desired relationship in the 'details' key.",
    )


def _hint(relationship: Relationship) -> str:
    junction = relationship.junction
    return junction.table.name if junction else relationship.constraint


def _described(relationship: Relationship) -> dict[str, Any]:
    own, foreign = relationship.table.name, relationship.foreign_table.name
    if junction := relationship.junction:
        source = ", ".join(column for _, column in junction.source_columns)
        target = ", ".join(column for _, column in junction.target_columns)
        way = (
            f"{junction.table.name} using {junction.source_constraint}({source})"
            f" and {junction.target_constraint}({target})"
        )
    else:
        columns = ", ".join(column for column, _ in relationship.columns)
        foreign_columns = ", ".join(column for _, column in relationship.columns)
        way = f"{relationship.constraint} using {own}({columns}) and {foreign}({foreign_columns})"
    return {
        "cardinality": relationship.cardinality,
        "embedding": f"{own} with {foreign}",
        "relationship": way,
    }
