"""`/content/v1/sections/…`: what people do to AI Sections. Lists and versions are read over REST.

Every answer is `{"section": the row, "removed": what was left out of its CSS}` unless said
otherwise; mistakes come back for each field, conflicts with both versions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backoffice.content.css import CleanCss
from backoffice.content.sections_model import (
    Based,
    Copy,
    Creation,
    Order,
    Revert,
    Save,
    Switch,
    Typed,
    cleaned_css,
)
from backoffice.content.sections_store import Section, Sections
from backoffice.errors import NotFound
from backoffice.http.bodies import DOMAIN, json_answer, read_json
from backoffice.http.callers import Callers
from backoffice.http.refused import FieldError, InvalidFields
from backoffice.http.shapes import parse
from backoffice.state import State

Action = Callable[[Request, Sections], Awaitable[Response]]


def section_routes(state: State) -> list[BaseRoute]:
    """Every route, relative to `/content/v1`."""
    callers = Callers(state)

    def route(path: str, action: Action, method: str = "POST") -> Route:
        async def answer(request: Request) -> Response:
            context = callers.context(request)
            return await action(request, Sections(state.database, context))

        return Route(path, answer, methods=[method], name=action.__name__)

    one = "/sections/{domain}/{id}"
    return [
        route("/section-css", clean),
        route("/sections/{domain}", create),
        route("/sections/{domain}/order", order, "PUT"),
        route(one, save, "PUT"),
        route(one, delete, "DELETE"),
        route(f"{one}/publish", publish),
        route(f"{one}/unpublish", unpublish),
        route(f"{one}/enabled", switch, "PUT"),
        route(f"{one}/revert", revert),
        route(f"{one}/duplicate", duplicate),
        route(f"{one}/archive", archive),
        route(f"{one}/restore", restore),
    ]


async def create(request: Request, sections: Sections) -> Response:
    """`{slug, content}`: a new draft. 201."""
    asked = parse(Creation, await read_json(request))
    cleaned = await asked.content.cleaned()
    section = await sections.create(_domain(request), asked.slug, asked.content, cleaned.css)
    return _answer(section, cleaned, 201)


async def save(request: Request, sections: Sections) -> Response:
    """`{version, slug, content}`: a new version of the draft."""
    asked = parse(Save, await read_json(request))
    cleaned = await asked.content.cleaned()
    section = await sections.save(*_one(request), asked, cleaned.css)
    return _answer(section, cleaned)


async def publish(request: Request, sections: Sections) -> Response:
    """`{version}`: visitors get it from now on."""
    asked = parse(Based, await read_json(request))
    return _answer(await sections.publish(*_one(request), asked.version))


async def unpublish(request: Request, sections: Sections) -> Response:
    """Visitors get it no longer."""
    return _answer(await sections.publish(*_one(request), None))


async def switch(request: Request, sections: Sections) -> Response:
    """`{enabled}`: off, it stays as it is, but visitors do not get it."""
    asked = parse(Switch, await read_json(request))
    return _answer(await sections.switch(*_one(request), enabled=asked.enabled))


async def revert(request: Request, sections: Sections) -> Response:
    """`{version, to}`: a new version of the draft, as an earlier one was."""
    asked = parse(Revert, await read_json(request))
    return _answer(await sections.revert(*_one(request), asked))


async def duplicate(request: Request, sections: Sections) -> Response:
    """`{site_domain, slug}`: a new draft like this one. 201."""
    asked = parse(Copy, await read_json(request))
    if not DOMAIN.fullmatch(asked.site_domain):
        raise NotFound("There is no such domain for you.")
    return _answer(await sections.duplicate(*_one(request), asked), status=201)


async def archive(request: Request, sections: Sections) -> Response:
    """Puts it away."""
    return _answer(await sections.archive(*_one(request), archived=True))


async def restore(request: Request, sections: Sections) -> Response:
    """Brings it back as a draft."""
    return _answer(await sections.archive(*_one(request), archived=False))


async def delete(request: Request, sections: Sections) -> Response:
    """Deletes it, when it is archived. 204."""
    await sections.delete(*_one(request))
    return Response(status_code=204)


async def order(request: Request, sections: Sections) -> Response:
    """`{ids}`: all sections of the domain in their new order. Answers `{"sections"}`."""
    asked = parse(Order, await read_json(request))
    try:
        ids = [UUID(each) for each in asked.ids]
    except ValueError as error:
        raise InvalidFields([FieldError("ids", "These are no ids of sections.")]) from error
    return json_answer({"sections": await sections.order(_domain(request), ids)})


async def clean(request: Request, _sections: Sections) -> Response:
    """`{css}`: as visitors would get it, for a preview. Answers `{"css", "removed"}`."""
    cleaned = await cleaned_css(parse(Typed, await read_json(request)).css)
    return json_answer({"css": cleaned.css, "removed": [asdict(each) for each in cleaned.removed]})


def _domain(request: Request) -> str:
    domain = str(request.path_params["domain"])
    if not DOMAIN.fullmatch(domain):
        raise NotFound("There is no such domain for you.")
    return domain


def _one(request: Request) -> tuple[str, UUID]:
    try:
        return _domain(request), UUID(request.path_params["id"])
    except ValueError as error:
        raise NotFound("There is no such section.") from error


def _answer(section: Section, cleaned: CleanCss | None = None, status: int = 200) -> Response:
    removed = [asdict(each) for each in cleaned.removed] if cleaned else []
    return json_answer({"section": section, "removed": removed}, status)
