"""The whole query string of a request, parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

from backoffice.rest.errors import parse_error
from backoffice.rest.grammar import filters, names, order, select
from backoffice.rest.grammar.ast import (
    Compare,
    EmbedPath,
    Field,
    Filter,
    Logic,
    OrderTerm,
    SelectEmbed,
    SelectItem,
)
from backoffice.rest.grammar.failures import GrammarError
from backoffice.rest.grammar.parsec import Parser, run
from backoffice.rest.ranges import ALL_ROWS, RowRange, from_parameters

_NOT_FILTERS = {"select", "columns", "on_conflict"}
_LAST_WORDS = {"order", "limit", "offset", "and", "or"}
_PLAIN_FILTER = re.compile(
    r"(eq|neq|gte|gt|lte|lt|like|ilike|match|imatch|cs|cd|ov|sl|sr|nxr|nxl|adj)\.(.*)", re.DOTALL
)
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Deeper nesting has no honest use and would exhaust the parser's stack.
_MAX_DEPTH = 40
_MAX_PARAMETERS = 1000
_MAX_EMBEDS = 100

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class QueryParams:
    """`ranges`, `orders`, `filters` and `logic` are addressed by the embed they belong to."""

    select: tuple[SelectItem, ...] = ()
    filters: tuple[tuple[EmbedPath, Filter], ...] = ()
    logic: tuple[tuple[EmbedPath, Logic], ...] = ()
    orders: dict[EmbedPath, tuple[OrderTerm, ...]] = field(default_factory=dict)
    ranges: dict[EmbedPath, RowRange] = field(default_factory=dict)
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    filter_names: frozenset[str] = frozenset()

    @property
    def top_range(self) -> RowRange:
        """The range of the request's own rows."""
        return self.ranges.get((), ALL_ROWS)


def decode_pairs(query: bytes) -> Pairs:
    """The parameters in order, percent-decoded, `+` as blank. Raises PGRST100 for bad UTF-8."""
    pairs: Pairs = []
    for part in query.split(b"&"):
        name, equals, value = part.partition(b"=")
        if not part or not (equals or name):
            continue
        if equals:
            pairs.append((_decode(name), _decode(value)))
    if len(pairs) > _MAX_PARAMETERS:
        raise parse_error("too many query parameters", f"at most {_MAX_PARAMETERS} are accepted")
    return pairs


def _decode(text: bytes) -> str:
    if b"+" in text:
        text = text.replace(b"+", b" ")
    if b"%" in text:
        text = unquote_to_bytes(text)
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        raise parse_error("failed to decode the query string", "it is not UTF-8") from error
    if "\0" in decoded:
        raise parse_error(
            "failed to decode the query string", "a NUL character cannot be stored or compared"
        )
    return decoded


def canonical(pairs: Pairs) -> str:
    """The query string with its parameters in alphabetical order, for `Content-Location`."""
    return "&".join(
        f"{quote_plus(name)}={quote_plus(value)}" for name, value in sorted(pairs, key=_name)
    )


def _name(pair: tuple[str, str]) -> str:
    return pair[0]


@lru_cache(maxsize=1024)
def _parse(parser: Parser[Any], name: str, text: str) -> Any:
    depth = 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if depth > _MAX_DEPTH:
            raise parse_error(f'"{name[:200]}"', f"nested deeper than {_MAX_DEPTH} levels")
    try:
        return run(parser, name, text)
    except GrammarError as error:
        raise parse_error(error.place, error.expectation) from error


def parse_query(pairs: Pairs, *, is_rpc_read: bool = False) -> QueryParams:
    """The meaning of the parameters.

    For a function called by GET, what is no filter is an argument.

    Raises PGRST100 pointing at the character, PGRST103 for impossible ranges.
    """
    found: list[tuple[EmbedPath, Filter]] = []
    arguments: Pairs = []
    logic: list[tuple[EmbedPath, Logic]] = []
    orders: dict[EmbedPath, tuple[OrderTerm, ...]] = {}
    limits: dict[str, str] = {}
    offsets: dict[str, str] = {}
    single: dict[str, str] = {}
    filter_names: set[str] = set()
    for name, value in pairs:
        prefix, _, last = name.rpartition(".")
        if last in _LAST_WORDS:
            if last in ("and", "or"):
                logic.append(_logic(name, value))
            elif last == "order":
                path, _field = _tree_path(name)
                orders[path] = _parse(order.order, f"failed to parse order ({value})", value)
            else:
                (limits if last == "limit" else offsets)[prefix] = value
        elif name in _NOT_FILTERS:
            single.setdefault(name, value)
        else:
            filter_names.add(name)
            path, parsed = _filter(name, value, is_rpc_read)
            if parsed is None:
                arguments.append((names_last(name), value))
            else:
                found.append((path, parsed))
    return QueryParams(
        _select(single.get("select", "*")),
        tuple(found),
        tuple(logic),
        orders,
        _ranges(limits, offsets),
        _columns("columns", single.get("columns")),
        _columns("on_conflict", single.get("on_conflict")),
        tuple(arguments),
        frozenset(filter_names),
    )


def names_last(name: str) -> str:
    """The field a parameter's name ends with."""
    return name if _PLAIN_NAME.fullmatch(name) else _tree_path(name)[1].name


def _tree_path(name: str) -> tuple[EmbedPath, Field]:
    if _PLAIN_NAME.fullmatch(name):
        return (), Field(name)
    found: tuple[EmbedPath, Field] = _parse(
        names.tree_path, f"failed to parse tree path ({name})", name
    )
    return found


def _filter(name: str, value: str, is_rpc_read: bool) -> tuple[EmbedPath, Filter | None]:
    path, column = _tree_path(name)
    if plain := _PLAIN_FILTER.fullmatch(value):
        return path, Filter(column, Compare(plain[1], plain[2]))
    parser = filters.condition
    try:
        negated, operation = _parse(parser, f"failed to parse filter ({value})", value)
    except Exception:
        # An argument may look like anything; only what began as a filter must end as one.
        if is_rpc_read and not _begins_as_filter(value):
            return path, None
        raise
    return path, Filter(column, operation, negated)


_FILTER_BEGINNING = re.compile(r"(not|in|is|isdistinct)\.")


def _begins_as_filter(value: str) -> bool:
    return _FILTER_BEGINNING.match(value) is not None


def _logic(name: str, value: str) -> tuple[EmbedPath, Logic]:
    path, operator = _parse(filters.logic_path, f"failed to parse logic path ({name})", name)
    tree = _parse(filters.logic, f"failed to parse logic tree ({value})", operator + value)
    return path, tree


def _select(value: str) -> tuple[SelectItem, ...]:
    items: tuple[SelectItem, ...] = _parse(
        select.items, f"failed to parse select parameter ({value})", value
    )
    # Each can multiply the rows of the one around it.
    if "(" in value and _embeds(items) > _MAX_EMBEDS:
        raise parse_error("too many embedded resources", f"at most {_MAX_EMBEDS} are accepted")
    return items


def _embeds(items: tuple[SelectItem, ...]) -> int:
    return sum(1 + _embeds(item.children) for item in items if isinstance(item, SelectEmbed))


def _columns(parameter: str, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    found = _parse(names.columns, f"failed to parse {parameter} parameter ({value})", value)
    return tuple(dict.fromkeys(found))


def _ranges(limits: dict[str, str], offsets: dict[str, str]) -> dict[EmbedPath, RowRange]:
    ranges: dict[EmbedPath, RowRange] = {}
    for prefix in limits.keys() | offsets.keys():
        path: EmbedPath = ()
        if prefix:
            parents, last = _tree_path(prefix)
            path = (*parents, last.name)
        ranges[path] = from_parameters(limits.get(prefix), offsets.get(prefix))
    return ranges
