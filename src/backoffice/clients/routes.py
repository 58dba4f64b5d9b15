"""`/clients/v1/…`: what staff do to organizations, websites, hosts and keys.

What there is is read over REST (`get_clients`, `domain_hosts`, `domain_keys`, …). Answers are the
row as it became; mistakes come back for each field, and as conflicts what somebody else did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backoffice.addresses import hash_address
from backoffice.clients.model import (
    Host,
    InternalAddress,
    NewDomain,
    NewKey,
    NewLabel,
    NewOrganization,
    NewTimezone,
    Rename,
    Rotation,
)
from backoffice.clients.store import Clients
from backoffice.errors import NotFound
from backoffice.http.bodies import DOMAIN, json_answer, read_json
from backoffice.http.callers import Callers
from backoffice.http.shapes import parse
from backoffice.state import State

Action = Callable[[Request, Clients], Awaitable[Response]]


def client_routes(state: State) -> list[BaseRoute]:
    """Every route, relative to `/clients/v1`."""
    callers = Callers(state)

    def route(path: str, action: Action, method: str = "POST") -> Route:
        async def answer(request: Request) -> Response:
            context = callers.context(request)
            return await action(request, Clients(state.database, context))

        return Route(path, answer, methods=[method])

    organization, domain = "/organizations/{id}", "/domains/{domain}"
    address, key = f"{domain}/internal-addresses", f"{domain}/keys/{{id}}"
    return [
        route("/organizations", create_organization),
        route(organization, rename_organization, "PATCH"),
        route(f"{organization}/archive", partial(archive_organization, archived=True)),
        route(f"{organization}/restore", partial(archive_organization, archived=False)),
        route(f"{organization}/domains", create_domain),
        route(domain, rename_domain, "PATCH"),
        route(f"{domain}/archive", partial(archive_domain, archived=True)),
        route(f"{domain}/restore", partial(archive_domain, archived=False)),
        route(f"{domain}/timezone", change_timezone, "PUT"),
        route(f"{domain}/hosts", put_host, "PUT"),
        route(f"{domain}/hosts/{{host}}", remove_host, "DELETE"),
        route(address, partial(put_address, hash_key=state.keys.ip_hash_key)),
        route(f"{address}/{{ip_hash}}", remove_address, "DELETE"),
        route(f"{domain}/keys", mint_key),
        route(key, label_key, "PATCH"),
        route(f"{key}/rotate", rotate_key),
        route(f"{key}/end", end_key),
    ]


async def create_organization(request: Request, clients: Clients) -> Response:
    """`{name}`. 201."""
    asked = parse(NewOrganization, await read_json(request))
    return json_answer(await clients.create_organization(asked.name), 201)


async def rename_organization(request: Request, clients: Clients) -> Response:
    """`{name, was}`."""
    asked = parse(Rename, await read_json(request))
    return json_answer(await clients.rename_organization(_id(request), asked))


async def archive_organization(request: Request, clients: Clients, *, archived: bool) -> Response:
    """With its websites, or back with those that were archived with it."""
    return json_answer(await clients.archive_organization(_id(request), archived=archived))


async def create_domain(request: Request, clients: Clients) -> Response:
    """`{site_domain, name, timezone}`. 201."""
    asked = parse(NewDomain, await read_json(request))
    return json_answer(await clients.create_domain(_id(request), asked), 201)


async def rename_domain(request: Request, clients: Clients) -> Response:
    """`{name, was}`."""
    asked = parse(Rename, await read_json(request))
    return json_answer(await clients.rename_domain(_domain(request), asked))


async def archive_domain(request: Request, clients: Clients, *, archived: bool) -> Response:
    """Its keys stop working with it; its data stays."""
    return json_answer(await clients.archive_domain(_domain(request), archived=archived))


async def change_timezone(request: Request, clients: Clients) -> Response:
    """`{timezone, was}`: asked for, and done by a job. 202."""
    asked = parse(NewTimezone, await read_json(request))
    return json_answer(await clients.change_timezone(_domain(request), asked), 202)


async def put_host(request: Request, clients: Clients) -> Response:
    """`{host, environment}`: a new one, or another environment of one."""
    asked = parse(Host, await read_json(request))
    return json_answer(await clients.put_host(_domain(request), asked))


async def remove_host(request: Request, clients: Clients) -> Response:
    """204."""
    await clients.remove_host(_domain(request), _text(request, "host"))
    return Response(status_code=204)


async def put_address(request: Request, clients: Clients, *, hash_key: bytes) -> Response:
    """`{address, label}`: its hash is kept, never the address. 201."""
    asked = parse(InternalAddress, await read_json(request))
    domain = _domain(request)
    ip_hash = hash_address(hash_key, domain, asked.address)
    return json_answer(await clients.put_address(domain, ip_hash, asked.label), 201)


async def remove_address(request: Request, clients: Clients) -> Response:
    """204."""
    await clients.remove_address(_domain(request), _text(request, "ip_hash"))
    return Response(status_code=204)


async def mint_key(request: Request, clients: Clients) -> Response:
    """`{kind, label}`. Answers `{id, key}`: a secret key is told here once. 201."""
    asked = parse(NewKey, await read_json(request))
    return json_answer(await clients.mint_key(_domain(request), asked), 201)


async def label_key(request: Request, clients: Clients) -> Response:
    """`{label}`. 204."""
    asked = parse(NewLabel, await read_json(request))
    await clients.label_key(_domain(request), _id(request, "key"), asked.label)
    return Response(status_code=204)


async def rotate_key(request: Request, clients: Clients) -> Response:
    """`{overlap_hours}`. Answers `{id, key, ends_at}` of the new key and the old one. 201."""
    asked = parse(Rotation, await read_json(request))
    ends_at = asked.ends_at()
    made = await clients.rotate_key(_domain(request), _id(request, "key"), ends_at)
    answer: dict[str, Any] = made | {"ends_at": ends_at.isoformat()}
    return json_answer(answer, 201)


async def end_key(request: Request, clients: Clients) -> Response:
    """Within a second. 204."""
    await clients.end_key(_domain(request), _id(request, "key"))
    return Response(status_code=204)


def _domain(request: Request) -> str:
    domain = str(request.path_params["domain"])
    if not DOMAIN.fullmatch(domain):
        raise NotFound("There is no such website.")
    return domain


def _text(request: Request, name: str) -> str:
    text = str(request.path_params[name])
    if "\0" in text:
        raise NotFound("There is no such thing.")
    return text


def _id(request: Request, what: str = "organization") -> UUID:
    try:
        return UUID(request.path_params["id"])
    except ValueError as error:
        raise NotFound(f"There is no such {what}.") from error
