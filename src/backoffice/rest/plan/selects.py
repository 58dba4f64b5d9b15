"""Output columns: stars, aliases, spreading, and aggregates over spread rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backoffice.rest.grammar.ast import SelectField
from backoffice.rest.plan.fields import Resolver
from backoffice.rest.plan.types import (
    Embed,
    PlannedField,
    PlannedSelect,
    ReadPlan,
    SpreadField,
)


def planned_selects(
    resolver: Resolver, items: Iterable[SelectField], aggregated: bool, spread: bool
) -> tuple[PlannedSelect, ...]:
    """The columns of one level.

    `*` is spelled out where its columns must be grouped by, spread, or shown by a representation.
    """
    spells_star = aggregated or resolver.has_representations
    selects: list[PlannedSelect] = []
    for item in items:
        is_star = item.field.name == "*" and not item.field.path
        if is_star and item.aggregate is None and spells_star:
            selects.extend(
                _with_alias(PlannedSelect(resolver.shown_column(column)), spread)
                for column in resolver.columns.values()
            )
            continue
        field = resolver.output(item.field)
        if is_star and item.aggregate == "count" and spread:
            field = replace(field, is_whole_row=True)
        select = PlannedSelect(field, item.alias, item.cast, item.aggregate, item.aggregate_cast)
        selects.append(_with_alias(select, spread))
    return tuple(selects)


def _with_alias(select: PlannedSelect, spread: bool) -> PlannedSelect:
    if select.alias is not None:
        return select
    if select.aggregate is not None:
        return replace(select, alias=select.aggregate) if spread else select
    if select.field.path:
        return replace(select, alias=_last_key(select.field))
    if select.field.transform is not None:
        return replace(select, alias=select.field.name)
    return select


def _last_key(field: PlannedField) -> str:
    """`data->a->0` is shown as `a`, `data->0` as `data`."""
    keys = (step.operand for step in reversed(field.path) if not step.is_index)
    return next(keys, field.name)


def spread_fields(plan: ReadPlan) -> tuple[SpreadField, ...]:
    """The columns of a spread embed, its own embeds' included, as its parent names them."""
    own = [
        SpreadField(
            select.alias or select.field.name,
            select.alias if select.aggregate else None,
            select.aggregate,
            select.aggregate_cast,
        )
        for select in plan.fields
    ]
    below: list[SpreadField] = []
    for embed in plan.embeds:
        if embed.mode in ("spread-one", "spread-many"):
            below.extend(
                SpreadField(s.alias or s.name, s.alias, s.aggregate, s.aggregate_cast)
                for s in embed.spread
            )
        elif not embed.is_empty:
            below.append(SpreadField(embed.name))
    return (*own, *below)


def hoist_aggregates(embeds: tuple[Embed, ...]) -> tuple[Embed, ...]:
    """Leave the aggregates of to-one spreads to the select that shows them (`Embed.spread`).

    Within the spread each would see one row; above, it sees all that are grouped together.
    """
    return tuple(_plain(e) if e.mode == "spread-one" else e for e in embeds)


def _plain(embed: Embed) -> Embed:
    plan = embed.plan
    fields = tuple(replace(f, aggregate=None, aggregate_cast=None) for f in plan.fields)
    below = tuple(
        replace(e, spread=tuple(SpreadField(s.name, s.alias) for s in e.spread))
        if e.mode == "spread-one"
        else e
        for e in plan.embeds
    )
    return replace(embed, plan=replace(plan, fields=fields, embeds=below))
