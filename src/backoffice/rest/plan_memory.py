"""Remembers how reads were planned: pages ask for the same things again and again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from backoffice.rest.config import RestConfig
from backoffice.rest.prepare import Prepared, prepare
from backoffice.rest.request import ApiRequest
from backoffice.rest.schema_cache.types import SchemaCache

_MAX_REMEMBERED = 500
_MAX_QUERY_BYTES = 2048

Key = tuple[object, ...]


class PlanMemory:
    """`prepare`, remembering reads of tables until the schema cache changes."""

    def __init__(self, config: RestConfig) -> None:
        self._config = config
        self._cache: SchemaCache | None = None
        self._plans: OrderedDict[Key, Prepared] = OrderedDict()

    def prepare(self, request: ApiRequest, body: bytes, cache: SchemaCache) -> Prepared:
        """The statement of a request. Raises `RestError` if it cannot be planned."""
        is_read = request.kind == "table" and request.method in ("GET", "HEAD")
        if not is_read or len(request.query) > _MAX_QUERY_BYTES:
            return prepare(request, body, cache, self._config)
        if cache is not self._cache:
            self._cache = cache
            self._plans.clear()
        # Everything of the request that a plan depends on.
        key = (
            request.method,
            request.target,
            request.query,
            request.accept,
            request.preferences,
            request.range,
        )
        known = self._plans.get(key)
        if known is not None:
            self._plans.move_to_end(key)
            return replace(known, request=request)
        prepared = prepare(request, body, cache, self._config)
        self._plans[key] = prepared
        if len(self._plans) > _MAX_REMEMBERED:
            self._plans.popitem(last=False)
        return prepared
