"""OPTIONS: which methods a resource has."""

from __future__ import annotations

from backoffice.rest.plan.call import unknown_routine
from backoffice.rest.prepare import find_table
from backoffice.rest.request import ApiRequest
from backoffice.rest.response import Response
from backoffice.rest.schema_cache.types import SchemaCache


def allowed_methods(request: ApiRequest, cache: SchemaCache) -> Response:
    """The `Allow` header. Raises PGRST202 or PGRST205 for what is not there."""
    headers = [(b"allow", _methods(request, cache).encode())]
    if request.headers.get("origin") is None:
        headers.append((b"access-control-allow-origin", b"*"))
    return Response(200, headers, b"")


def _methods(request: ApiRequest, cache: SchemaCache) -> str:
    if request.kind == "root":
        return "OPTIONS,GET,HEAD"
    if request.kind == "rpc":
        routines = cache.routines.get(request.target)
        if not routines:
            raise unknown_routine(cache, request.target)
        volatile = all(r.volatility == "volatile" for r in routines)
        return "OPTIONS,POST" if volatile else "OPTIONS,GET,HEAD,POST"
    table = cache.tables[find_table(cache, request.target)]
    methods = ["OPTIONS,GET,HEAD"]
    if table.insertable:
        methods.append("POST")
    if table.insertable and table.updatable and table.primary_key:
        methods.append("PUT")
    if table.updatable:
        methods.append("PATCH")
    if table.deletable:
        methods.append("DELETE")
    return ",".join(methods)
