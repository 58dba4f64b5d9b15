"""Signing in at another service: out to it, and back with a code.

What belongs to one round trip is derived from its id with the server's secret, so that nothing of
it need be stored: the signed `state`, the PKCE verifier and the nonce.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from backoffice.auth.errors import bad_request
from backoffice.auth.github import github_person
from backoffice.auth.openid import IdTokenError, ProviderClient
from backoffice.auth.person import Person, person_of

# What an application may pass on to the service; nothing that changes what is granted to whom.
PASSED_ON = (
    "access_type",
    "domain_hint",
    "hd",
    "include_granted_scopes",
    "kc_idp_hint",
    "login_hint",
    "max_age",
    "prompt",
    "ui_locales",
)


@dataclass(frozen=True, slots=True)
class Returned:
    """Who came back, and the service's own tokens."""

    person: Person
    access_token: str
    refresh_token: str


class Handshake:
    """One round trip with one service."""

    def __init__(self, client: ProviderClient, secret: str, flow_id: UUID, callback: str) -> None:
        self._client = client
        self._secret = secret
        self._flow_id = flow_id
        self._callback = callback

    @property
    def nonce(self) -> str:
        """What the id token must repeat."""
        return _derived(self._secret, f"nonce {self._flow_id}")

    @property
    def _verifier(self) -> str:
        return _derived(self._secret, f"verifier {self._flow_id}")

    async def address(self, lifetime: timedelta, scopes: str, passed_on: Mapping[str, str]) -> str:
        """Where to send the browser."""
        provider = self._client.provider
        query = {
            **{name: value for name, value in passed_on.items() if name in PASSED_ON},
            "client_id": provider.client_id,
            "redirect_uri": self._callback,
            "response_type": "code",
            "scope": " ".join(dict.fromkeys([*provider.scopes, *scopes.replace(",", " ").split()])),
            "state": sign_state(self._secret, self._flow_id, provider.name, lifetime),
        }
        if provider.is_openid:
            query["nonce"] = self.nonce
        if await self._takes_pkce():
            digest = hashlib.sha256(self._verifier.encode()).digest()
            query["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            query["code_challenge_method"] = "S256"
        endpoint = await self._endpoint("authorization_endpoint", "/login/oauth/authorize")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def returned(self, code: str) -> Returned:
        """Who the code stands for. Raises 500 `unexpected_failure`, 400 `bad_oauth_callback`."""
        endpoint = await self._endpoint("token_endpoint", "/login/oauth/access_token")
        verifier = self._verifier if await self._takes_pkce() else ""
        given = await self._client.exchange(endpoint, code, self._callback, verifier)
        access_token = str(given["access_token"])
        refresh_token = given.get("refresh_token")
        person = await self._person(given, access_token)
        return Returned(
            person, access_token, refresh_token if isinstance(refresh_token, str) else ""
        )

    async def _person(self, given: Mapping[str, Any], access_token: str) -> Person:
        provider = self._client.provider
        if not provider.is_openid:
            return await github_person(self._client, access_token)
        try:
            claims = dict(await self._client.check_id_token(str(given.get("id_token", ""))))
        except IdTokenError as error:
            raise bad_request("bad_oauth_callback", str(error)) from error
        nonce = claims.get("nonce")
        if (nonce is not None or provider.echoes_nonce) and nonce != self.nonce:
            raise bad_request("bad_oauth_callback", "The id token is not of this sign-in")
        userinfo = (await self._client.configuration()).get("userinfo_endpoint")
        if "email" not in claims and isinstance(userinfo, str):
            described = await self._client.get(userinfo, access_token)
            if isinstance(described, dict) and described.get("sub") == claims.get("sub"):
                claims = {**described, **claims}
        return person_of(provider.name, claims)

    async def _takes_pkce(self) -> bool:
        if self._client.provider.always_takes_pkce:
            return True
        methods = (await self._client.configuration()).get("code_challenge_methods_supported")
        return isinstance(methods, list) and "S256" in methods

    async def _endpoint(self, name: str, github_path: str) -> str:
        provider = self._client.provider
        if not provider.is_openid:
            return f"{provider.url}{github_path}"
        return str((await self._client.configuration())[name])


def sign_state(secret: str, flow_id: UUID, provider: str, lifetime: timedelta) -> str:
    """The `state` of a round trip: whoever returns with it started here, and not long ago."""
    claims = {
        "flow": str(flow_id),
        "provider": provider,
        "exp": int((datetime.now(UTC) + lifetime).timestamp()),
    }
    return jwt.encode({"alg": "HS256"}, claims, _state_key(secret))


def read_state(secret: str, state: str) -> tuple[UUID, str] | None:
    """The flow and the service of a `state`; None when it is not ours, or too old."""
    try:
        claims = jwt.decode(state, _state_key(secret), algorithms=["HS256"]).claims
        jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
        return UUID(claims["flow"]), str(claims["provider"])
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _state_key(secret: str) -> OctKey:
    """A key of its own, so that no state is ever taken for an access token."""
    return OctKey.import_key(_derived(secret, "state"))


def _derived(secret: str, purpose: str) -> str:
    digest = hmac.digest(secret.encode(), f"oauth {purpose}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
