"""`/sso`: signing in by SAML, which is not served."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from backoffice.auth.errors import not_found


async def disabled(request: Request) -> Response:
    """404 `saml_provider_disabled`."""
    raise not_found("saml_provider_disabled", "SAML 2.0 is disabled")
