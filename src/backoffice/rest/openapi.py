"""The root: what the exposed schema offers, as OpenAPI 2.0."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from psycopg.pq.abc import PGresult

from backoffice.rest.config import RestConfig
from backoffice.rest.errors import openapi_disabled
from backoffice.rest.request import ApiRequest
from backoffice.rest.response import Response
from backoffice.rest.schema_cache.types import SchemaCache
from backoffice.rest.sql.statement import Statement

Run = Callable[[Statement], Awaitable[PGresult]]


async def describe_root(
    request: ApiRequest, cache: SchemaCache, config: RestConfig, run: Run
) -> Response:
    raise openapi_disabled()
