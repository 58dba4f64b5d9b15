"""Everything under `/content/v1`: what signed-in people change of their websites' content."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from backoffice.content.configs_routes import config_routes
from backoffice.content.problems import handle_content_problem
from backoffice.content.sections_routes import section_routes
from backoffice.errors import Problem
from backoffice.problems import handle_http_error, handle_unexpected
from backoffice.state import State


def create_content_app(state: State) -> ASGIApp:
    """The routes of this capability; `Authorization: Bearer` carries the access token."""
    routes: list[BaseRoute] = [*section_routes(state), *config_routes(state)]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=state.settings.cors_origins,
                allow_methods=["GET", "POST", "PUT", "DELETE"],
                allow_headers=["authorization", "apikey", "content-type", "x-client-info"],
                expose_headers=["x-request-id"],
            )
        ],
        exception_handlers={
            Problem: handle_content_problem,
            HTTPException: handle_http_error,
            Exception: handle_unexpected,
        },
    )
