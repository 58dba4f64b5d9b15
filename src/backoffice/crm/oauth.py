"""HubSpot's OAuth 2.0: to consent and back, new tokens, and the end of them.

Authorization at `{app}/oauth/authorize`, with PKCE (RFC 7636); tokens at `{api}/oauth/v3/token`,
`/oauth/v3/introspect` (RFC 7662) and `/oauth/v3/token/revoke` (RFC 7009), form-encoded with the
client's id and secret in the body. Source: HubSpot, "Manage OAuth access tokens using the v3 APIs".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from backoffice.crm.failures import HubSpotError, LaterError, RevokedError
from backoffice.errors import Problem
from backoffice.settings import Settings

SCOPES: Final = {
    "oauth": "Stay connected",
    "crm.objects.contacts.read": "Read contacts: owner and lifecycle stage",
    "crm.objects.contacts.write": "Write known visitors as contacts, and notes of conversations",
    "crm.objects.companies.read": "Read companies: owner and lifecycle stage",
    "crm.objects.companies.write": "Write accounts as companies",
    "crm.schemas.contacts.write": "Make the contact properties that figures go to, once",
    "crm.schemas.companies.write": "Make the company properties that figures go to, once",
    "crm.objects.owners.read": "Read the names of owners",
}
OPTIONAL_SCOPES: Final = {"crm.objects.deals.read": "Read deals and their stages"}
TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
VERIFIER_LENGTH: Final = 64
# RFC 7009, 2.1.
ACCESS: Final = "access_token"
REFRESH: Final = "refresh_token"


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """What a consent or a refresh gives. Never logged: it has no readable `repr`."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    portal_id: int | None = None
    portal_name: str = ""
    scopes: tuple[str, ...] = ()


class NotConfigured(Problem):
    """This installation knows no HubSpot app."""

    status = 409
    code = "not_configured"


@dataclass(frozen=True, slots=True, repr=False)
class OAuthApp:
    """The HubSpot app of this installation."""

    client_id: str
    client_secret: str
    api_url: str
    app_url: str
    redirect_uri: str
    transport: httpx.AsyncBaseTransport | None = None

    @classmethod
    def of(cls, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> OAuthApp:
        """The app as set. Raises `NotConfigured`."""
        secret = settings.hubspot_client_secret
        if missing := missing_settings(settings):
            raise NotConfigured(f"Set {' and '.join(missing)}, then start the server again.")
        assert settings.hubspot_client_id and secret
        return cls(
            client_id=settings.hubspot_client_id,
            client_secret=secret.get_secret_value(),
            api_url=settings.hubspot_url.rstrip("/"),
            app_url=settings.hubspot_app_url.rstrip("/"),
            redirect_uri=redirect_uri(settings),
            transport=transport,
        )

    def authorization_url(self, state: str, verifier: str) -> str:
        """Where somebody consents."""
        return str(
            prepare_grant_uri(
                f"{self.app_url}/oauth/authorize",
                self.client_id,
                "code",
                self.redirect_uri,
                " ".join(SCOPES),
                state,
                optional_scope=" ".join(OPTIONAL_SCOPES),
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        )

    async def exchange(self, code: str, verifier: str) -> Tokens:
        """Tokens for the code that came back. Raises `RevokedError` when it is not accepted."""
        return await self._tokens(
            "authorization_code", redirect_uri=self.redirect_uri, code=code, code_verifier=verifier
        )

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens. Raises `RevokedError` when the app was removed in HubSpot."""
        return await self._tokens("refresh_token", refresh_token=refresh_token)

    async def introspect(self, access_token: str) -> dict[str, Any]:
        """What HubSpot says of a token: `active`, `hub_id`, `hub_domain`, `scopes`."""
        return await self._post("introspect", token=access_token, token_type_hint=ACCESS)

    async def revoke(self, refresh_token: str) -> None:
        """End the connection at HubSpot's side; a token it knows no more is ended already."""
        try:
            await self._post("token/revoke", token=refresh_token, token_type_hint=REFRESH)
        except RevokedError:
            return

    async def _tokens(self, grant: str, **form: str) -> Tokens:
        redirect = form.pop("redirect_uri", None)
        prepared = prepare_token_request(grant, "", redirect, **form)
        pairs = dict(httpx.QueryParams(prepared))
        answer = await self._post("token", **pairs)
        access, refresh = answer.get("access_token"), answer.get("refresh_token")
        lifetime = answer.get("expires_in")
        if not isinstance(access, str) or not isinstance(lifetime, int | float):
            raise LaterError("HubSpot answered without a token.")
        refresh = refresh if isinstance(refresh, str) else form.get("refresh_token", "")
        return Tokens(
            access_token=access,
            refresh_token=refresh,
            expires_at=datetime.now(UTC) + timedelta(seconds=float(lifetime)),
            **portal(answer),
        )

    async def _post(self, path: str, **form: str) -> dict[str, Any]:
        form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        try:
            async with httpx.AsyncClient(transport=self.transport, timeout=TIMEOUT) as client:
                response = await client.post(f"{self.api_url}/oauth/v3/{path}", data=form)
        except httpx.HTTPError as error:
            raise LaterError("HubSpot could not be reached.") from error
        if response.status_code == 429 or response.status_code >= 500:
            raise LaterError(f"HubSpot answered {response.status_code} to a question about tokens.")
        body = _object(response)
        if response.is_success:
            return body
        # RFC 6749, 5.2, with HubSpot's own `message` beside it.
        code = str(body.get("error") or body.get("status") or response.status_code)
        told = str(body.get("error_description") or body.get("message") or code)[:300]
        if code in ("invalid_client", "unauthorized_client"):
            raise HubSpotError(f"HubSpot does not accept this installation's app: {told}")
        raise RevokedError(told)


def portal(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer says of the HubSpot account."""
    hub, scopes = answer.get("hub_id"), answer.get("scopes")
    if isinstance(scopes, str):
        scopes = scopes.split()
    return {
        "portal_id": hub if isinstance(hub, int) else None,
        "portal_name": str(answer.get("hub_domain") or ""),
        "scopes": tuple(map(str, scopes)) if isinstance(scopes, list) else (),
    }


def new_secret() -> str:
    """A state or a verifier."""
    return str(generate_token(VERIFIER_LENGTH))


def missing_settings(settings: Settings) -> list[str]:
    """The settings without which nobody can connect."""
    needed = {
        "BACKOFFICE_HUBSPOT_CLIENT_ID": settings.hubspot_client_id,
        "BACKOFFICE_HUBSPOT_CLIENT_SECRET": settings.hubspot_client_secret,
    }
    return [name for name, value in needed.items() if not value]


def redirect_uri(settings: Settings) -> str:
    """Where HubSpot sends people back: it has to stand among the app's redirect URLs there."""
    return f"{settings.url}/integrations/hubspot"


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError as error:
        if response.is_success:
            raise LaterError("HubSpot answered something that cannot be read.") from error
        body = {}
    if not isinstance(body, dict):
        body = {}
    return body
