"""`/privacy/v1/…`: visitors given out and erased, texts deleted by age, the audit log verified."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from uuid import UUID

import orjson
from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from backoffice.database import RequestContext
from backoffice.errors import InvalidInput, NotFound, Problem, Unavailable
from backoffice.http.bodies import DOMAIN, json_answer, read_json
from backoffice.http.callers import Callers
from backoffice.http.refused import telling
from backoffice.jobs import defer
from backoffice.privacy.erasure import Erasures, as_document
from backoffice.privacy.export import JsonDownload, VisitorExport
from backoffice.privacy.model import Erase, Retain, parse
from backoffice.privacy.retention import Retention
from backoffice.privacy.tasks import DELETE_TEXTS, NAMESPACE
from backoffice.privacy.verification import verify_and_keep
from backoffice.state import State

# A visitor that is a bot may have a hundred thousand events.
TIMEOUT = "5min"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and of which website."""

    state: State
    request: Request
    context: RequestContext
    domain: str

    def id(self, name: str) -> UUID:
        """An id of the path. Raises `NotFound` for what is none."""
        try:
            return UUID(str(self.request.path_params[name]))
        except ValueError:
            raise NotFound("There is no such visitor or receipt.") from None

    @property
    def erasures(self) -> Erasures:
        return Erasures(self.state.database, self.context, self.state.vault, self.domain)

    @property
    def retention(self) -> Retention:
        return Retention(self.state.database, self.context, self.domain)


Action = Callable[[Asked], Awaitable[Response | ASGIApp]]


def privacy_routes(state: State) -> list[BaseRoute]:
    """Every route, relative to `/privacy/v1`."""
    callers = Callers(state)
    verifying = Verifying(state)

    def route(path: str, action: Action, method: str) -> Route:
        async def answer(request: Request) -> Response | ASGIApp:
            context = callers.context(request, TIMEOUT)
            domain = request.path_params.get("domain", "")
            if "domain" in request.path_params and not DOMAIN.fullmatch(domain):
                raise NotFound("There is no such website.")
            return await action(Asked(state, request, context, domain))

        return Route(path, answer, methods=[method], name=action.__name__)

    visitor = "/domains/{domain}/visitors/{visitor}"
    return [
        route(f"{visitor}/export", export_visitor, "GET"),
        route(f"{visitor}/erasure", preview_erasure, "GET"),
        route(f"{visitor}/erasure", erase_visitor, "POST"),
        route("/domains/{domain}/erasures/{erasure}", receipt, "GET"),
        route("/domains/{domain}/retention", preview_retention, "GET"),
        route("/domains/{domain}/retention", set_retention, "PUT"),
        route("/retention/run", run_retention, "POST"),
        route("/audit/verify", verifying.answer, "POST"),
    ]


async def export_visitor(asked: Asked) -> ASGIApp:
    """All that is kept of a visitor, as a file; an entry of the audit log."""
    visitor = asked.id("visitor")
    export = VisitorExport(asked.state.database, asked.context, asked.domain, visitor)
    await export.note()
    return JsonDownload(export.chunks(), f"visitor_{asked.domain}_{visitor}.json")


async def preview_erasure(asked: Asked) -> Response:
    """What an erasure would delete; changes nothing."""
    return json_answer(await asked.erasures.preview(asked.id("visitor")))


async def erase_visitor(asked: Asked) -> Response:
    """`{confirm: "erase", others: [id]}`: erase a visitor for good; gives the receipt."""
    wanted = parse(Erase, await read_json(asked.request))
    visitors = [asked.id("visitor"), *wanted.others]
    return json_answer(await asked.erasures.erase(visitors))


async def receipt(asked: Asked) -> Response:
    """A receipt as a file."""
    found = as_document(await asked.erasures.receipt(asked.id("erasure")))
    name = f"erasure_{asked.domain}_{found['id']}.json"
    return Response(
        orjson.dumps(to_jsonable_python(found), option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def preview_retention(asked: Asked) -> Response:
    """Query: `days`. What a limit would delete now; changes nothing."""
    days = asked.request.query_params.get("days", "")
    if not days.isdecimal() or len(days) > 5:
        raise InvalidInput("days is a number from 1 to 3650.", field="days")
    return json_answer(await asked.retention.preview(int(days)))


async def set_retention(asked: Asked) -> Response:
    """`{days}`: how long texts are kept; null: without a limit."""
    wanted = parse(Retain, await read_json(asked.request))
    await asked.retention.set(wanted.days)
    return Response(status_code=204)


async def run_retention(asked: Asked) -> Response:
    """Has texts that are due deleted now, instead of at night."""
    await require_staff(asked)
    async with asked.state.database.transaction() as connection:
        await defer(
            connection,
            f"{NAMESPACE}:{DELETE_TEXTS}",
            {},
            queueing_lock="delete_texts",
            lock="delete_texts",
        )
    return Response(status_code=202)


async def require_staff(asked: Asked) -> None:
    """Raises 403 for clients."""
    with telling():
        staff = await asked.state.database.fetch_value(
            "select private.is_admin()", context=asked.context
        )
    if not staff:
        raise Problem("Only Rose staff may do this.", code="forbidden", status=403)


class Verifying:
    """Verifies the audit log for staff, one at a time in each process."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._running = False

    async def answer(self, asked: Asked) -> Response:
        """What was found of every chain."""
        await require_staff(asked)
        if self._running:
            raise Unavailable(
                "The audit log is being verified already.", headers={"Retry-After": "5"}
            )
        self._running = True
        try:
            found = await verify_and_keep(self._state.database)
        finally:
            self._running = False
        return json_answer({"checks": [asdict(check) for check in found]})
