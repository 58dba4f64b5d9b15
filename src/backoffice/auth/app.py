"""Supabase Auth's protocol as one ASGI application, mounted at `/auth/v1`."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from backoffice.auth.config import AuthConfig
from backoffice.auth.errors import AuthProblem, error_response, validation_failed
from backoffice.auth.routes import (
    admin,
    admin_factors,
    audit_log,
    factors,
    generate_link,
    identities,
    links,
    mails,
    not_served,
    providers,
    public,
    sign_up,
    token,
    user,
)
from backoffice.auth.service import Auth
from backoffice.errors import Problem, Unavailable
from backoffice.state import State

log = structlog.get_logger(__name__)

EVERY = ["GET", "POST", "PUT", "DELETE"]
SAML = ("/sso", "/sso/{rest:path}", "/admin/sso/{rest:path}")
OAUTH_SERVER = (
    "/oauth/{rest:path}",
    "/user/oauth/{rest:path}",
    "/admin/oauth/{rest:path}",
    "/.well-known/oauth-authorization-server",
)
PASSKEYS = ("/passkeys", "/passkeys/{rest:path}", "/admin/users/{user_id}/passkeys{rest:path}")

ROUTES = [
    Route("/health", public.health, methods=["GET"]),
    Route("/settings", public.settings, methods=["GET"]),
    Route("/.well-known/jwks.json", public.jwks, methods=["GET"]),
    Route("/.well-known/openid-configuration", public.discovery, methods=["GET"]),
    Route("/signup", sign_up.sign_up, methods=["POST"]),
    Route("/token", token.token, methods=["POST"]),
    Route("/user", user.get_user, methods=["GET"]),
    Route("/user", user.update_user, methods=["PUT"]),
    Route("/authorize", providers.authorize, methods=["GET"]),
    Route("/callback", providers.callback, methods=["GET", "POST"]),
    Route("/user/identities/authorize", providers.link, methods=["GET"]),
    Route("/user/identities/{identity_id}", identities.unlink, methods=["DELETE"]),
    Route("/logout", user.logout, methods=["POST"]),
    Route("/verify", links.verify, methods=["POST"]),
    Route("/verify", links.follow, methods=["GET"]),
    Route("/recover", mails.recover, methods=["POST"]),
    Route("/otp", mails.sign_in_link, methods=["POST"]),
    Route("/magiclink", mails.sign_in_link, methods=["POST"]),
    Route("/resend", mails.resend, methods=["POST"]),
    Route("/invite", mails.invite, methods=["POST"]),
    Route("/reauthenticate", mails.reauthenticate, methods=["GET", "POST"]),
    Route("/factors", factors.enrol, methods=["POST"]),
    Route("/factors/{factor_id}/challenge", factors.challenge, methods=["POST"]),
    Route("/factors/{factor_id}/verify", factors.verify, methods=["POST"]),
    Route("/factors/{factor_id}", factors.unenrol, methods=["DELETE"]),
    *(Route(path, not_served.saml, methods=EVERY) for path in SAML),
    *(Route(path, not_served.oauth_server, methods=EVERY) for path in OAUTH_SERVER),
    *(Route(path, not_served.passkeys, methods=EVERY) for path in PASSKEYS),
    Route("/admin/audit", audit_log.list_all, methods=["GET"]),
    Route("/admin/generate_link", generate_link.generate_link, methods=["POST"]),
    Route("/admin/users", admin.list_all, methods=["GET"]),
    Route("/admin/users", admin.create, methods=["POST"]),
    Route("/admin/users/{user_id}", admin.get, methods=["GET"]),
    Route("/admin/users/{user_id}", admin.update, methods=["PUT"]),
    Route("/admin/users/{user_id}", admin.delete, methods=["DELETE"]),
    Route("/admin/users/{user_id}/factors", admin_factors.list_all, methods=["GET"]),
    Route("/admin/users/{user_id}/factors/{factor_id}", admin_factors.update, methods=["PUT"]),
    Route("/admin/users/{user_id}/factors/{factor_id}", admin_factors.delete, methods=["DELETE"]),
]

EXPOSED = ["X-Total-Count", "Link", "X-Supabase-Api-Version", "X-Sb-Error-Code"]


def create_auth_app(state: State, config: AuthConfig | None = None) -> ASGIApp:
    """The application; `state`'s databases must be open while it serves."""
    app = Starlette(
        routes=ROUTES,
        middleware=[_cors(state.settings.cors_origins)],
        exception_handlers={
            Problem: _on_problem,
            HTTPException: _on_http_exception,
            psycopg.OperationalError: _on_database_away,
            psycopg.DataError: _on_data_error,
            psycopg.Error: _on_refusal,
            Exception: _on_failure,
        },
    )
    app.router.redirect_slashes = False
    app.state.auth = Auth.build(state, config)
    return app


def _cors(origins: Sequence[str]) -> Middleware:
    """Tokens travel in a header that no browser adds by itself, so credentials are never needed."""
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=EXPOSED,
        max_age=600,
    )


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error_response(request, error)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "unknown")
    headers = dict(error.headers or {})
    problem = AuthProblem(error.status_code, code, error.detail, headers=headers)
    return error_response(request, problem)


async def _on_database_away(request: Request, error: Exception) -> Response:
    log.warning("auth.database_away", error=type(error).__name__)
    problem = Unavailable("The database does not answer; try again.", headers={"Retry-After": "1"})
    return error_response(request, problem)


async def _on_data_error(request: Request, error: Exception) -> Response:
    log.info("auth.data_error", error=type(error).__name__)
    return error_response(request, validation_failed("A value is not of the type it must have"))


async def _on_refusal(request: Request, error: Exception) -> Response:
    """What the application's own rules refuse (`PT409`: the last admin) is no failure of ours."""
    assert isinstance(error, psycopg.Error)
    state = error.sqlstate or ""
    if state[:2] == "PT" and state[2:].isdigit():
        message = error.diag.message_primary or "The database refused it"
        return error_response(request, AuthProblem(int(state[2:]), "conflict", message))
    return await _on_failure(request, error)


async def _on_failure(request: Request, error: Exception) -> Response:
    log.error("auth.unexpected_failure", exc_info=error)
    message = "Unexpected failure, please check server logs for more information"
    return error_response(request, AuthProblem(500, "unexpected_failure", message))
