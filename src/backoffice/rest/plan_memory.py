"""Remembers how requests were planned: pages ask for the same things with other values."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace

from backoffice.rest.config import RestConfig
from backoffice.rest.errors import RestError
from backoffice.rest.grammar.query import canonical, parse_query
from backoffice.rest.payload import read_payload
from backoffice.rest.prepare import Prepared, prepare
from backoffice.rest.request import ApiRequest
from backoffice.rest.schema_cache.types import SchemaCache
from backoffice.rest.shape import Key, Shape, shape_of, stand_in
from backoffice.rest.sql.fragments import Param
from backoffice.rest.sql.statement import Statement

_MAX_REMEMBERED = 500
_BODY = -1

Slots = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Template:
    """A plan, and which of its parameters are values of the request; `_BODY` is its body."""

    prepared: Prepared
    slots: Slots
    explained_slots: Slots
    columns: tuple[str, ...] | None


class PlanMemory:
    """`prepare`, remembering plans by the requests' shapes until the schema cache changes."""

    def __init__(self, config: RestConfig) -> None:
        self._config = config
        self._cache: SchemaCache | None = None
        self._templates: OrderedDict[Key, _Template | None] = OrderedDict()
        # Nobody can send what stands in for values while a template is made.
        self._secret = secrets.token_hex(8)

    def prepare(self, request: ApiRequest, body: bytes, cache: SchemaCache) -> Prepared:
        """The statement of a request. Raises `RestError` if it cannot be planned."""
        shape = shape_of(request, body)
        if shape is None:
            return prepare(request, body, cache, self._config)
        if cache is not self._cache:
            self._cache = cache
            self._templates.clear()
        if shape.key in self._templates:
            self._templates.move_to_end(shape.key)
            template = self._templates[shape.key]
            if template is not None:
                return _filled(template, request, shape, body)
            return prepare(request, body, cache, self._config)
        template = self._template(request, shape, body, cache)
        self._templates[shape.key] = template
        if len(self._templates) > _MAX_REMEMBERED:
            self._templates.popitem(last=False)
        if template is not None:
            return _filled(template, request, shape, body)
        return prepare(request, body, cache, self._config)

    def _template(
        self, request: ApiRequest, shape: Shape, body: bytes, cache: SchemaCache
    ) -> _Template | None:
        words = [f"{self._secret}_{index}_" for index in range(len(shape.values))]
        query, parameters = stand_in(shape, words)
        try:
            prepared = prepare(replace(request, query=query), body, cache, self._config)
        except RestError:
            # The caller should be told in their own words.
            return None
        sent = shape.payload.body if shape.payload else body
        slots = self._slots(prepared.statement, parameters, sent)
        explained = self._slots(prepared.explained, parameters, sent)
        carried = {slot for _, slot in slots or ()}
        if slots is None or explained is None or not carried.issuperset(range(len(words))):
            return None
        columns = parse_query(shape.pairs).columns if shape.states_columns else None
        return _Template(prepared, slots, explained, columns)

    def _slots(
        self, statement: Statement | None, parameters: list[str], body: bytes
    ) -> Slots | None:
        """Which parameters are whose values; None if a value went anywhere else."""
        if statement is None:
            return ()
        if self._secret in statement.sql:
            return None
        slots: list[tuple[int, int]] = []
        for position, param in enumerate(statement.params):
            if param.value is body:
                slots.append((position, _BODY))
            elif param.value in parameters:
                slots.append((position, parameters.index(param.value)))
            elif isinstance(param.value, str) and self._secret in param.value:
                return None
        return tuple(slots)


def _filled(template: _Template, request: ApiRequest, shape: Shape, body: bytes) -> Prepared:
    prepared = template.prepared
    payload = shape.payload
    if template.columns is not None:
        is_call = request.kind == "rpc"
        payload = read_payload(body, request.content_type, template.columns, is_rpc=is_call)
    sent = payload.body if payload else body
    location = prepared.location
    if location:
        query = canonical(shape.pairs)
        location = f"/{request.target.name}" + (f"?{query}" if query else "")
    return replace(
        prepared,
        request=request,
        statement=_with_values(prepared.statement, template.slots, shape.values, sent),
        explained=prepared.explained
        and _with_values(prepared.explained, template.explained_slots, shape.values, sent),
        location=location,
    )


def _with_values(
    statement: Statement, slots: Slots, values: tuple[str, ...], body: bytes
) -> Statement:
    if not slots:
        return statement
    params = list(statement.params)
    for position, slot in slots:
        value = body if slot == _BODY else values[slot]
        params[position] = Param(value, params[position].is_binary)
    return Statement(statement.sql, tuple(params))
