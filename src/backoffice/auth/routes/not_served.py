"""Parts of the protocol that are not served, each of which says so by its name."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from backoffice.auth.errors import not_found


async def saml(request: Request) -> Response:
    """404 `saml_provider_disabled`: signing in by SAML."""
    raise not_found("saml_provider_disabled", "SAML 2.0 is disabled")


async def oauth_server(request: Request) -> Response:
    """404 `feature_disabled`: signing people in for other applications."""
    raise not_found("feature_disabled", "OAuth server is disabled")


async def passkeys(request: Request) -> Response:
    """404 `passkey_disabled`: signing in by a passkey."""
    raise not_found("passkey_disabled", "Passkeys are disabled")
