"""What of a request decides its statement, apart from the values the statement only carries.

Two requests of one shape differ in their statements' parameters alone, so one plan serves both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from backoffice.rest.errors import RestError
from backoffice.rest.grammar.query import Pairs, decode_pairs
from backoffice.rest.media import JSON
from backoffice.rest.payload import Payload, read_payload
from backoffice.rest.request import ApiRequest
from backoffice.rest.sql.fragments import array_literal

_MAX_BYTES = 4096
_STRUCTURE = frozenset(
    ("select", "columns", "on_conflict", "order", "limit", "offset", "and", "or")
)
_COMPARES = re.compile(
    r"(eq|neq|gte|gt|lte|lt|match|imatch|cs|cd|ov|sl|sr|nxr|nxl|adj|like|ilike)\.(.*)", re.DOTALL
)
# Lists whose elements stand for themselves; others are left to the grammar.
_LISTS = re.compile(r"in\.\((?!\s)([^\"()\\]*)\)")
# What a function's argument cannot be taken for: a filter.
_ARGUMENT = re.compile(r"[^a-z].*|[^.]*", re.DOTALL)

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """`key` decides the statement; `values` are parameters of it, in the order of `stand_ins`."""

    key: Key
    pairs: Pairs
    values: tuple[str, ...]
    parts: tuple[str, ...]
    payload: Payload | None
    states_columns: bool


def shape_of(request: ApiRequest, body: bytes) -> Shape | None:
    """The request's shape; None for requests that are better planned one by one."""
    if len(request.query) > _MAX_BYTES:
        return None
    pairs = decode_pairs(request.query)
    values: list[str] = []
    parts: list[str] = []
    is_call = request.kind == "rpc"
    for name, value in pairs:
        form = None
        if name.rpartition(".")[2] not in _STRUCTURE:
            form = _carried(value, values, is_argument=is_call)
        parts.append(value if form is None else form)
    payload, states_columns = None, any(name == "columns" for name, _ in pairs)
    if request.method in ("POST", "PATCH", "PUT"):
        if request.content_type.name != JSON or (states_columns and request.method == "PUT"):
            return None
        if not states_columns:
            try:
                payload = read_payload(body, request.content_type, None, is_rpc=is_call)
            except RestError:
                return None
            if sum(map(len, payload.keys)) > _MAX_BYTES:
                return None
    headers = request.headers
    key = (
        request.method,
        request.kind,
        request.target,
        tuple(name for name, _ in pairs),
        tuple(parts),
        headers.get("accept"),
        headers.get("content-type"),
        headers.prefer,
        request.range,
        payload and (payload.keys, payload.is_object),
        states_columns and body.lstrip(b" \t\r\n")[:1] == b"{",
    )
    return Shape(key, pairs, tuple(values), tuple(parts), payload, states_columns)


def _carried(value: str, values: list[str], *, is_argument: bool) -> str | None:
    """Note the value's parameter and give its form, which says how to write another in its place.

    A form begins with a NUL, which no decoded value can contain.
    """
    if compares := _COMPARES.fullmatch(value):
        operator, operand = compares[1], compares[2]
        likes = operator in ("like", "ilike")
        values.append(operand.replace("*", "%") if likes else operand)
        return f"\0{operator}."
    if lists := _LISTS.fullmatch(value):
        values.append(_list(lists[1]))
        return "\0in."
    if is_argument and _ARGUMENT.fullmatch(value):
        values.append(value)
        return "\0"
    return None


def _list(text: str) -> str:
    elements = text.split(",")
    return "{}" if elements == [""] else array_literal(elements)


def stand_in(shape: Shape, words: list[str]) -> tuple[bytes, list[str]]:
    """A query of the same shape with a word for each value, and the parameters these become."""
    remaining = iter(words)
    parts: list[str] = []
    parameters: list[str] = []
    for (name, value), part in zip(shape.pairs, shape.parts, strict=True):
        text = value
        if part.startswith("\0"):
            word = next(remaining)
            is_list = part == "\0in."
            text = f"in.({word})" if is_list else part[1:] + word
            parameters.append(_list(word) if is_list else word)
        parts.append(f"{quote(name, safe='')}={quote(text, safe='')}")
    return "&".join(parts).encode(), parameters
