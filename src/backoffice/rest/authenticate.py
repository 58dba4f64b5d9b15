"""As which role a request runs."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from backoffice.project_keys import PUBLISHABLE_PREFIX
from backoffice.rest.claim_path import find_claim, parse_claim_path
from backoffice.rest.config import RestConfig
from backoffice.rest.errors import anonymous_disabled, invalid_token
from backoffice.rest.request import Headers
from backoffice.tokens import (
    TokenAlgorithmError,
    TokenClaimError,
    TokenError,
    TokenKeyError,
    TokenPayloadError,
    TokenSignatureError,
    TokenTimeError,
)

Claims = Mapping[str, Any]
Verify = Callable[[str], Claims]
_REMEMBERED = 256
_NO_KEY = "No suitable key or wrong key type"


@dataclass(frozen=True, slots=True)
class Identity:
    """The role to take, and the claims as row-level security will read them."""

    role: str
    claims_json: str
    is_anonymous: bool


class Authenticator:
    """Turns the `Authorization` header into an `Identity`.

    `verify` must check signature and times on every call; only the JSON of its claims is kept.
    """

    def __init__(self, config: RestConfig, verify: Verify) -> None:
        self._config = config
        self._verify = verify
        self._path = parse_claim_path(config.role_claim_key)
        self._anonymous = self._make_anonymous()
        self._known: dict[str, tuple[Claims, Identity]] = {}

    def _make_anonymous(self) -> Identity | None:
        role = self._config.anon_role
        if role is None:
            return None
        return Identity(role, orjson.dumps({"role": role}).decode(), True)

    def identify(self, headers: Headers) -> Identity:
        """Who sent the request. Raises PGRST301, PGRST302 and PGRST303."""
        scheme, _, token = (headers.get("authorization") or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or token.startswith(PUBLISHABLE_PREFIX):
            return self._anonymously()
        if not token:
            raise invalid_token("Empty JWT is sent in Authorization header", is_claim=False)
        try:
            claims = self._verify(token)
        except TokenClaimError as error:
            raise invalid_token(_claim_message(token, error), is_claim=True) from error
        except TokenPayloadError as error:
            raise invalid_token("Parsing claims failed", is_claim=True) from error
        except TokenError as error:
            message, details = _undecodable(token, error)
            raise invalid_token(message, is_claim=False, details=details) from error
        known = self._known.get(token)
        if known is not None and known[0] is claims:
            return known[1]
        identity = self._identity(claims)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[token] = (claims, identity)
        return identity

    def _anonymously(self) -> Identity:
        if self._anonymous is None:
            raise anonymous_disabled()
        return self._anonymous

    def _identity(self, claims: Claims) -> Identity:
        self._check_audience(claims)
        role = self._role(claims)
        if role is None:
            role = self._anonymously().role
        content = {**claims, "role": role}
        return Identity(role, orjson.dumps(content).decode(), role == self._config.anon_role)

    def _check_audience(self, claims: Claims) -> None:
        wanted, sent = self._config.jwt_aud, claims.get("aud")
        if sent is None:
            return
        audiences = sent if isinstance(sent, list) else [sent]
        if not all(isinstance(audience, str) for audience in audiences):
            raise invalid_token(
                "The JWT 'aud' claim must be a string or an array of strings", is_claim=True
            )
        if wanted is not None and audiences and wanted not in audiences:
            raise invalid_token("JWT not in audience", is_claim=True)

    def _role(self, claims: Claims) -> str | None:
        value = find_claim(claims, self._path)
        if value is None or isinstance(value, str):
            return value
        # No role has such a name, so the database refuses it.
        return orjson.dumps(value).decode()


def _claim_message(token: str, error: TokenClaimError) -> str:
    if error.code == "token_not_yet_valid" and not _has_not_before(token):
        return "JWT issued at future"
    if isinstance(error, TokenTimeError):
        return f"The JWT '{error.claim}' claim must be a number"
    return {
        "token_expired": "JWT expired",
        "token_not_yet_valid": "JWT not yet valid",
        "wrong_token_audience": "JWT not in audience",
    }.get(error.code, error.message)


def _has_not_before(token: str) -> bool:
    """Whether the claims of a verified token say from when it is valid."""
    return b'"nbf"' in _decoded(token.split(".")[1])


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _undecodable(token: str, error: TokenError) -> tuple[str, str | None]:
    """PostgREST's message and details."""
    parts = token.count(".") + 1
    if parts != 3:
        return f"Expected 3 parts in JWT; got {parts}", None
    if isinstance(error, TokenKeyError):
        return _NO_KEY, "No suitable key was found to decode the JWT"
    if isinstance(error, TokenSignatureError):
        return _NO_KEY, "None of the keys was able to decode the JWT"
    if isinstance(error, TokenAlgorithmError):
        unsecured = b'"none"' in _decoded(token.split(".")[0])
        details = "JWT is unsecured but expected 'alg' was not 'none'" if unsecured else None
        return "Wrong or unsupported encoding algorithm", details
    return "JWT cryptographic operation failed", None
