"""What is downloaded: `/widget/v1/{public_key}/config.json` and `/agent/v1/config`.

The first is read by visitors' browsers, on pages of the website's own hosts; it is the busiest
address there is, so its answers are made beforehand and sent without a framework's help.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import psycopg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from backoffice.content.delivery_cache import Body, Delivery, DeliveryCache
from backoffice.content.fetches import Fetches
from backoffice.errors import InvalidInput, Problem, Unavailable
from backoffice.site_keys import DomainKeys
from backoffice.state import State

# A browser shows a change within a minute; one that asks whether it has the latest, at once.
WIDGET_CACHE: Final = "public, max-age=10, stale-while-revalidate=50"
AGENT_CACHE: Final = "private, no-cache"
WIDGET: Final = "widget"
DEFAULT_AGENT: Final = "website_agent"
MAX_KEYS: Final = 4096
ALLOWED: Final = "GET, HEAD, OPTIONS"

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class WidgetConfig:
    """`GET /widget/v1/{public_key}/config.json`, an ASGI application."""

    keys: DomainKeys
    cache: DeliveryCache
    fetches: Fetches
    _sites: dict[str, str] = field(default_factory=dict, repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises `Problem`, which pages of any origin may read."""
        try:
            await self._answer(scope, send)
        except Problem as problem:
            problem.headers = {
                **problem.headers,
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
            }
            raise

    async def _answer(self, scope: Scope, send: Send) -> None:
        headers = dict(scope["headers"])
        site_domain = await self._site(scope["path_params"]["public_key"])
        delivery = await self.cache.get(site_domain)
        method = scope["method"]
        if method == "OPTIONS":
            await _send(send, 204, _preflight(delivery, headers))
        elif method not in ("GET", "HEAD"):
            raise Problem(
                "Configuration is read with GET.",
                code="method_not_allowed",
                status=405,
                headers={"Allow": ALLOWED},
            )
        else:
            self.fetches.note(site_domain, WIDGET, delivery.version)
            await _deliver(send, delivery, headers, with_body=method == "GET")

    async def _site(self, key: str) -> str:
        try:
            site_domain = await self.keys.public(key)
        except (psycopg.Error, Unavailable):
            # Websites go on with what they had while the database is away.
            if key not in self._sites:
                raise
            return self._sites[key]
        except Problem:
            self._sites.pop(key, None)
            raise
        if len(self._sites) >= MAX_KEYS:
            self._sites.clear()
        self._sites[key] = site_domain
        return site_domain


def _cross_origin(delivery: Delivery, headers: dict[bytes, bytes]) -> RawHeaders:
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or not delivery.allows(origin):
        return [(b"vary", b"Origin, Accept-Encoding")]
    return [
        (b"vary", b"Origin, Accept-Encoding"),
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", b"ETag, X-Request-Id"),
    ]


def _preflight(delivery: Delivery, headers: dict[bytes, bytes]) -> RawHeaders:
    found = _cross_origin(delivery, headers)
    if len(found) > 1:
        found += [
            (b"access-control-allow-methods", b"GET, HEAD"),
            (b"access-control-allow-headers", b"*"),
            (b"access-control-max-age", b"86400"),
        ]
    return found


async def _deliver(
    send: Send, delivery: Delivery, headers: dict[bytes, bytes], *, with_body: bool
) -> None:
    body = delivery.widget
    found = _cross_origin(delivery, headers)
    found += [
        (b"cache-control", WIDGET_CACHE.encode()),
        (b"etag", body.etag.encode()),
    ]
    if has_it(headers.get(b"if-none-match", b"").decode("latin-1"), body):
        await _send(send, 304, found)
        return
    content = body.plain
    found.append((b"content-type", b"application/json"))
    if b"gzip" in headers.get(b"accept-encoding", b""):
        content = body.gzipped
        found.append((b"content-encoding", b"gzip"))
    found.append((b"content-length", str(len(content)).encode()))
    await _send(send, 200, found, content if with_body else b"")


async def _send(send: Send, status: int, headers: RawHeaders, content: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def has_it(if_none_match: str, body: Body) -> bool:
    """Whether a client has this version already; see RFC 9110, 13.1.2."""
    if not if_none_match:
        return False
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    mine = body.etag.removeprefix("W/")
    return any(tag in (mine, "*") for tag in tags)


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """`GET /agent/v1/config`: everything, for whoever has the website's secret key."""

    keys: DomainKeys
    cache: DeliveryCache
    fetches: Fetches

    async def answer(self, request: Request) -> Response:
        """`?agent=` says which agent asks. Raises `Problem`."""
        site_domain = await self.keys.secret(request.headers.get("authorization", ""))
        delivery = await self.cache.get(site_domain)
        agent = request.query_params.get("agent", DEFAULT_AGENT)
        if agent not in delivery.agents:
            known = ", ".join(sorted(delivery.agents))
            raise InvalidInput(f"agent is one of {known}.", field="agent")
        self.fetches.note(site_domain, agent, delivery.version)
        headers = {"Cache-Control": AGENT_CACHE, "ETag": delivery.agent.etag}
        if has_it(request.headers.get("if-none-match", ""), delivery.agent):
            return Response(status_code=304, headers=headers)
        return Response(delivery.agent.plain, headers=headers, media_type="application/json")


@dataclass(frozen=True, slots=True)
class DeliveryRoutes:
    """Both addresses, with what has to run behind them."""

    routes: list[BaseRoute]
    cache: DeliveryCache
    fetches: Fetches

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep what is sent up to date for as long as the block runs."""
        async with AsyncExitStack() as held:
            await held.enter_async_context(self.fetches.running())
            await held.enter_async_context(self.cache.running())
            yield


def delivery_routes(state: State, keys: DomainKeys) -> DeliveryRoutes:
    """What websites and agents download, of an application whose `keys` are looked up once."""
    cache, fetches = DeliveryCache(state.database), Fetches(state.database)
    routes: list[BaseRoute] = [
        Route("/widget/v1/{public_key}/config.json", WidgetConfig(keys, cache, fetches)),
        Route("/agent/v1/config", AgentConfig(keys, cache, fetches).answer, methods=["GET"]),
    ]
    return DeliveryRoutes(routes, cache, fetches)
