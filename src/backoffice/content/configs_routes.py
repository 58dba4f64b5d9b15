"""`/content/v1/…/configs/…` and `…/agents/…`: what people do to configuration.

It is read over REST (`get_configuration` and its siblings); `docs/configuration.md` has the shapes.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backoffice.content.agents_store import switch_agent
from backoffice.content.configs_model import Based, Revert, Save, Switch
from backoffice.content.configs_store import Configs
from backoffice.content.sections_transfer import CONTENTS
from backoffice.content.transfer import ConfigurationFile, check_staff, export, load
from backoffice.errors import InvalidInput, NotFound
from backoffice.http.bodies import DOMAIN, json_answer, read_json
from backoffice.http.callers import Callers
from backoffice.http.shapes import check_count, parse
from backoffice.state import State

# What one setting may weigh; a whole domain's import has all of them.
MAX_SAVE: Final = 1024 * 1024
MAX_IMPORT: Final = 8 * MAX_SAVE
_SLUG: Final = re.compile(r"[a-z0-9_]{1,40}")
Action = Callable[[Request, Configs], Awaitable[Response]]


def config_routes(state: State) -> list[BaseRoute]:
    """Every route, relative to `/content/v1`."""
    callers = Callers(state)

    def route(path: str, action: Action, method: str = "POST") -> Route:
        async def answer(request: Request) -> Response:
            context = callers.context(request)
            domain = request.path_params.get("domain")
            if domain is not None and not DOMAIN.fullmatch(domain):
                raise NotFound("There is no such website.")
            return await action(request, Configs(state.database, context, domain))

        return Route(path, answer, methods=[method], name=action.__name__)

    return [
        *(
            each
            for target in ("/domains/{domain}", "/global")
            for each in (
                route(f"{target}/configs/{{slug}}", save, "PUT"),
                route(f"{target}/configs/{{slug}}/check", check),
                route(f"{target}/configs/{{slug}}/reset", reset),
                route(f"{target}/configs/{{slug}}/revert", revert),
                route(f"{target}/configs/{{slug}}/history", history, "GET"),
            )
        ),
        route("/domains/{domain}/export", export_domain, "GET"),
        route("/domains/{domain}/import", import_domain),
        route("/domains/{domain}/agents/{slug}", switch, "PUT"),
    ]


async def save(request: Request, configs: Configs) -> Response:
    """`{version, values | config, enabled}`: save what is overridden."""
    asked = parse(Save, await read_json(request, MAX_SAVE))
    return json_answer(await configs.save(_slug(request), asked))


async def check(request: Request, configs: Configs) -> Response:
    """The same, and nothing is saved."""
    asked = parse(Save, await read_json(request, MAX_SAVE))
    return json_answer(await configs.check(_slug(request), asked))


async def reset(request: Request, configs: Configs) -> Response:
    """`{version}`: back to what is inherited."""
    asked = parse(Based, await read_json(request))
    return json_answer(await configs.reset(_slug(request), asked.version))


async def revert(request: Request, configs: Configs) -> Response:
    """`{version, to}`: back to what was saved as version `to`."""
    asked = parse(Revert, await read_json(request))
    return json_answer(await configs.revert(_slug(request), asked))


async def history(request: Request, configs: Configs) -> Response:
    """The saves, newest first. Query: `limit`, and `before`, the last page's last version."""
    limit, before = _number(request, "limit") or 50, _number(request, "before")
    return json_answer({"versions": await configs.history(_slug(request), limit, before)})


async def export_domain(_request: Request, configs: Configs) -> Response:
    """Everything a website sets, as a file."""
    found = await export(configs)
    name = f"configuration_{configs.site_domain}.json"
    return Response(
        orjson.dumps(to_jsonable_python(found), option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def import_domain(request: Request, configs: Configs) -> Response:
    """Such a file again. Query: `dry_run=true` only tells; `state` is what a dry run gave."""
    dry_run = request.query_params.get("dry_run", "false")
    if dry_run not in ("true", "false"):
        raise InvalidInput("dry_run is true or false.", field="dry_run")
    await check_staff(configs)
    body = await read_json(request, MAX_IMPORT)
    sections = body.get("sections")
    named = sections if isinstance(sections, list) else []
    contents = [one.get(name) for one in named if isinstance(one, dict) for name in CONTENTS]
    for part in (body.get("configs"), body.get("agents"), *named, *contents):
        if isinstance(part, dict):
            check_count(part)
    document = parse(ConfigurationFile, body)
    found = await load(
        configs, document, dry_run=dry_run == "true", state=request.query_params.get("state")
    )
    return json_answer(found)


async def switch(request: Request, configs: Configs) -> Response:
    """`{version, enabled, reason}`: an agent on or off."""
    asked = parse(Switch, await read_json(request))
    return json_answer(await switch_agent(configs, _slug(request), asked))


def _slug(request: Request) -> str:
    slug = str(request.path_params["slug"])
    if not _SLUG.fullmatch(slug):
        raise NotFound("There is no such configuration.")
    return slug


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not re.fullmatch("[0-9]{1,10}", text) or not 0 < int(text) < 2**31:
        raise InvalidInput(f"{name} is a number from 1.", field=name)
    return int(text)
