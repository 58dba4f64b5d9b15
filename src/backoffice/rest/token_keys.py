"""Verifies tokens with whatever `jwt-secret` holds: a text, a JSON Web Key, or a set of them.

Source: PostgREST 14, "JWT Authentication". A text is the secret of HS256 and of nothing else, and a
key's own type decides which algorithms it may verify, so a public key is never taken for a secret.
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidPayloadError, JoseError
from joserfc.jwk import Key, OctKey, import_key
from joserfc.jws import JWSRegistry

from backoffice.errors import ConfigurationError
from backoffice.rest.errors import lacks_secret
from backoffice.tokens import (
    MAX_TOKEN_LENGTH,
    Claims,
    MalformedTokenError,
    TokenAlgorithmError,
    TokenKeyError,
    TokenPayloadError,
    TokenSignatureError,
    check_times,
)

_LEAST_SECRET = 32
_BY_TYPE = {
    "oct": ("HS256", "HS384", "HS512"),
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "OKP": ("EdDSA",),
}
_BY_CURVE = {"P-256": ("ES256",), "P-384": ("ES384",), "P-521": ("ES512",)}
_ALGORITHMS = {name for names in (*_BY_TYPE.values(), *_BY_CURVE.values()) for name in names}


@dataclass(frozen=True, slots=True)
class _Candidate:
    key: Key
    algorithms: tuple[str, ...]
    kid: str | None


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """How often tokens were looked up, were known, and were forgotten for others."""

    requests: int
    hits: int
    evictions: int


class TokenKeys:
    """The keys of one secret. Signatures are remembered, times are checked on every call."""

    def __init__(
        self,
        secret: bytes | None,
        *,
        remembered: int = 1000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._candidates = None if secret is None else _candidates(secret)
        self._registry = JWSRegistry(algorithms=sorted(_ALGORITHMS), strict_check_header=False)
        self._authentic = lru_cache(maxsize=remembered)(self._check_signature)
        self._clock = clock
        self._believed = 0

    def usage(self) -> CacheUsage:
        """What the memory of signatures was good for, so far."""
        memory = self._authentic.cache_info()
        return CacheUsage(
            memory.hits + memory.misses, memory.hits, self._believed - memory.currsize
        )

    def verify(self, token: str) -> Claims:
        """The token's claims. Raises PGRST300 without a secret, else the fitting `TokenError`."""
        if self._candidates is None:
            raise lacks_secret()
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise MalformedTokenError
        claims = self._authentic(token)
        check_times(claims, self._clock())
        return claims

    def _check_signature(self, token: str) -> Claims:
        header = _header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in _ALGORITHMS:
            raise TokenAlgorithmError
        tried = False
        for candidate in self._candidates or ():
            other_kid = kid and candidate.kid and kid != candidate.kid
            if other_kid or algorithm not in candidate.algorithms:
                continue
            tried = True
            try:
                claims = jwt.decode(token, candidate.key, registry=self._registry).claims
            except BadSignatureError:
                continue
            except InvalidPayloadError as error:
                raise TokenPayloadError from error
            except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
                raise MalformedTokenError from error
            self._believed += 1
            return claims
        raise TokenSignatureError if tried else TokenKeyError


def _header(token: str) -> Mapping[str, Any]:
    part = token.partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError) as error:
        raise MalformedTokenError from error
    if not isinstance(header, dict) or token.count(".") != 2:
        raise MalformedTokenError
    return header


def _candidates(secret: bytes) -> list[_Candidate]:
    try:
        found = json.loads(secret)
    except ValueError:
        found = None
    if isinstance(found, dict) and isinstance(found.get("keys"), list):
        return [_of_jwk(jwk) for jwk in found["keys"]]
    if isinstance(found, dict) and "kty" in found:
        return [_of_jwk(found)]
    if len(secret) < _LEAST_SECRET:
        raise ConfigurationError("The JWT secret must be at least 32 characters long.")
    return [_Candidate(OctKey.import_key(secret), ("HS256",), None)]


def _of_jwk(jwk: Any) -> _Candidate:
    try:
        key = import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ConfigurationError(
            "PGRST_JWT_SECRET holds a JSON Web Key that cannot be read"
        ) from error
    by_curve: tuple[str, ...] = _BY_CURVE.get(str(jwk.get("crv")), ())
    possible = _BY_TYPE.get(key.key_type, by_curve)
    stated = jwk.get("alg")
    return _Candidate(key, tuple(a for a in possible if stated in (None, a)), jwk.get("kid"))
