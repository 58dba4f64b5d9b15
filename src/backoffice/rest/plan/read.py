"""Plans the rows a request shows: columns, embeds, conditions, order and range at every level."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from backoffice.rest.errors import (
    aggregates_not_allowed,
    not_embedded,
    not_implemented,
    related_order_not_to_one,
)
from backoffice.rest.grammar.ast import (
    EmbedPath,
    Filter,
    Is,
    Logic,
    OrderTerm,
    SelectEmbed,
    SelectField,
    SelectItem,
)
from backoffice.rest.plan.embeds import Join, alias_for, join_of
from backoffice.rest.plan.fields import Resolver
from backoffice.rest.plan.relations import find_relationship
from backoffice.rest.plan.selects import hoist_aggregates, planned_selects, spread_fields
from backoffice.rest.plan.types import (
    Embed,
    EmbedFilter,
    EmbedMode,
    FunctionSource,
    PlannedField,
    PlannedFilter,
    PlannedGroup,
    PlannedLogic,
    PlannedOrder,
    PlannedSelect,
    ReadPlan,
)
from backoffice.rest.ranges import ALL_ROWS, RowRange
from backoffice.rest.schema_cache.types import QualifiedName, SchemaCache


@dataclass(slots=True)
class Node:
    """What the query string says about one level of the request, and about the levels below."""

    filters: list[Filter] = field(default_factory=list)
    logic: list[Logic] = field(default_factory=list)
    order: tuple[OrderTerm, ...] = ()
    rows: RowRange = ALL_ROWS
    below: dict[str, Node] = field(default_factory=dict)

    def at(self, path: EmbedPath) -> Node:
        """The level `path` leads to."""
        node = self
        for name in path:
            node = node.below.setdefault(name, Node())
        return node


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What planning needs to know besides the request."""

    cache: SchemaCache
    schema: str
    aggregates_enabled: bool
    max_rows: int | None


def plan_read(
    context: ReadContext,
    table: QualifiedName,
    items: tuple[SelectItem, ...],
    node: Node,
    *,
    source: QualifiedName | None = None,
) -> ReadPlan:
    """The plan of a request's rows; `source` are the rows of a mutation or function, as of `table`.

    Raises PGRST108, PGRST118, PGRST123, PGRST127, PGRST200 and PGRST201.
    """
    alias = table.name if source is not None else None
    level = _Level(context, table, alias, depth=0, aggregated=False, spread=False)
    return _plan_level(level, source or table, items, node, join=None, used=(alias or table.name,))


@dataclass(frozen=True, slots=True)
class _Level:
    context: ReadContext
    table: QualifiedName
    alias: str | None
    depth: int
    # An aggregate here or above makes `*` name its columns, to group by them.
    aggregated: bool
    spread: bool


def _plan_level(
    level: _Level,
    source: QualifiedName | FunctionSource,
    items: tuple[SelectItem, ...],
    node: Node,
    *,
    join: Join | None,
    used: tuple[str, ...],
) -> ReadPlan:
    context = level.context
    resolver = Resolver(context.cache, level.table)
    columns = [item for item in items if isinstance(item, SelectField)]
    children = [item for item in items if isinstance(item, SelectEmbed)]
    aggregated = level.aggregated or any(column.aggregate for column in columns)
    if not context.aggregates_enabled and any(column.aggregate for column in columns):
        raise aggregates_not_allowed()
    fields = planned_selects(resolver, columns, aggregated, level.spread)
    reference = QualifiedName("", level.alias) if level.alias is not None else level.table
    nodes = _nodes_of(children, node)
    embeds = tuple(
        _plan_embed(level, reference, child, child_node, aggregated, used)
        for child, child_node in zip(children, nodes, strict=True)
    )
    embeds = hoist_aggregates(embeds)
    logic = [resolver.logic(tree) for tree in node.logic]
    where = [resolver.filter(item) for item in node.filters]
    return ReadPlan(
        source,
        level.alias,
        fields,
        tuple(_with_embed_filters(part, embeds) for part in (*where, *logic)),
        tuple(_planned_order(resolver, term, embeds, level.table.name) for term in node.order),
        node.rows.at_most(context.max_rows),
        embeds,
        join.conditions if join else (),
        join.junction if join else None,
    )


def _nodes_of(children: list[SelectEmbed], node: Node) -> list[Node]:
    """The level of each embed: the first embed a name fits, by relation or by alias, has it."""
    nodes = [Node() for _ in children]
    for name, below in node.below.items():
        for index, child in enumerate(children):
            if name in (child.relation, child.alias):
                nodes[index] = _merged(nodes[index], below)
                break
        else:
            raise not_embedded(name)
    return nodes


def _merged(first: Node, second: Node) -> Node:
    return Node(
        first.filters + second.filters,
        first.logic + second.logic,
        second.order or first.order,
        second.rows if not second.rows.is_all else first.rows,
        {**first.below, **second.below},
    )


def _plan_embed(
    level: _Level,
    parent: QualifiedName,
    item: SelectEmbed,
    node: Node,
    aggregated: bool,
    used: tuple[str, ...],
) -> Embed:
    context = level.context
    depth = level.depth + 1
    relationship = find_relationship(context.cache, level.table, item.relation, item.hint)
    alias = alias_for(relationship.foreign_table.name, depth, used)
    join = join_of(relationship, parent, alias, depth, used)
    mode: EmbedMode = "object" if relationship.is_to_one else "array"
    if item.is_spread:
        mode = "spread-one" if relationship.is_to_one else "spread-many"
    name = item.alias or item.relation
    below = _Level(
        context,
        relationship.foreign_table,
        alias,
        depth,
        aggregated or mode == "spread-many",
        item.is_spread,
    )
    plan = _plan_level(
        below, join.source, item.children, node, join=join, used=(*used, *join.aliases)
    )
    embed = Embed(
        plan,
        name,
        alias_for(f"{level.table.name}_{name}", depth, ()),
        mode,
        item.join,
        is_empty=_is_empty(plan),
        spread=spread_fields(plan) if item.is_spread else (),
        parent_columns=join.parent_columns,
    )
    return _ordered_after_spreading(embed) if mode == "spread-many" else embed


def _is_empty(plan: ReadPlan) -> bool:
    """`rel()` joins and filters, and shows nothing."""
    return not plan.fields and all(_is_empty(embed.plan) for embed in plan.embeds)


def _ordered_after_spreading(embed: Embed) -> Embed:
    """Each column is aggregated for itself, so each must be ordered by what its rows were."""
    plan = embed.plan
    if plan.is_grouped:
        raise not_implemented(
            "Aggregates are not implemented for one-to-many or many-to-many spreads."
        )
    selects: list[tuple[str | None, PlannedSelect]] = []
    orders: list[PlannedOrder] = []
    for number, term in enumerate(plan.order, 1):
        alias = alias_for(f"{embed.aggregate_alias}_{term.field.name}", number, ())
        selects.append((term.relation, PlannedSelect(term.field, alias)))
        orders.append(replace(term, field=PlannedField(alias), relation=None))
    # The rows of a range are chosen by that order too.
    kept = plan.order if not plan.rows.is_all else ()
    return replace(
        embed,
        plan=replace(plan, order=kept),
        order_fields=tuple(selects),
        spread_order=tuple(orders),
    )


def _with_embed_filters(part: PlannedLogic, embeds: tuple[Embed, ...]) -> PlannedLogic:
    """`rel=is.null`, where `rel` is an embed and no column."""
    if isinstance(part, PlannedGroup):
        members = tuple(_with_embed_filters(member, embeds) for member in part.members)
        return replace(part, members=members)
    if (
        isinstance(part, PlannedFilter)
        and isinstance(part.operation, Is)
        and part.operation.value == "null"
        and not part.field.path
    ):
        for embed in embeds:
            if embed.name == part.field.name:
                return EmbedFilter(embed.aggregate_alias, part.negated)
    return part


def _planned_order(
    resolver: Resolver, term: OrderTerm, embeds: tuple[Embed, ...], origin: str
) -> PlannedOrder:
    if term.relation is None:
        return PlannedOrder(resolver.field(term.field), None, term.direction, term.nulls)
    embed = next((e for e in embeds if e.name == term.relation), None)
    if embed is None:
        raise not_embedded(term.relation)
    if embed.mode not in ("object", "spread-one"):
        raise related_order_not_to_one(origin, embed.name)
    field = PlannedField(term.field.name, term.field.path, wraps_json=bool(term.field.path))
    return PlannedOrder(field, embed.aggregate_alias, term.direction, term.nulls)
