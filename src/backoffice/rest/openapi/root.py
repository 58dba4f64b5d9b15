"""Answers `GET /`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache as remembered
from importlib.resources import files

import orjson
from psycopg.pq.abc import PGresult

from backoffice.rest.config import RestConfig
from backoffice.rest.errors import openapi_disabled, unacceptable_media
from backoffice.rest.media import ANY, JSON, OPENAPI, MediaType
from backoffice.rest.openapi.document import document
from backoffice.rest.request import ApiRequest
from backoffice.rest.response import HeaderList, Response
from backoffice.rest.schema_cache.types import SchemaCache
from backoffice.rest.sql.fragments import Param
from backoffice.rest.sql.statement import Statement

Run = Callable[[Statement], Awaitable[PGresult]]


@remembered
def _accessible() -> str:
    return (files(__package__) / "accessible.sql").read_text()


async def describe_root(
    request: ApiRequest, cache: SchemaCache, config: RestConfig, run: Run
) -> Response:
    """The document. Raises PGRST107 and PGRST126."""
    if config.openapi_mode == "disabled":
        raise openapi_disabled()
    if not any(media.name in (OPENAPI, JSON, ANY) for media in request.accept):
        raise unacceptable_media([media.mime() for media in request.accept])
    schema = request.target.schema
    result = await run(Statement(_accessible(), (Param(schema),)))
    names = set(orjson.loads(result.get_value(0, 0) or b"[]"))
    functions = set(orjson.loads(result.get_value(0, 1) or b"[]"))
    comment = result.get_value(0, 2)
    sees_all = config.openapi_mode == "ignore-privileges"
    tables = [
        table
        for name, table in cache.tables.items()
        if name.schema == schema and (sees_all or name.name in names)
    ]
    routines = [
        routine
        for name, overloads in cache.routines.items()
        for routine in overloads
        if name.schema == schema and (sees_all or name.name in functions)
    ]
    # PostgREST reads the functions in the request's transaction, ignoring privileges it does not.
    visible = () if sees_all else (schema, *config.extra_search_path)
    described = comment.decode() if comment else None
    body = orjson.dumps(document(tables, routines, cache, config, described, visible))
    headers: HeaderList = [(b"content-type", MediaType(OPENAPI).content_type())]
    if request.by_profile:
        headers.append((b"content-profile", schema.encode()))
    return Response(200, headers, b"" if request.method == "HEAD" else body)
