"""Whole statements: one row with the totals, the body and what the database says to the response.

Columns, in this order, which plans show: `total`, `page_total`, for writes `location`, `body`,
`response.headers`, `response.status`, and for inserts `pgrst.inserted`.
"""

from __future__ import annotations

from backoffice.rest.plan.types import (
    SOURCE,
    CallPlan,
    Handler,
    InsertPlan,
    MutatePlan,
    ReadPlan,
)
from backoffice.rest.ranges import ALL_ROWS
from backoffice.rest.schema_cache.types import Routine
from backoffice.rest.sql.call import call
from backoffice.rest.sql.fragments import Fragment, identifier, literal, qualified
from backoffice.rest.sql.mutate import mutation
from backoffice.rest.sql.read import count_rows, select

_SETTINGS = (
    ", nullif(current_setting('response.headers', true), '')"
    ", nullif(current_setting('response.status', true), '')"
)
_INSERTED = ", nullif(current_setting('pgrst.inserted', true), '')"
_ROWS = "_postgrest_t"
# A row's own text is a CSV line within parentheses.
_LINE = f"substring({_ROWS}::text, 2, length({_ROWS}::text) - 2)"


def read_statement(
    plan: ReadPlan, handler: Handler, *, counts: bool, count_limit: int | None
) -> Fragment:
    """A GET or HEAD of a table."""
    total: Fragment = ["null::bigint"]
    if counts:
        limit = f" limit {count_limit}" if count_limit is not None else ""
        counted = count_rows(plan)
        total = ["(select count(*) from (", *counted, f"{limit}) pgrst_source_count)"]
    rows = select(plan)
    if handler.kind == "csv":
        return [
            *_with_result(rows),
            "select ",
            *total,
            f", count({_ROWS}), ",
            *body(handler, None),
            _SETTINGS,
            f" from pgrst_result as {_ROWS}",
        ]
    return [
        "select ",
        *total,
        f", count({_ROWS}), ",
        *body(handler, None),
        _SETTINGS,
        " from (",
        *rows,
        f") {_ROWS}",
    ]


def mutate_statement(
    plan: MutatePlan,
    shown: ReadPlan,
    handler: Handler,
    request_body: bytes,
    *,
    is_object: bool,
    location_columns: tuple[str, ...],
) -> Fragment:
    """A POST, PATCH, PUT or DELETE of a table."""
    source = identifier(SOURCE.name)
    rows: Fragment = [f"select * from {source}"] if handler.kind == "none" else select(shown)
    location = _location(location_columns) if location_columns else "null"
    return [
        f"with {source} as (",
        *mutation(plan, request_body, is_object),
        "), pgrst_result as (",
        *rows,
        f") select '', count({_ROWS}), {location}, ",
        *body(handler, None),
        _SETTINGS,
        _INSERTED if isinstance(plan, InsertPlan) else "",
        f" from pgrst_result as {_ROWS}",
    ]


def call_statement(
    plan: CallPlan,
    shown: ReadPlan,
    handler: Handler,
    request_body: bytes,
    *,
    is_object: bool,
    counts: bool,
) -> Fragment:
    """A function call."""
    routine = plan.routine
    single = routine.returns_scalar or routine.returns_single_composite
    total: Fragment = ["null::bigint"]
    if counts:
        counted = ["select 1"] if single else count_rows(shown)
        total = ["(select count(*) from (", *counted, ") pgrst_source_count)"]
    return [
        f"with {identifier(SOURCE.name)} as (",
        *call(plan, request_body, is_object),
        "), pgrst_result as (",
        *select(shown),
        ") select ",
        *total,
        ", 1::bigint" if single else f", count({_ROWS})",
        ", ",
        *(
            [f"{_ROWS}.pgrst_scalar"]
            if _is_the_scalar(handler, plan, shown)
            else body(handler, routine)
        ),
        _SETTINGS,
        f" from pgrst_result as {_ROWS}",
    ]


def _is_the_scalar(handler: Handler, plan: CallPlan, shown: ReadPlan) -> bool:
    """Whether the body is what the function gave, in the one row there must be."""
    return (
        plan.routine.returns_scalar
        and handler.kind == "custom"
        and handler.function == handler.target
        and not shown.where
        and shown.rows == ALL_ROWS
    )


def _with_result(rows: Fragment) -> Fragment:
    return ["with pgrst_result as (", *rows, ") "]


def _location(columns: tuple[str, ...]) -> str:
    """`{key=eq.value, …}` of the row, for the `Location` header."""
    keys = ", ".join(literal(name) for name in columns)
    return (
        "(select json_agg(json_build_array(pair.key, coalesce('eq.' || pair.value, 'is.null')))"
        f" from (select row_to_json(r) as row from {identifier(SOURCE.name)} as r limit 1) as first"
        f" cross join json_each_text(first.row) as pair where pair.key in ({keys}))"
    )


def body(handler: Handler, routine: Routine | None) -> Fragment:
    """The response body, made of the rows by PostgreSQL; null if they are too many bytes."""
    made = _body(handler, routine)
    if handler.max_bytes is None:
        return made
    # PostgreSQL computes an aggregate once, however often it is written.
    scalar = routine is not None and (routine.returns_scalar or routine.returns_set_of_scalar)
    rows = f"json_agg({_ROWS}{'.pgrst_scalar' if scalar else ''})"
    if handler.kind == "csv":
        rows = f"string_agg({_LINE}, E'\\n')"
    return [
        f"case when pg_column_size({rows}) > {handler.max_bytes} then null else ",
        *made,
        " end",
    ]


def _body(handler: Handler, routine: Routine | None) -> Fragment:
    scalar = routine is not None and (routine.returns_scalar or routine.returns_set_of_scalar)
    rows = f"{_ROWS}.pgrst_scalar" if scalar else _ROWS
    one = routine is not None and (routine.returns_scalar or routine.returns_single_composite)
    match handler.kind:
        case "none":
            return ["''::text"]
        case "json" | "json-stripped" if not one:
            return [f"coalesce({_agg(rows, handler)}, '[]')"]
        case "json" | "json-stripped" | "object" | "object-stripped":
            return [f"coalesce({_agg(rows, handler, first=True)}, 'null')"]
        case "csv":
            return [_csv()]
        case "geojson":
            features = f"coalesce(json_agg(ST_AsGeoJSON({_ROWS})::json), '[]')"
            return [f"json_build_object('type', 'FeatureCollection', 'features', {features})"]
        case "custom":
            return [_custom(handler, scalar)]


def _agg(rows: str, handler: Handler, *, first: bool = False) -> str:
    value = f"json_agg({rows})" + ("->0" if first else "")
    return f"json_strip_nulls({value})" if handler.kind.endswith("stripped") else value


def _csv() -> str:
    header = (
        "(select coalesce(string_agg(head.k, ','), '') from (select case"
        " when k ~ '[\",\\n]' then '\"' || replace(k, '\"', '\"\"') || '\"' else k end as k from"
        " json_object_keys((select row_to_json(r) from pgrst_result as r limit 1)) as k) as head)"
    )
    return rf"{header} || E'\n' || coalesce(string_agg({_LINE}, E'\n'), '')"


def _custom(handler: Handler, scalar: bool) -> str:
    assert handler.function is not None
    if scalar:
        if handler.target is not None and handler.function == handler.target:
            return f"(array_agg({_ROWS}.pgrst_scalar))[1]"
        return f"{qualified(handler.function)}({_ROWS}.pgrst_scalar)"
    if handler.target is None:
        return f"{qualified(handler.function)}({_ROWS})"
    return f"{qualified(handler.function)}({_ROWS}::{qualified(handler.target)})"
