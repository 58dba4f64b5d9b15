"""Forged, altered, stale and oversized tokens, on `backoffice rest` and on the product's server."""

from __future__ import annotations

import json

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from backoffice.tokens import AUDIENCE, Tokens
from support.forged_tokens import forged
from support.rest_command import SECRET, Start, hs256
from support.server import TestServer

USER = "a0000000-0000-4000-8000-000000000002"


def test_a_server_with_a_secret_believes_none_of_them(start: Start) -> None:
    server = start(JWT_AUD="shop")
    claims = {"role": "authenticated", "aud": "shop"}
    genuine = hs256(claims).removeprefix("Bearer ")
    assert server.get("/articles", Authorization=f"Bearer {genuine}").status_code == 200
    for wrong, token in forged(claims, genuine, SECRET, None).items():
        refused = server.get("/articles", Authorization=f"Bearer {token}")
        assert refused.status_code == 401, (wrong, refused.text)
        assert refused.json()["code"] in ("PGRST301", "PGRST303"), wrong
        assert "invalid_token" in refused.headers["www-authenticate"]


def test_a_server_with_a_public_key_believes_none_of_them(start: Start) -> None:
    key = RSAKey.generate_key(2048)
    server = start(JWT_SECRET=json.dumps(key.as_dict(private=False)))
    claims = {"role": "authenticated"}
    genuine = jwt.encode({"alg": "RS256"}, claims, key)
    assert server.get("/articles", Authorization=f"Bearer {genuine}").status_code == 200
    for wrong, token in forged(claims, genuine, SECRET, key).items():
        refused = server.get("/articles", Authorization=f"Bearer {token}")
        assert refused.status_code == 401, (wrong, refused.text)


def test_the_product_believes_none_of_them(server: TestServer) -> None:
    claims = {"sub": USER, "role": "authenticated", "aud": AUDIENCE}
    genuine = Tokens(server.keys).sign(claims)
    public = ECKey.import_key(dict(server.keys.signing_key))

    def get(path: str, token: str) -> httpx.Response:
        headers = {"apikey": server.anon_key, "Authorization": f"Bearer {token}"}
        return httpx.get(f"{server.url}{path}", headers=headers, timeout=20)

    domains = "/rest/v1/domains?select=site_domain"
    assert get(domains, genuine).json() == [{"site_domain": "abtasty.com"}]
    for wrong, token in forged(claims, genuine, server.keys.jwt_secret, public).items():
        assert get(domains, token).status_code == 401, wrong
        assert get("/auth/v1/user", token).status_code in (401, 403), wrong
