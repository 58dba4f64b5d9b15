"""Inserts, updates and deletes. A body's rows are read by PostgreSQL out of the JSON as it came."""

from __future__ import annotations

from backoffice.rest.plan.types import (
    DeletePlan,
    InsertPlan,
    MutatePlan,
    PlannedField,
    UpdatePlan,
)
from backoffice.rest.schema_cache.types import QualifiedName
from backoffice.rest.sql.conditions import logic
from backoffice.rest.sql.fragments import (
    Fragment,
    Param,
    column,
    identifier,
    joined,
    literal,
    qualified,
)

_BODY = QualifiedName("", "pgrst_body")
_COUNTED = "nullif(current_setting('pgrst.inserted', true), '')"


def mutation(plan: MutatePlan, body: bytes, is_object: bool) -> Fragment:
    """The statement's data-modifying part."""
    match plan:
        case InsertPlan():
            return _insert(plan, body, is_object)
        case UpdatePlan():
            return _update(plan, body, is_object)
        case DeletePlan():
            return [
                f"delete from {qualified(plan.table)}",
                *_where([logic(plan.table, part) for part in plan.where]),
                *_returning(plan.table, plan.returning),
            ]


def _insert(plan: InsertPlan, body: bytes, is_object: bool) -> Fragment:
    names = ", ".join(identifier(c.name) for c in plan.columns)
    merges = plan.resolution == "merge-duplicates" and bool(plan.conflict_columns)
    conditions = [logic(_BODY, part) for part in plan.put_filters]
    if merges:
        conditions.append([_count_inserted(1)])
    return [
        f"insert into {qualified(plan.table)}",
        f" ({names}) " if names else " ",
        f"select {', '.join(column(_BODY, c.name) for c in plan.columns)} ",
        *rows_of_body(plan.columns, body, is_object, plan.applies_defaults),
        *_where(conditions),
        *_on_conflict(plan, merges),
        *_returning(plan.table, plan.returning),
    ]


def _on_conflict(plan: InsertPlan, merges: bool) -> Fragment:
    if plan.resolution is None or not plan.conflict_columns:
        return []
    target = ", ".join(identifier(name) for name in plan.conflict_columns)
    if not merges or not plan.columns:
        return [f" on conflict ({target}) do nothing"]
    names = [identifier(c.name) for c in plan.columns]
    sets = ", ".join(f"{name} = excluded.{name}" for name in names)
    return [f" on conflict ({target}) do update set {sets} where {_count_inserted(-1)}"]


def _count_inserted(step: int) -> str:
    """Always true; counts each row as inserted, and uncounts it when it was merged after all.

    A comparison, since that is estimated as PostgREST's is.
    """
    return (
        f"set_config('pgrst.inserted', (coalesce({_COUNTED}::int, 0) + {step})::text, true) <> ''"
    )


def _update(plan: UpdatePlan, body: bytes, is_object: bool) -> Fragment:
    if not plan.columns:
        # Nothing to set is no update; the columns are named for the select around it.
        columns = ", ".join(column(plan.table, name) for name in plan.returning) or "null"
        return [f"select {columns} from {qualified(plan.table)} where false"]
    sets = ", ".join(f"{identifier(c.name)} = {column(_BODY, c.name)}" for c in plan.columns)
    return [
        f"update {qualified(plan.table)} set {sets} ",
        *rows_of_body(plan.columns, body, is_object, plan.applies_defaults),
        *_where([logic(plan.table, part) for part in plan.where]),
        *_returning(plan.table, plan.returning),
    ]


def _where(conditions: list[Fragment]) -> Fragment:
    return [" where ", *joined(" and ", conditions)] if conditions else []


def _returning(table: QualifiedName, names: tuple[str, ...]) -> Fragment:
    return [f" returning {', '.join(column(table, name) for name in names) or '1'}"]


def rows_of_body(
    columns: tuple[PlannedField, ...],
    body: bytes,
    is_object: bool,
    applies_defaults: bool = False,
    *,
    first_only: bool = False,
) -> Fragment:
    """`from … pgrst_body`: the body's rows, each column as its type; absent keys are null.

    With `applies_defaults` they are what the table would put there.
    """
    kind = "jsonb" if applies_defaults else "json"
    parts: Fragment = ["from (select ", Param(body), f"::{kind} as json_data) pgrst_payload, "]
    value = "pgrst_payload.json_data"
    if applies_defaults:
        defaults = ", ".join(
            f"{literal(c.name)}, {c.default}" for c in columns if c.default is not None
        )
        built = f"jsonb_build_object({defaults})"
        if is_object:
            merged = f"select {built} || {value} as val"
        else:
            merged = (
                f"select jsonb_agg({built} || elem) as val from jsonb_array_elements({value}) elem"
            )
        parts.append(f"lateral ({merged}) pgrst_json_defs, ")
        value = "pgrst_json_defs.val"
    if columns:
        names = ", ".join(_coerced(c) for c in columns)
        types = ", ".join(f"{identifier(c.name)} {c.type}" for c in columns)
        function = f"{kind}_to_record" if is_object else f"{kind}_to_recordset"
        rows = f"select {names} from {function}({value}) as _({types})"
    elif is_object:
        rows = "select from (values (1)) _"
    else:
        rows = f"select from {kind}_array_elements({value}) _"
    limit = " limit 1" if first_only and not is_object else ""
    return [*parts, f"lateral ({rows}{limit}) pgrst_body"]


def _coerced(item: PlannedField) -> str:
    name = identifier(item.name)
    return f"{item.transform}({name}) as {name}" if item.transform else name
