"""Fields, conditions and sort keys."""

from __future__ import annotations

from backoffice.rest.grammar.ast import Compare, In, Is, JsonStep, TextSearch
from backoffice.rest.plan.types import (
    EmbedFilter,
    JoinCondition,
    PlannedField,
    PlannedFilter,
    PlannedLogic,
    PlannedOrder,
)
from backoffice.rest.schema_cache.types import QualifiedName
from backoffice.rest.sql.fragments import (
    Fragment,
    Param,
    array_literal,
    column,
    identifier,
    joined,
    qualified,
)

_OPERATORS = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "like",
    "ilike": "ilike",
    "match": "~",
    "imatch": "~*",
    "cs": "@>",
    "cd": "<@",
    "ov": "&&",
    "sl": "<<",
    "sr": ">>",
    "nxr": "&<",
    "nxl": "&>",
    "adj": "-|-",
    "isdistinct": "is distinct from",
}
_SEARCHES = {
    "fts": "to_tsquery",
    "plfts": "plainto_tsquery",
    "phfts": "phraseto_tsquery",
    "wfts": "websearch_to_tsquery",
}
_IS = {
    "null": "null",
    "not_null": "not null",
    "true": "true",
    "false": "false",
    "unknown": "unknown",
}


def field(reference: QualifiedName, item: PlannedField) -> Fragment:
    """A column's value, as stored."""
    if item.is_whole_row:
        return [qualified(reference)]
    plain = column(reference, item.name)
    value: Fragment = [plain]
    if item.path:
        value = [f"to_jsonb({plain})" if item.wraps_json else plain, *_json_path(item.path)]
    if item.searches:
        config: Fragment = [Param(item.search_config), ", "] if item.search_config else []
        return ["to_tsvector(", *config, *value, ")"]
    return value


def _json_path(path: tuple[JsonStep, ...]) -> Fragment:
    parts: Fragment = []
    for step in path:
        parts += ["->>" if step.as_text else "->", Param(step.operand)]
        if step.is_index:
            parts.append("::int")
    return parts


def condition(reference: QualifiedName, item: PlannedFilter) -> Fragment:
    """A boolean expression."""
    negation = "not " if item.negated else ""
    return [negation, *field(reference, item.field), " ", *_operation(item)]


def _operation(item: PlannedFilter) -> Fragment:
    operation, transform = item.operation, item.field.transform
    match operation:
        case Is(value):
            return [f"is {_IS[value]}"]
        case In(values):
            return _one_of(values, transform)
        case TextSearch(operator, config, value):
            arguments: Fragment = [Param(config), ", "] if config else []
            return [f"@@ {_SEARCHES[operator]}(", *arguments, Param(value), ")"]
        case Compare(operator, value, quantifier):
            if operator in ("like", "ilike"):
                operand: Fragment = [Param(value.replace("*", "%"))]
            else:
                operand = _read(Param(value), transform)
            if quantifier:
                operand = [f"{quantifier}(", *operand, ")"]
            return [_OPERATORS[operator], " ", *operand]


def _read(value: Param, transform: str | None) -> Fragment:
    return [f"{transform}(", value, ")"] if transform else [value]


def _one_of(values: tuple[str, ...], transform: str | None) -> Fragment:
    # One array: `in ()` would be no SQL, and every length another statement to parse.
    array = Param("{}" if values == ("",) else array_literal(values))
    if transform:
        return [f"= any (select {transform}(unnest(", array, "::text[])))"]
    return ["= any (", array, ")"]


def logic(reference: QualifiedName, item: PlannedLogic) -> Fragment:
    """A tree of conditions."""
    if isinstance(item, PlannedFilter):
        return condition(reference, item)
    if isinstance(item, EmbedFilter):
        negation = "" if item.negated else "not "
        return [f"{identifier(item.aggregate_alias)} is {negation}distinct from null"]
    members = joined(f" {item.operator} ", (logic(reference, member) for member in item.members))
    return ["not (" if item.negated else "(", *members, ")"]


def join_condition(item: JoinCondition) -> Fragment:
    """Two columns are equal."""
    return [f"{column(*item.left)} = {column(*item.right)}"]


def order_by(reference: QualifiedName, terms: tuple[PlannedOrder, ...]) -> Fragment:
    """An order by clause, or nothing."""
    return [" order by ", *joined(", ", (_term(reference, t) for t in terms))] if terms else []


def _term(reference: QualifiedName, term: PlannedOrder) -> Fragment:
    owner = QualifiedName("", term.relation) if term.relation is not None else reference
    parts = field(owner, term.field)
    if term.direction:
        parts = [*parts, f" {term.direction}"]
    if term.nulls:
        parts = [*parts, f" nulls {term.nulls.removeprefix('nulls')}"]
    return parts
