"""Everything under `/crm/v1`: HubSpot of each website, for Rose staff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from backoffice.crm.mapping import MappingInput
from backoffice.crm.mapping_service import Mappings
from backoffice.crm.service import Integration
from backoffice.crm.sync import Syncs
from backoffice.errors import InvalidInput, NotFound
from backoffice.http.bodies import DOMAIN, json_answer, read_json
from backoffice.http.callers import Callers
from backoffice.http.shapes import parse
from backoffice.http.signed_in import signed_in_app
from backoffice.state import State

MOST_RECORDS: Final = 500
Failed = Literal["contact", "company", "association", "note"]
Action = Callable[[Request, Integration], Awaitable[Response]]


class Start(BaseModel):
    """Which run, and whether it compares everything."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["sync", "dry_run"]
    full: bool = False


class FailedRecord(BaseModel):
    """A record that HubSpot refused."""

    model_config = ConfigDict(extra="forbid")

    object: Failed
    local_id: UUID


class Retry(BaseModel):
    """Which records to try again; none given: every one."""

    model_config = ConfigDict(extra="forbid")

    records: list[FailedRecord] | None = Field(default=None, min_length=1, max_length=MOST_RECORDS)


class Returned(BaseModel):
    """What HubSpot gave the browser."""

    model_config = ConfigDict(extra="forbid")

    state: str = Field(min_length=1, max_length=500)
    code: str = Field(min_length=1, max_length=2000)


class Pause(BaseModel):
    """Paused, or not."""

    model_config = ConfigDict(extra="forbid")

    paused: bool


def create_crm_app(state: State) -> ASGIApp:
    """The routes of this capability."""
    callers = Callers(state)

    def route(path: str, action: Action, method: str = "POST") -> Route:
        async def answer(request: Request) -> Response:
            context = callers.context(request)
            domain = str(request.path_params["domain"])
            if not DOMAIN.fullmatch(domain):
                raise NotFound("There is no such website.")
            async with httpx.AsyncClient(follow_redirects=False) as http:
                return await action(request, Integration(Syncs(state, http), context, domain))

        return Route(path, answer, methods=[method], name=action.__name__)

    async def finish(request: Request) -> Response:
        """`{state, code}`: what HubSpot gave the browser; gives the website that is connected."""
        context = callers.context(request)
        asked = parse(Returned, await read_json(request))
        domain, _, _ = asked.state.rpartition(".")
        if not DOMAIN.fullmatch(domain):
            raise InvalidInput("This did not come from HubSpot.", field="state")
        async with httpx.AsyncClient(follow_redirects=False) as http:
            await Integration(Syncs(state, http), context, domain).finish(asked.state, asked.code)
        return json_answer({"site_domain": domain})

    one = "/domains/{domain}"
    return signed_in_app(
        state.settings,
        [
            Route("/hubspot/finish", finish, methods=["POST"]),
            route(one, status, "GET"),
            route(f"{one}/connect", connect),
            route(f"{one}/pause", pause),
            route(f"{one}/disconnect", disconnect),
            route(f"{one}/properties", properties, "GET"),
            route(f"{one}/mapping", save_mapping, "PUT"),
            route(f"{one}/mapping/preview", preview_mapping),
            route(f"{one}/runs", start),
            route(f"{one}/runs/stop", stop),
            route(f"{one}/failures/retry", retry),
            route(f"{one}/failures/dismiss", dismiss),
        ],
    )


async def status(_request: Request, integration: Integration) -> Response:
    """The connection, what is mapped to what, and what is missing where nothing is configured."""
    return json_answer(await integration.status())


async def connect(_request: Request, integration: Integration) -> Response:
    """Gives the `url` where to consent."""
    return json_answer({"url": await integration.begin()})


async def pause(request: Request, integration: Integration) -> Response:
    """`{paused}`."""
    asked = parse(Pause, await read_json(request))
    await integration.pause(paused=asked.paused)
    return json_answer({"paused": asked.paused})


async def disconnect(_request: Request, integration: Integration) -> Response:
    """Gives whether HubSpot has taken its token back (`revoked`), or a job goes on trying."""
    return json_answer({"revoked": await integration.disconnect()})


async def properties(_request: Request, integration: Integration) -> Response:
    """HubSpot's properties that can be written, by object."""
    return json_answer(await mappings(integration).properties())


async def save_mapping(request: Request, integration: Integration) -> Response:
    """`{version, fields, push_notes, push_companies}`: keep it."""
    asked = parse(MappingInput, await read_json(request))
    return json_answer(await mappings(integration).save_mapping(asked))


async def preview_mapping(request: Request, integration: Integration) -> Response:
    """The same, and nothing is kept: gives `examples` and `errors`."""
    asked = parse(MappingInput, await read_json(request))
    return json_answer(await mappings(integration).preview(asked))


async def start(request: Request, integration: Integration) -> Response:
    """`{kind, full}`: begin a run; gives its id."""
    asked = parse(Start, await read_json(request))
    run_id = await integration.start(asked.kind, full=asked.full)
    return json_answer({"id": run_id}, 202)


async def stop(_request: Request, integration: Integration) -> Response:
    """Stop what runs."""
    await integration.stop()
    return json_answer({})


async def retry(request: Request, integration: Integration) -> Response:
    """`{records}`: try failed records again; without them, all."""
    asked = parse(Retry, await read_json(request))
    records: list[dict[str, Any]] | None = None
    if asked.records is not None:
        records = [each.model_dump(mode="json") for each in asked.records]
    return json_answer({"id": await integration.start("retry", full=False, records=records)}, 202)


async def dismiss(request: Request, integration: Integration) -> Response:
    """`{object, local_id}`: take it off the list."""
    asked = parse(FailedRecord, await read_json(request))
    await integration.dismiss(asked.object, asked.local_id)
    return json_answer({})


def mappings(integration: Integration) -> Mappings:
    """The same website's mapping, as the same person."""
    return Mappings(integration.syncs, integration.context, integration.site_domain)
