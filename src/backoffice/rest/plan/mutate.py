"""Plans what a POST, PATCH, PUT or DELETE writes."""

from __future__ import annotations

from backoffice.rest.errors import RestError, invalid_put_filters, put_with_limit
from backoffice.rest.grammar.ast import Compare
from backoffice.rest.grammar.query import QueryParams
from backoffice.rest.payload import Payload
from backoffice.rest.plan.fields import Resolver
from backoffice.rest.plan.negotiate import needed_columns
from backoffice.rest.plan.types import (
    DeletePlan,
    InsertPlan,
    MutatePlan,
    PlannedField,
    PlannedLogic,
    ReadPlan,
    UpdatePlan,
)
from backoffice.rest.preferences import Preferences
from backoffice.rest.schema_cache.types import QualifiedName, SchemaCache


def plan_mutation(
    cache: SchemaCache,
    method: str,
    table: QualifiedName,
    query: QueryParams,
    preferences: Preferences,
    payload: Payload | None,
    shown: ReadPlan,
) -> MutatePlan:
    """The write. Raises PGRST105 and PGRST114 for PUT, PGRST204 for a column that is not there."""
    resolver = Resolver(cache, table)
    primary_key = cache.tables[table].primary_key
    returning: tuple[str, ...] = ()
    if preferences.returning in ("representation", "headers-only"):
        key = primary_key if method != "DELETE" else ()
        returning = needed_columns(shown, key)
    where: tuple[PlannedLogic, ...] = tuple(
        resolver.filter(item) for path, item in query.filters if not path
    ) + tuple(resolver.logic(tree) for path, tree in query.logic if not path)
    if method == "DELETE":
        return DeletePlan(table, where, returning)
    assert payload is not None
    columns = tuple(_column(resolver, name) for name in payload.keys)
    applies_defaults = preferences.missing == "default"
    if method == "PATCH":
        return UpdatePlan(table, columns, where, returning, applies_defaults)
    if method == "PUT":
        _require_primary_key(query, primary_key)
        return InsertPlan(
            table, columns, returning, "merge-duplicates", primary_key, False, where, primary_key
        )
    conflict = query.on_conflict if query.on_conflict is not None else primary_key
    return InsertPlan(
        table,
        columns,
        returning,
        preferences.resolution,
        conflict,
        applies_defaults,
        primary_key=primary_key,
    )


def _require_primary_key(query: QueryParams, primary_key: tuple[str, ...]) -> None:
    if not query.top_range.is_all:
        raise put_with_limit()
    by_equality = all(
        isinstance(item.operation, Compare)
        and item.operation.operator == "eq"
        and item.operation.quantifier is None
        and not item.negated
        for path, item in query.filters
        if not path
    )
    if (
        query.logic
        or not primary_key
        or query.filter_names != frozenset(primary_key)
        or not by_equality
    ):
        raise invalid_put_filters()


def _column(resolver: Resolver, name: str) -> PlannedField:
    field = resolver.body_column(name)
    if field is None:
        raise RestError(
            400,
            "PGRST204",
            f"Could not find the '{name}' column of '{resolver.table.name}' in the schema cache",
        )
    return field
