"""OpenID Connect as a relying party: configuration, code exchange, id tokens.

OpenID Connect Core 1.0 and Discovery 1.0. The configuration and the keys are kept for a while, and
the keys are fetched anew when a token names one that is not among them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, KeySet

from backoffice.auth.errors import AuthProblem
from backoffice.auth.providers import Provider, is_private

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY_SECONDS = 30
KEPT_SECONDS = 600
FEWEST_SECONDS_BETWEEN_KEYS = 30
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LONGEST_ID_TOKEN = 32_768


class IdTokenError(Exception):
    """The id token is not believed."""


class ProviderClient:
    """Talks to one service; keep one, for what it remembers."""

    def __init__(
        self, provider: Provider, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.provider = provider
        self._transport = transport
        self._configuration: Mapping[str, Any] = {}
        self._configured_at = float("-inf")
        self._keys: KeySet | None = None
        self._keys_at = float("-inf")

    async def configuration(self) -> Mapping[str, Any]:
        """The issuer's own description of itself. Raises 500 `unexpected_failure`."""
        if time.monotonic() - self._configured_at > KEPT_SECONDS:
            found = await self.get(f"{self.provider.issuer}/.well-known/openid-configuration")
            names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            if (
                not isinstance(found, dict)
                or not all(isinstance(found.get(name), str) for name in names)
                or not all(is_private(found[name]) for name in names[1:])
                or not self._is_own(found["issuer"])
            ):
                raise unreachable(self.provider)
            self._configuration, self._configured_at = found, time.monotonic()
        return self._configuration

    def _is_own(self, issuer: str) -> bool:
        """An issuer speaks for itself alone; Azure's, for each of its tenants."""
        return self.provider.name == "azure" or issuer.rstrip("/") == self.provider.issuer

    async def check_id_token(self, id_token: str) -> Mapping[str, Any]:
        """The claims of an id token made for this installation. Raises `IdTokenError`.

        The nonce is for the caller to compare.
        """
        configuration = await self.configuration()
        if len(id_token) > LONGEST_ID_TOKEN:
            raise IdTokenError("Bad ID token")
        claims = await self._authentic(id_token, str(configuration["jwks_uri"]))
        expected = str(configuration["issuer"]).replace("{tenantid}", str(claims.get("tid")))
        if claims.get("iss") != expected:
            raise IdTokenError("Bad ID token: wrong issuer")
        check_audience(claims, self.provider)
        check_times(claims)
        return claims

    async def _authentic(self, id_token: str, address: str) -> Mapping[str, Any]:
        for attempt in (1, 2):
            keys = await self._key_set(address, again=attempt == 2)
            try:
                return jwt.decode(id_token, _chosen(keys), algorithms=list(ALGORITHMS)).claims
            except _UnknownKeyError as error:
                if attempt == 2:
                    raise IdTokenError("Bad ID token: unknown key") from error
            except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
                raise IdTokenError("Bad ID token") from error
        raise AssertionError("unreachable")

    async def _key_set(self, address: str, *, again: bool) -> KeySet:
        age = time.monotonic() - self._keys_at
        if self._keys is None or age > (FEWEST_SECONDS_BETWEEN_KEYS if again else KEPT_SECONDS):
            document = await self.get(address)
            try:
                self._keys = KeySet.import_key_set({"keys": _for_signing(document)})
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise unreachable(self.provider) from error
            self._keys_at = time.monotonic()
        return self._keys

    async def get(self, address: str, access_token: str = "") -> Any:
        """The JSON at an address. Raises 500 `unexpected_failure`."""
        headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        return await self._answer("GET", address, headers=headers)

    async def exchange(
        self, address: str, code: str, redirect_uri: str, verifier: str
    ) -> Mapping[str, Any]:
        """What the token endpoint gives for a code. Raises 500 `unexpected_failure`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.provider.client_id,
            "client_secret": self.provider.secret,
        }
        if verifier:
            form["code_verifier"] = verifier
        found = await self._answer("POST", address, data=form)
        if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
            raise AuthProblem(500, "unexpected_failure", "Unable to exchange external code")
        return found

    async def _answer(self, method: str, address: str, **more: Any) -> Any:
        headers = {"Accept": "application/json", **more.pop("headers", {})}
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, transport=self._transport) as client:
                answer = await client.request(method, address, headers=headers, **more)
            if answer.status_code >= 400 and method == "POST":
                raise AuthProblem(500, "unexpected_failure", "Unable to exchange external code")
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise unreachable(self.provider) from error


class _UnknownKeyError(Exception):
    """The token names a key that is not in the set."""


def _chosen(keys: KeySet) -> Any:
    def choose(token: GuestProtocol) -> Any:
        kid = token.headers().get("kid")
        found = [key for key in keys.keys if kid is None or key.kid == kid]
        if not found or (kid is None and len(found) > 1):
            raise _UnknownKeyError
        return found[0]

    return choose


def _for_signing(document: Any) -> list[Any]:
    """The public keys that sign; a set may also hold keys for encryption or of unknown kinds."""
    return [
        key
        for key in document["keys"]
        if key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC")
    ]


def check_audience(claims: Mapping[str, Any], provider: Provider) -> None:
    """Raise `IdTokenError` unless the token is for this installation."""
    meant = claims.get("aud")
    audiences = meant if isinstance(meant, list) else [meant]
    if not any(audience in provider.client_ids for audience in audiences):
        raise IdTokenError(f"Unacceptable audience in id_token: {audiences}")
    if len(audiences) > 1 and claims.get("azp") not in provider.client_ids:
        raise IdTokenError("Unacceptable authorized party in id_token")


def check_times(claims: Mapping[str, Any]) -> None:
    """Raise `IdTokenError` for a token without an end, past it, or of the future."""
    now = time.time()
    expires, issued = claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int | float) or now > expires + LEEWAY_SECONDS:
        raise IdTokenError("Bad ID token: expired")
    if not isinstance(issued, int | float) or issued > now + LEEWAY_SECONDS:
        raise IdTokenError("Bad ID token: issued in the future")


def unreachable(provider: Provider) -> AuthProblem:
    """500: the service cannot be talked to."""
    return AuthProblem(
        500,
        "unexpected_failure",
        f"The sign-in service {provider.name} does not answer as it should",
    )
