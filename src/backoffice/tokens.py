"""JSON Web Tokens: signing them, and the one place that decides whether a token is believed.

Access tokens are signed with ES256 and name their key (`kid`); the anon and service role keys of
a Supabase project are HS256. The key is chosen by algorithm, so a public key can never be taken
for an HMAC secret.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    InvalidPayloadError,
    JoseError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import ECKey, GuestProtocol, OctKey
from joserfc.jws import JWSRegistry

from backoffice.errors import Unauthenticated
from backoffice.project_keys import PUBLISHABLE_PREFIX, SECRET_PREFIX, opaque_key

Claims = Mapping[str, Any]

AUDIENCE = "authenticated"
ALGORITHMS = ("ES256", "HS256")
LEEWAY_SECONDS = 30
MAX_TOKEN_LENGTH = 32_768
REMEMBERED_TOKENS = 512


class SigningKeys(Protocol):
    """What signing and verifying needs of a project's keys."""

    @property
    def jwt_secret(self) -> str:
        """The HS256 secret of the anon and service role keys."""

    @property
    def signing_key(self) -> Mapping[str, Any]:
        """The private ES256 key as a JWK with `kid`."""

    @property
    def previous_keys(self) -> Sequence[Mapping[str, Any]]:
        """Public ES256 keys with `kid` that signed before, and are believed until that is over."""


class TokenError(Unauthenticated):
    """The token is not believed."""

    code = "bad_token"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")


class MalformedTokenError(TokenError):
    """The token is not a signed JSON Web Token."""

    code = "malformed_token"


class TokenPayloadError(MalformedTokenError):
    """The token's claims are not a JSON object."""

    code = "unreadable_token_claims"


class TokenAlgorithmError(TokenError):
    """The token is signed with an algorithm or a key this server does not use."""

    code = "wrong_token_algorithm"


class TokenKeyError(TokenAlgorithmError):
    """No key of this server fits the token's algorithm and key identifier."""

    code = "unknown_token_key"


class TokenSignatureError(TokenError):
    """The token's signature is not this server's."""

    code = "bad_token_signature"


class TokenClaimError(TokenError):
    """A claim of the token forbids using it."""

    code = "bad_token_claim"


class TokenExpiredError(TokenClaimError):
    """The token is expired."""

    code = "token_expired"


class TokenNotYetValidError(TokenClaimError):
    """The token is not valid yet."""

    code = "token_not_yet_valid"


class TokenAudienceError(TokenClaimError):
    """The token is meant for another audience."""

    code = "wrong_token_audience"


class TokenTimeError(TokenClaimError):
    """A moment the token names is not a number."""

    def __init__(self, claim: str) -> None:
        super().__init__(f"The token's {claim} is not a number.")
        self.claim = claim


class Tokens:
    """Signs and verifies with one set of keys; cheap to keep, so keep one.

    A verified signature is remembered by its whole token, times are checked on every call: a
    browser sends the same token with each of its requests, and ES256 is the costliest step of a
    small one.
    """

    def __init__(self, keys: SigningKeys, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._private = ECKey.import_key(dict(keys.signing_key))
        self._secret = OctKey.import_key(keys.jwt_secret)
        self._kid = str(keys.signing_key["kid"])
        own = self._private.as_dict(private=False)
        self._public = {
            **{str(key["kid"]): ECKey.import_key(dict(key)) for key in keys.previous_keys},
            self._kid: ECKey.import_key(own),
        }
        self._opaque: dict[str, Claims] = {
            opaque_key(PUBLISHABLE_PREFIX, keys.jwt_secret): {"role": "anon"},
            opaque_key(SECRET_PREFIX, keys.jwt_secret): {"role": "service_role"},
        }
        self._registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        self._authentic = lru_cache(maxsize=REMEMBERED_TOKENS)(self._check_signature)

    def sign(self, claims: Claims) -> str:
        """An ES256 token with these claims."""
        header = {"alg": "ES256", "kid": self._kid, "typ": "JWT"}
        return jwt.encode(header, dict(claims), self._private, registry=self._registry)

    def verify(self, token: str, *, audience: str | None = AUDIENCE) -> Claims:
        """The token's claims, or a project key's; do not change them.

        `audience=None` accepts any; a token without `aud` passes, as with PostgREST's `jwt-aud`.
        Raises the `TokenError` that says what is wrong.
        """
        if len(token) > MAX_TOKEN_LENGTH:
            raise MalformedTokenError("The token is too long.")
        if not token.isascii():
            raise MalformedTokenError
        if token.startswith("sb_"):
            return self._of_project(token)
        claims = self._authentic(token)
        check_times(claims, self._clock())
        check_audience(claims, audience)
        return claims

    def _of_project(self, key: str) -> Claims:
        for known, claims in self._opaque.items():
            if hmac.compare_digest(known, key):
                return claims
        raise MalformedTokenError("The key is not this project's.")

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public keys, as `/.well-known/jwks.json` publishes them."""
        described = {"alg": "ES256", "ext": True, "key_ops": ["verify"], "use": "sig"}
        newest_first = sorted(self._public, key=lambda kid: kid != self._kid)
        return {
            "keys": [
                {**self._public[kid].as_dict(private=False), **described, "kid": kid}
                for kid in newest_first
            ]
        }

    def _check_signature(self, token: str) -> Claims:
        try:
            return jwt.decode(token, self._key, registry=self._registry).claims
        except BadSignatureError as error:
            raise TokenSignatureError from error
        except UnsupportedAlgorithmError as error:
            raise TokenAlgorithmError from error
        except InvalidPayloadError as error:
            raise TokenPayloadError from error
        except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise MalformedTokenError from error

    def _key(self, token: GuestProtocol) -> ECKey | OctKey:
        header = token.headers()
        if header["alg"] == "HS256":
            return self._secret
        kid = header.get("kid", self._kid)
        if header["alg"] == "ES256" and isinstance(kid, str) and kid in self._public:
            return self._public[kid]
        raise TokenKeyError


def check_times(claims: Claims, now: float) -> None:
    """Raise unless `exp`, `nbf` and `iat` allow the token at `now` (Unix seconds) ± leeway."""
    expires = _moment(claims, "exp")
    if expires is not None and now > expires + LEEWAY_SECONDS:
        raise TokenExpiredError
    for name in ("nbf", "iat"):
        moment = _moment(claims, name)
        if moment is not None and moment > now + LEEWAY_SECONDS:
            raise TokenNotYetValidError


def check_audience(claims: Claims, audience: str | None) -> None:
    """Raise unless the token is meant for `audience`, or for nobody in particular."""
    meant = claims.get("aud")
    if audience is None or meant is None:
        return
    if audience not in (meant if isinstance(meant, list) else [meant]):
        raise TokenAudienceError


def verify(token: str, keys: SigningKeys, *, audience: str | None = AUDIENCE) -> Claims:
    """The claims of a token signed with `keys`; see `Tokens.verify`."""
    previous = json.dumps([dict(key) for key in keys.previous_keys])
    return _tokens(keys.jwt_secret, json.dumps(dict(keys.signing_key)), previous).verify(
        token, audience=audience
    )


class _PlainKeys:
    def __init__(
        self,
        jwt_secret: str,
        signing_key: Mapping[str, Any],
        previous_keys: Sequence[Mapping[str, Any]],
    ) -> None:
        self.jwt_secret = jwt_secret
        self.signing_key = signing_key
        self.previous_keys = previous_keys


@lru_cache(maxsize=8)
def _tokens(jwt_secret: str, signing_key: str, previous_keys: str) -> Tokens:
    return Tokens(_PlainKeys(jwt_secret, json.loads(signing_key), json.loads(previous_keys)))


def _moment(claims: Claims, name: str) -> float | int | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise TokenTimeError(name)
    return value
