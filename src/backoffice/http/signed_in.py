"""An application for signed-in people: `Authorization: Bearer` carries the access token."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from backoffice.errors import Problem
from backoffice.http.refused import handle_refusal
from backoffice.problems import handle_http_error, handle_unexpected
from backoffice.settings import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def signed_in_app(
    settings: Settings,
    routes: Sequence[BaseRoute],
    *,
    methods: Sequence[str] = METHODS,
    exposed_headers: Sequence[str] = (),
) -> ASGIApp:
    """`routes` with CORS as set and every error as the one error body."""
    return Starlette(
        routes=list(routes),
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=list(methods),
                allow_headers=["authorization", "apikey", "content-type", "x-client-info"],
                expose_headers=["x-request-id", *exposed_headers],
            )
        ],
        exception_handlers={
            Problem: handle_refusal,
            HTTPException: handle_http_error,
            Exception: handle_unexpected,
        },
    )
