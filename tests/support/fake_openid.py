"""A service to sign in at, on a port of its own, that holds its callers to OpenID Connect.

It also answers as GitHub does, which has OAuth alone. Whoever comes is `person`, and is let in at
once; `claims` change the next id tokens.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from backoffice.auth.providers import Provider
from backoffice.stack.processes import wait_until

CLIENT_ID = "backoffice.apps.example"
SECRET = "a secret of the service"


def new_key() -> RSAKey:
    """A key to sign id tokens with."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)


@dataclass
class FakeOpenId:
    """What the service knows, and what it was asked."""

    url: str
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""
    hides_email: bool = False
    key: RSAKey = field(default_factory=new_key)
    asked: list[dict[str, str]] = field(default_factory=list)
    key_requests: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    def provider(self, name: str = "google") -> Provider:
        """This service, as a setting names it."""
        return Provider(name=name, client_ids=[CLIENT_ID], secret=SECRET, url=self.url)

    def id_token(self, **changed: Any) -> str:
        """An id token of `person`."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            **self.person,
            **changed,
            **self.claims,
        }
        if self.hides_email:
            claims = {k: v for k, v in claims.items() if not k.startswith("email")}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/.well-known/openid-configuration", self._configuration),
            Route("/v2.0/.well-known/openid-configuration", self._configuration),
            Route("/keys", self._keys),
            Route("/enter", self._enter),
            Route("/login/oauth/authorize", self._enter),
            Route("/token", self._token, methods=["POST"]),
            Route("/login/oauth/access_token", self._token, methods=["POST"]),
            Route("/userinfo", self._userinfo),
            Route("/api/v3/user", self._github_user),
            Route("/api/v3/user/emails", self._github_emails),
        ]

    async def _configuration(self, request: Request) -> Response:
        issuer = f"{self.url}/{{tenantid}}/v2.0" if "/v2.0/" in request.url.path else self.url
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{self.url}/enter",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _keys(self, _: Request) -> Response:
        self.key_requests += 1
        described = {"kid": self.key.kid, "use": "sig", "alg": "RS256"}
        public = self.key.as_dict(private=False)
        other = {"kty": "oct", "kid": "other", "k": "AAAA"}
        return JSONResponse({"keys": [other, {**public, **described}]})

    async def _enter(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        by_github = request.url.path.startswith("/login")
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert urlsplit(asked["redirect_uri"]).path == "/auth/v1/callback"
        assert len(asked["state"]) > 40
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        if not by_github:
            assert "openid" in asked["scope"].split()
            assert len(asked["nonce"]) >= 32
        back = {"state": asked["state"]}
        if self.refusal:
            back |= {"error": self.refusal, "error_description": "They said no"}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            back["code"] = code
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: found[0] for name, found in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form["grant_type"] != "authorization_code":
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert (form["client_id"], form["client_secret"]) == (CLIENT_ID, SECRET)
        assert form["redirect_uri"] == asked["redirect_uri"]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert challenge == asked["code_challenge"]
        token = f"at-{secrets.token_urlsafe(8)}"
        self.tokens[token] = dict(self.person)
        answer = {"access_token": token, "token_type": "bearer", "refresh_token": "rt-1"}
        if "nonce" in asked:
            answer["id_token"] = self.id_token(nonce=asked["nonce"])
        return JSONResponse(answer)

    def _whose(self, request: Request) -> dict[str, Any]:
        scheme, _, token = request.headers["authorization"].partition(" ")
        assert scheme == "Bearer"
        return self.tokens[token]

    async def _userinfo(self, request: Request) -> Response:
        return JSONResponse(self._whose(request))

    async def _github_user(self, request: Request) -> Response:
        person = self._whose(request)
        return JSONResponse({"id": int(person["sub"]), "login": "octo", "name": person.get("name")})

    async def _github_emails(self, request: Request) -> Response:
        person = self._whose(request)
        shown = {"email": person["email"], "verified": person["email_verified"], "primary": True}
        spare = {"email": "spare@example.com", "verified": True, "primary": False}
        return JSONResponse([spare, shown])


@contextmanager
def running_fake_openid() -> Iterator[FakeOpenId]:
    """Serve it until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fake = FakeOpenId(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=fake.routes()), log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        assert wait_until(lambda: server.started, 20)
        try:
            yield fake
        finally:
            server.should_exit = True
            thread.join(10)
