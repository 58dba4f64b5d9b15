"""`GET /export/v1/{list}.{csv|json}`: the rows that a page's filter finds, as a file.

Query: `domains` (comma-separated; all that the caller may see when it is missing), `filter` (the
JSON argument of the list's functions) and `sort`. `Authorization: Bearer` carries the access
token, as for REST.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from backoffice.database import RequestContext
from backoffice.errors import NotFound, Problem, Unavailable
from backoffice.exports.formats import FORMATS
from backoffice.exports.registry import EXPORTS
from backoffice.exports.response import ExportResponse
from backoffice.exports.wanted import Wanted
from backoffice.http.callers import Callers
from backoffice.http.signed_in import signed_in_app
from backoffice.state import State

# Each holds a connection for as long as its reader takes; the others are for the pages.
MAX_RUNNING = 3
MAX_MINUTES = 15
MAX_FILTER_LENGTH = 20_000


def create_export_app(state: State) -> ASGIApp:
    """Everything under `/export/v1`."""
    return signed_in_app(
        state.settings,
        [Route("/{name}.{extension}", ExportRoute(state), methods=["GET"])],
        methods=["GET"],
        exposed_headers=["content-disposition", "x-total-count"],
    )


class ExportRoute:
    """Answers who may see a list with the rows they may see."""

    def __init__(self, state: State) -> None:
        self._database = state.database
        self._callers = Callers(state)
        self._free = MAX_RUNNING

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        context = self._context(request)
        wanted = read_wanted(request)
        async with self._place():
            response = ExportResponse(self._database, context, wanted, filename_of(request, wanted))
            await response(scope, receive, send)

    def _context(self, request: Request) -> RequestContext:
        context = self._callers.context(request, timeout=f"{MAX_MINUTES}min")
        return replace(
            context,
            settings={**context.settings, "timezone": "UTC"},
            read_only=True,
            one_snapshot=True,
        )

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._free == 0:
            raise Unavailable(
                "Other exports are running; try again in a moment.", headers={"Retry-After": "10"}
            )
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


def read_wanted(request: Request) -> Wanted:
    """What the address asks for. Raises the `Problem` with it."""
    export = EXPORTS.get(request.path_params["name"])
    form = FORMATS.get(request.path_params["extension"])
    if export is None or form is None:
        raise NotFound("There is no such export.")
    query = request.query_params
    if unknown := set(query) - {"domains", "filter", "sort"}:
        raise Problem(f"There is no parameter {min(unknown)!r}.", field=min(unknown))
    sort = query.get("sort") or export.sorts[0]
    if sort not in export.sorts:
        raise Problem(f"sort must be one of {', '.join(export.sorts)}.", field="sort")
    domains = query.get("domains")
    return Wanted(
        export=export,
        format=form,
        domains=[name.strip() for name in domains.split(",")] if domains else None,
        filter=_read_filter(query.get("filter") or "{}"),
        sort=sort,
    )


def _read_filter(text: str) -> str:
    try:
        value = json.loads(text) if len(text) <= MAX_FILTER_LENGTH else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or "\\u0000" in text:
        raise Problem("filter must be a JSON object.", field="filter")
    return text


def filename_of(request: Request, wanted: Wanted) -> str:
    """`conversations_example.com_2026-11-01_2026-11-28.csv`: letters that every system takes."""
    found = json.loads(wanted.filter)
    domain = wanted.domains[0] if wanted.domains and len(wanted.domains) == 1 else "all-domains"
    parts = [wanted.export.name, domain, found.get("from"), found.get("to")]
    safe = [re.sub(r"[^A-Za-z0-9.-]+", "-", str(part))[:80] for part in parts if part]
    return f"{'_'.join(safe)}.{request.path_params['extension']}"
