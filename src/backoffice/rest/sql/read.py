"""The select of a read plan, and the select that counts its rows."""

from __future__ import annotations

from backoffice.rest.plan.types import (
    Embed,
    EmbedFilter,
    FunctionSource,
    PlannedField,
    PlannedGroup,
    PlannedLogic,
    PlannedSelect,
    ReadPlan,
    SpreadField,
)
from backoffice.rest.ranges import RowRange
from backoffice.rest.schema_cache.types import QualifiedName
from backoffice.rest.sql.conditions import field, join_condition, logic, order_by
from backoffice.rest.sql.fragments import (
    Fragment,
    Param,
    identifier,
    joined,
    qualified,
    type_name,
)

_EVERYTHING = PlannedSelect(PlannedField("*"))


def select(
    plan: ReadPlan,
    order_fields: tuple[tuple[str | None, PlannedSelect], ...] = (),
    *,
    as_jsonb: bool = True,
) -> Fragment:
    """The rows of a plan, embeds as jsonb: PostgREST shows them so, to the byte.

    What is within such an embed need not be jsonb itself.
    """
    reference = plan.reference
    grouped = plan.is_grouped
    as_jsonb = as_jsonb or grouped
    columns = [_column(reference, item) for item in plan.fields]
    keys = [not item.aggregate for item in plan.fields]
    if not columns and not plan.embeds:
        columns, keys = [_column(reference, _EVERYTHING)], [True]
    for owner, item in order_fields:
        columns.append(_column(QualifiedName("", owner) if owner else reference, item))
        keys.append(True)
    for embed in plan.embeds:
        for shown, is_key in _embed_columns(embed, as_jsonb):
            columns.append(shown)
            keys.append(is_key)
    joins: Fragment = [part for embed in plan.embeds for part in _lateral(embed, as_jsonb)]
    return [
        "select ",
        *joined(", ", columns),
        *_from(plan),
        *joins,
        *_where(
            [*(logic(reference, part) for part in plan.where), *map(join_condition, plan.joins)]
        ),
        *(_group_by(keys) if grouped else []),
        *order_by(reference, plan.order),
        *limit_offset(plan.rows),
    ]


def _column(reference: QualifiedName, item: PlannedSelect) -> Fragment:
    value = field(reference, item.field)
    if item.field.transform:
        value = [f"{item.field.transform}(", *value, ")"]
    value = _cast(value, item.cast)
    value = _aggregated(value, item.aggregate, item.aggregate_cast)
    return [*value, f" as {identifier(item.alias)}"] if item.alias is not None else value


def _cast(value: Fragment, cast: str | None) -> Fragment:
    return ["cast(", *value, f" as {type_name(cast)})"] if cast is not None else value


def _aggregated(value: Fragment, aggregate: str | None, cast: str | None) -> Fragment:
    return _cast([f"{aggregate}(", *value, ")"], cast) if aggregate else value


def _embed_columns(embed: Embed, as_jsonb: bool) -> list[tuple[Fragment, bool]]:
    alias = identifier(embed.aggregate_alias)
    as_key = "::jsonb" if as_jsonb else ""
    match embed.mode:
        case "object" | "array" if embed.is_empty:
            return []
        case "object":
            return [([f"row_to_json({alias}.*){as_key} as {identifier(embed.name)}"], True)]
        case "array":
            rows = f"coalesce({alias}.{alias}, '[]'){as_key}"
            return [([f"{rows} as {identifier(embed.name)}"], True)]
    return [(_spread_column(alias, item), not item.aggregate) for item in embed.spread]


def _spread_column(alias: str, item: SpreadField) -> Fragment:
    name = "*" if item.name == "*" else identifier(item.name)
    value = _aggregated([f"{alias}.{name}"], item.aggregate, item.aggregate_cast)
    return [*value, f" as {identifier(item.alias)}"] if item.alias is not None else value


def _lateral(embed: Embed, as_jsonb: bool) -> Fragment:
    alias = identifier(embed.aggregate_alias)
    join = " inner" if embed.join == "inner" else " left"
    # What a spread shows is grouped by above; what is within an object is not.
    inner_jsonb = as_jsonb and embed.mode == "spread-one"
    rows = select(embed.plan, embed.order_fields, as_jsonb=inner_jsonb)
    if embed.mode in ("object", "spread-one"):
        return [f"{join} join lateral (", *rows, f") as {alias} on true"]
    condition = f"{alias} is not null" if embed.join == "inner" else "true"
    aggregates: Fragment = [f"json_agg({alias}) as {alias}"]
    if embed.mode == "spread-many":
        own = QualifiedName("", embed.aggregate_alias)
        for item in embed.spread:
            name = identifier(item.name)
            aggregates += [f", coalesce(json_agg({alias}.{name}"]
            aggregates += order_by(own, embed.spread_order)
            cast = "::jsonb" if as_jsonb else ""
            aggregates += [f"), '[]'){cast} as {identifier(item.alias or item.name)}"]
    inner: Fragment = ["select ", *aggregates, " from (", *rows, f") as {alias}"]
    return [f"{join} join lateral (", *inner, f") as {alias} on {condition}"]


def _from(plan: ReadPlan) -> Fragment:
    source = plan.source
    if isinstance(source, FunctionSource):
        # The cast chooses among overloads when the argument is a row of the statement's own.
        argument = f"{identifier(source.argument.name)}::{qualified(source.argument_type)}"
        text = f" from {qualified(source.function)}({argument})"
    else:
        text = f" from {qualified(source)}"
    if plan.alias is not None:
        text += f" as {identifier(plan.alias)}"
    if plan.junction is not None:
        table, alias = plan.junction
        text += f", {qualified(table)} as {identifier(alias)}"
    return [text]


def _where(conditions: list[Fragment]) -> Fragment:
    return [" where ", *joined(" and ", conditions)] if conditions else []


def _group_by(keys: list[bool]) -> Fragment:
    # By position: an expression with parameters would not equal itself.
    positions = [str(position) for position, is_key in enumerate(keys, 1) if is_key]
    return [f" group by {', '.join(positions)}"] if positions else []


def limit_offset(rows: RowRange) -> Fragment:
    """The range, or nothing when it is everything."""
    parts: Fragment = []
    if rows.limit is not None:
        # A number, and no parameter: PostgreSQL then keeps one plan for the prepared statement.
        # Not knowing the limit it would plan every execution anew, at twice the cost.
        parts.append(f" limit {int(rows.limit)}")
    if rows.offset:
        parts += [" offset ", Param(str(rows.offset))]
    return parts


def count_rows(plan: ReadPlan) -> Fragment:
    """`select 1` for each row of the plan, its range aside.

    Inner joins and filters on embeds narrow the rows, as `exists`: a join would multiply them.
    """
    conditions = [_counted(plan, part) for part in plan.where]
    conditions += [join_condition(join) for join in plan.joins]
    conditions += [_exists(e) for e in plan.embeds if e.join == "inner"]
    return ["select 1", *_from(plan), *_where(conditions)]


def _exists(embed: Embed) -> Fragment:
    return ["exists (", *count_rows(embed.plan), ")"]


def _counted(plan: ReadPlan, part: PlannedLogic) -> Fragment:
    if isinstance(part, EmbedFilter):
        embed = next(e for e in plan.embeds if e.aggregate_alias == part.aggregate_alias)
        return [*([] if part.negated else ["not "]), *_exists(embed)]
    if isinstance(part, PlannedGroup):
        members = joined(f" {part.operator} ", (_counted(plan, m) for m in part.members))
        return ["not (" if part.negated else "(", *members, ")"]
    return logic(plan.reference, part)
