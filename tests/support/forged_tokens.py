"""Tokens nobody should believe, made from the keys of a server and from one of its own tokens."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey


def part(content: Any) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def mac(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    """HS256 by hand: libraries refuse what an attacker would do."""
    signed = f"{part(header)}.{part(claims)}"
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256"))
    return f"{signed}.{signature.rstrip(b'=').decode()}"


def forged(
    claims: Mapping[str, Any], genuine: str, secret: str, public: ECKey | RSAKey | None
) -> dict[str, str]:
    """By what is wrong with them. `genuine` is a believed token, `secret` the text of HS256."""
    now = int(time.time())
    header, payload, signature = genuine.split(".")
    stranger, elliptic = OctKey.generate_key(256), ECKey.generate_key("P-256")
    plain = {"alg": "HS256", "typ": "JWT"}
    higher = {**claims, "role": "service_role"}

    def own(changed: Mapping[str, Any]) -> str:
        return mac(plain, {**claims, **changed}, secret.encode())

    tokens = {
        "no algorithm": f"{part({'alg': 'none'})}.{payload}.",
        "no algorithm, signed": f"{part({'alg': 'none'})}.{payload}.{signature}",
        "no algorithm, in capitals": f"{part({'alg': 'NONE'})}.{payload}.",
        "no header": f"{part({})}.{payload}.{signature}",
        "no signature": f"{header}.{payload}.",
        "another secret": jwt.encode(plain, dict(claims), stranger),
        "another elliptic key": jwt.encode({"alg": "ES256"}, dict(claims), elliptic),
        "its own key in the header": jwt.encode(
            {"alg": "ES256", "jwk": elliptic.as_dict(private=False)},
            dict(claims),
            elliptic,
            registry=None,
        ),
        "an empty secret": mac(plain, claims, b""),
        "an altered role": f"{header}.{part(higher)}.{signature}",
        "an altered header": f"{part({'alg': 'HS256', 'kid': 'x'})}.{payload}.{signature}",
        "two parts": f"{header}.{payload}",
        "four parts": f"{genuine}.{signature}",
        "expired": own({"exp": now - 60}),
        "not valid yet": own({"nbf": now + 600}),
        "issued in the future": own({"iat": now + 600}),
        "an expiry that is no number": own({"exp": "tomorrow"}),
        "another audience": own({"aud": "elsewhere"}),
        "too large": own({"padding": "x" * 40_000}),
        "claims that are no object": mac(plain, [1], secret.encode()),  # type: ignore[arg-type]
    }
    if public is not None:
        for name, text in (
            ("PEM", public.as_pem(private=False)),
            ("JWK", json.dumps(public.as_dict(private=False)).encode()),
        ):
            tokens[f"the public key as a secret ({name})"] = mac(plain, claims, text)
    return tokens
