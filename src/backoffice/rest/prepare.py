"""From an `ApiRequest` to a statement ready to run: parse, plan, negotiate, render."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backoffice.rest.config import RestConfig
from backoffice.rest.errors import (
    RestError,
    invalid_preferences,
    max_affected_of_single,
)
from backoffice.rest.grammar.query import QueryParams, canonical, decode_pairs, parse_query
from backoffice.rest.media import FORM
from backoffice.rest.payload import Payload, read_payload
from backoffice.rest.plan.call import find_routine, plan_call
from backoffice.rest.plan.mutate import plan_mutation
from backoffice.rest.plan.negotiate import negotiate, selects_everything
from backoffice.rest.plan.read import Node, ReadContext, plan_read
from backoffice.rest.plan.types import SOURCE, Handler, ReadPlan
from backoffice.rest.ranges import RowRange, intersect
from backoffice.rest.request import ApiRequest
from backoffice.rest.schema_cache.types import QualifiedName, Routine, SchemaCache
from backoffice.rest.sql.fragments import Fragment
from backoffice.rest.sql.read import count_rows
from backoffice.rest.sql.statement import Statement
from backoffice.rest.sql.statements import call_statement, mutate_statement, read_statement
from backoffice.rest.suggestions import MISSPELT_SCORE, closest

# From as many tables on the names were made by machines, and no hint is worth the search.
_SEARCHED_TABLES = 500


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request, planned and rendered. `explained` explains the count query, where that counts."""

    request: ApiRequest
    statement: Statement
    handler: Handler
    read_only: bool
    rows: RowRange
    location: str = ""
    routine: Routine | None = None
    explained: Statement | None = None
    table: QualifiedName | None = None
    echoes_resolution: bool = False


def prepare(request: ApiRequest, body: bytes, cache: SchemaCache, config: RestConfig) -> Prepared:
    """The statement of a table or function request. Raises `RestError` if it cannot be planned."""
    if request.kind == "rpc":
        return _prepare_call(request, body, cache, config)
    table = find_table(cache, request.target)
    pairs = decode_pairs(request.query)
    query = parse_query(pairs)
    if request.method in ("GET", "HEAD"):
        return _prepare_read(request, table, query, canonical(pairs), cache, config)
    return _prepare_mutation(request, table, query, body, cache, config)


def find_table(cache: SchemaCache, name: QualifiedName) -> QualifiedName:
    """The table, if there is one. Raises PGRST205."""
    if name in cache.tables:
        return name
    names = [n.name for n in cache.tables if n.schema == name.schema]
    few = names if len(names) < _SEARCHED_TABLES else []
    nearest = closest(name.name, few, minimum=MISSPELT_SCORE)
    raise RestError(
        404,
        "PGRST205",
        f"Could not find the table '{name.schema}.{name.name}' in the schema cache",
        hint=nearest and f"Perhaps you meant the table '{name.schema}.{nearest}'",
    )


def _node(query: QueryParams, top: RowRange, *, root_filters: bool, ranges: bool) -> Node:
    root = Node()
    for path, item in query.filters:
        if path or root_filters:
            root.at(path).filters.append(item)
    for tree_path, tree in query.logic:
        if tree_path or root_filters:
            root.at(tree_path).logic.append(tree)
    for order_path, terms in query.orders.items():
        root.at(order_path).order = terms
    if ranges:
        for range_path, rows in query.ranges.items():
            root.at(range_path).rows = rows
        root.rows = top
    return root


def _read_context(
    request: ApiRequest, cache: SchemaCache, config: RestConfig, max_rows: int | None
) -> ReadContext:
    return ReadContext(cache, request.target.schema, config.aggregates_enabled, max_rows)


def _handler(
    request: ApiRequest,
    identifier: QualifiedName,
    plan: ReadPlan,
    cache: SchemaCache,
    config: RestConfig,
) -> Handler:
    handler = negotiate(
        cache,
        identifier,
        request.accept,
        default_select=selects_everything(plan),
        plan_enabled=config.plan_enabled,
    )
    preferences = request.preferences
    if preferences.is_strict and preferences.invalid:
        raise invalid_preferences(preferences.invalid)
    return handler


def _bounded(handler: Handler, config: RestConfig) -> Handler:
    """With a limit to what a read holds in memory. Writes are over by then: they are shown."""
    if handler.kind in ("none", "custom", "geojson") or handler.media_type.is_plan:
        return handler
    return replace(handler, max_bytes=config.max_response_bytes)


def _statement(request: ApiRequest, handler: Handler, fragment: Fragment) -> Statement:
    media = handler.media_type
    if media.is_plan:
        options = [*media.plan_options, f"format {media.plan_format}"]
        fragment = [f"explain ({', '.join(options)}) ", *fragment]
    return Statement.of(fragment)


def _explained(request: ApiRequest, plan: ReadPlan) -> Statement | None:
    if request.preferences.count not in ("planned", "estimated"):
        return None
    return Statement.of(["explain (format json) ", *count_rows(plan)])


def _counts(request: ApiRequest) -> bool:
    return request.preferences.count in ("exact", "estimated")


def _prepare_read(
    request: ApiRequest,
    table: QualifiedName,
    query: QueryParams,
    canonical_query: str,
    cache: SchemaCache,
    config: RestConfig,
) -> Prepared:
    top = intersect(request.range, query.top_range)
    node = _node(query, top, root_filters=True, ranges=True)
    context = _read_context(request, cache, config, config.max_rows)
    plan = plan_read(context, table, query.select, node)
    handler = _handler(request, table, plan, cache, config)
    if request.method == "HEAD":
        handler = replace(handler, kind="none")
    handler = _bounded(handler, config)
    limit = None
    if request.preferences.count == "estimated" and config.max_rows is not None:
        limit = config.max_rows + 1
    fragment = read_statement(plan, handler, counts=_counts(request), count_limit=limit)
    location = f"/{table.name}" + (f"?{canonical_query}" if canonical_query else "")
    return Prepared(
        request,
        _statement(request, handler, fragment),
        handler,
        read_only=True,
        rows=top,
        location=location,
        explained=_explained(request, plan),
        table=table,
    )


def _prepare_mutation(
    request: ApiRequest,
    table: QualifiedName,
    query: QueryParams,
    body: bytes,
    cache: SchemaCache,
    config: RestConfig,
) -> Prepared:
    payload: Payload | None = None
    if request.method != "DELETE":
        columns = query.columns if request.method != "PUT" else None
        payload = read_payload(body, request.content_type, columns, is_rpc=False)
    # A mutation's rows are all shown; what it changed must not depend on a range.
    node = _node(query, RowRange(), root_filters=False, ranges=False)
    embedded = {path: rows for path, rows in query.ranges.items() if path}
    for path, rows in embedded.items():
        node.at(path).rows = rows
    context = _read_context(request, cache, config, None)
    shown = plan_read(context, table, query.select, node, source=SOURCE)
    plan = plan_mutation(cache, request.method, table, query, request.preferences, payload, shown)
    handler = _handler(request, table, shown, cache, config)
    returning = request.preferences.returning
    if returning != "representation":
        handler = replace(handler, kind="none")
    primary_key = cache.tables[table].primary_key
    with_location = request.method == "POST" and returning == "headers-only" and primary_key
    fragment = mutate_statement(
        plan,
        shown,
        handler,
        payload.body if payload else b"",
        is_object=payload.is_object if payload else False,
        location_columns=primary_key if with_location else (),
    )
    return Prepared(
        request,
        _statement(request, handler, fragment),
        handler,
        read_only=False,
        rows=query.top_range,
        table=table,
        echoes_resolution=bool(primary_key) or query.on_conflict is not None,
    )


def _prepare_call(
    request: ApiRequest, body: bytes, cache: SchemaCache, config: RestConfig
) -> Prepared:
    is_post = request.method == "POST"
    query = parse_query(decode_pairs(request.query), is_rpc_read=not is_post)
    payload = Payload(b"", ())
    if is_post:
        payload = read_payload(body, request.content_type, query.columns, is_rpc=True)
        arguments, pairs = frozenset(payload.keys), payload.pairs
    else:
        arguments, pairs = frozenset(name for name, _ in query.arguments), query.arguments
    media = request.content_type
    routine = find_routine(cache, request.target, arguments, media, is_post=is_post)
    table = QualifiedName(request.target.schema, routine.table_name)
    top = intersect(request.range, query.top_range)
    node = _node(query, top, root_filters=True, ranges=True)
    context = _read_context(request, cache, config, config.max_rows)
    shown = plan_read(context, table, query.select, node, source=SOURCE)
    handler = _handler(request, table, shown, cache, config)
    preferences = request.preferences
    if preferences.is_strict and preferences.max_affected is not None and not routine.returns_set:
        raise max_affected_of_single()
    if request.method == "HEAD":
        handler = replace(handler, kind="none")
    read_only = not is_post or routine.volatility != "volatile"
    if read_only:
        handler = _bounded(handler, config)
    known = cache.tables.get(table)
    call = plan_call(routine, arguments, pairs, shown, known.columns if known else ())
    fragment = call_statement(
        call,
        shown,
        handler,
        payload.body,
        is_object=payload.is_object or media.name == FORM,
        counts=_counts(request),
    )
    return Prepared(
        request,
        _statement(request, handler, fragment),
        handler,
        read_only=read_only,
        rows=top,
        routine=routine,
        table=table,
    )
