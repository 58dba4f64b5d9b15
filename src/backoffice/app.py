"""The one origin: REST, auth, capture, health, the UI's configuration and the UI itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from backoffice import __version__
from backoffice.addresses import parse_networks
from backoffice.auth.app import create_auth_app
from backoffice.capture.app import Intake, capture_routes
from backoffice.clients.app import create_clients_app
from backoffice.content.app import create_content_app
from backoffice.content.delivery import delivery_routes
from backoffice.crm.app import create_crm_app
from backoffice.demo.site.routes import demo_site_routes
from backoffice.errors import Problem
from backoffice.exports.app import create_export_app
from backoffice.mailbox_routes import mailbox_routes
from backoffice.metrics_route import MetricsRoute
from backoffice.notifications.app import create_notifications_app
from backoffice.privacy.app import create_privacy_app
from backoffice.problems import handle_http_error, handle_problem, handle_unexpected
from backoffice.request_context import CallerAddress
from backoffice.rest.app import RestApp
from backoffice.rest.config import RestConfig
from backoffice.settings import PROJECT_ROOT, Settings
from backoffice.stack.health import HealthRoute
from backoffice.stack.middleware import RequestEnvelope
from backoffice.stack.migrate import read_migrations
from backoffice.stack.static import UserInterface
from backoffice.stack.widget_files import widget_file_routes
from backoffice.state import State
from backoffice.support.app import create_support_app
from backoffice.tokens import AUDIENCE, Tokens
from backoffice.users.app import create_users_app

if TYPE_CHECKING:
    from backoffice.enrichment.lookups import Lookups

WEB_BUILD = PROJECT_ROOT / "web" / "dist"


def create_app(state: State, web_build: Path = WEB_BUILD) -> ASGIApp:
    """The whole application; its lifespan opens and closes the state's pools."""
    # Whom a token is meant for is REST's own to check, and to answer as PostgREST does.
    verify = partial(Tokens(state.keys).verify, audience=None)
    rest = RestApp(state.database, rest_config(state.settings), verify)
    lookups = address_lookups(state)
    intake = Intake.of(state)
    delivery = delivery_routes(state, intake.keys)
    auth = create_auth_app(state)
    routes: list[BaseRoute] = [
        # Asked more often than anything else, and routes are tried in turn.
        *delivery.routes,
        Route("/health", HealthRoute(state.database, read_migrations()).answer),
        Route("/metrics", MetricsRoute(state).answer),
        Route("/config.json", ConfigRoute(state).answer),
        Mount("/rest/v1", rest),
        Mount("/auth/v1", auth),
        Mount("/export/v1", create_export_app(state)),
        Mount("/content/v1", create_content_app(state)),
        Mount("/crm/v1", create_crm_app(state)),
        Mount("/support/v1", create_support_app(state)),
        Mount("/clients/v1", create_clients_app(state)),
        Mount("/notifications/v1", create_notifications_app(state)),
        Mount("/users/v1", create_users_app(state, auth)),
        Mount("/privacy/v1", create_privacy_app(state)),
        *capture_routes(state, lookups, intake),
        *widget_file_routes(web_build),
        *demo_site_routes(state, intake.keys, intake.recorder),
        *mailbox_routes(state.settings),
    ]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as held:
            await held.enter_async_context(state.opened())
            if lookups:
                await held.enter_async_context(lookups.running())
            await held.enter_async_context(intake.running())
            await held.enter_async_context(delivery.running())
            await rest.startup()
            try:
                yield
            finally:
                await rest.shutdown()

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            Problem: handle_problem,
            HTTPException: handle_http_error,
            Exception: handle_unexpected,
        },
    )
    app.router.default = UserInterface(web_build, reserved=reserved_beginnings(routes))
    address = CallerAddress(state.keys.ip_hash_key, parse_networks(state.settings.trusted_proxies))
    return RequestEnvelope(app, security_headers(state.settings), address)


def address_lookups(state: State) -> Lookups | None:
    """What asks outside services about visitors' addresses, when a key for one is configured."""
    if not (state.settings.snitcher_api_key or state.settings.enrich_so_api_key):
        return None
    from backoffice.enrichment.lookups import lookups_of

    return lookups_of(state)


def rest_config(settings: Settings) -> RestConfig:
    """PostgREST's options as this deployment sets them."""
    anywhere = "*" in settings.cors_origins
    return RestConfig(
        jwt_aud=AUDIENCE, cors_allowed_origins=None if anywhere else tuple(settings.cors_origins)
    )


def reserved_beginnings(routes: list[BaseRoute]) -> frozenset[str]:
    """How paths begin that are no pages of the UI: `support/v1`, beside the page `/support`."""
    paths = (route.path.lstrip("/") for route in routes if isinstance(route, Route | Mount))
    parts = (path.split("/") for path in paths)
    return frozenset("/".join(each[: 2 if each[1:2] == ["v1"] else 1]) for each in parts)


class ConfigRoute:
    """`GET /config.json`: what the UI needs to know before it can ask anything."""

    def __init__(self, state: State) -> None:
        self.settings = state.settings
        self.anon_key = state.keys.anon_key

    async def answer(self, request: Request) -> JSONResponse:
        """The addresses are those the browser itself used, unless a setting says otherwise."""
        origin = self.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
        hosted = self.settings.supabase_anon_key
        return JSONResponse(
            {
                "supabaseUrl": self.settings.supabase_url or origin,
                "supabaseAnonKey": hosted.get_secret_value() if hosted else self.anon_key,
                "apiUrl": origin,
                "version": __version__,
                "demo": self.settings.demo,
            },
            headers={"Cache-Control": "no-store"},
        )


def security_headers(settings: Settings) -> Mapping[str, str]:
    """Headers of every answer that does not set its own."""
    addresses = [url for url in (settings.public_url, settings.supabase_url) if url]
    origins = " ".join(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, addresses))
    policy = {
        "default-src": "'self'",
        "script-src": "'self'",
        # Mantine sets styles as attributes and elements at run time.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": f"'self' {origins}".strip(),
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
