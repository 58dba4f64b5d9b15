"""OAuth as HubSpot does it: consent, codes, tokens that expire, an app that can be removed."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from html import escape
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from backoffice.demo.hubspot.account import Account, Json

LIFETIME = 1800


@dataclass
class Consent:
    """The app as HubSpot knows it, and the tokens it has given out."""

    account: Account
    client_id: str = "demo-client"
    client_secret: str = "demo-secret"  # noqa: S105 - of a stand-in
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    access: dict[str, float] = field(default_factory=dict)
    """Access tokens, and when they end."""
    refresh: set[str] = field(default_factory=set)
    scopes: str = ""
    refreshes: int = 0
    revoked: list[str] = field(default_factory=list)

    def routes(self) -> list[Route]:
        """Consent and tokens."""
        return [
            Route("/oauth/authorize", self._page, methods=["GET"]),
            Route("/oauth/authorize", self._decide, methods=["POST"]),
            Route("/oauth/v3/token", self._token, methods=["POST"]),
            Route("/oauth/v3/introspect", self._introspect, methods=["POST"]),
            Route("/oauth/v3/token/revoke", self._revoke, methods=["POST"]),
        ]

    def expire(self) -> None:
        """End every access token, as time does."""
        self.access = dict.fromkeys(self.access, 0.0)

    def remove_app(self) -> None:
        """Remove the app from the account, as a person in HubSpot does."""
        self.access.clear()
        self.refresh.clear()

    def is_valid(self, request: Request) -> bool:
        """Whether a call carries a token that holds."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme == "Bearer" and self.access.get(token, 0.0) > time.time()

    def give(self) -> Json:
        """New tokens."""
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.access[access] = time.time() + LIFETIME
        self.refresh.add(refresh)
        return {
            "token_type": "bearer",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": LIFETIME,
            "hub_id": self.account.portal_id,
            "scopes": self.scopes.split(),
        }

    async def _page(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != self.client_id or not asked.get("redirect_uri"):
            return HTMLResponse("This app is not known here.", 400)
        scopes = f"{asked.get('scope', '')} {asked.get('optional_scope', '')}".split()
        items = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in scopes)
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in asked.items()
        )
        return HTMLResponse(
            page(
                "Connect the Client Backoffice",
                f"<p>The app <b>Client Backoffice</b> asks for access to"
                f" <b>{escape(self.account.domain)}</b>.</p><ul>{items}</ul>"
                f'<form method="post">{hidden}'
                '<button name="decision" value="connect">Connect app</button> '
                '<button name="decision" value="cancel">Cancel</button></form>',
            )
        )

    async def _decide(self, request: Request) -> Response:
        form = await read_form(request)
        back = {"state": form.get("state", "")}
        if form.get("decision") != "connect":
            back |= {"error": "access_denied", "error_description": "The user denied access"}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = form
            back["code"] = code
        return RedirectResponse(f"{form['redirect_uri']}?{urlencode(back)}", 303)

    async def _token(self, request: Request) -> Response:
        form = await read_form(request)
        if refused := self._refused(form):
            return refused
        if form.get("grant_type") == "authorization_code":
            begun = self.codes.pop(form.get("code", ""), None)
            if begun is None or begun.get("redirect_uri") != form.get("redirect_uri"):
                return told("invalid_grant", "authorization code is invalid or expired")
            if challenge := begun.get("code_challenge"):
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
                    return told("invalid_grant", "code verifier does not match")
            self.scopes = f"{begun.get('scope', '')} {begun.get('optional_scope', '')}".strip()
            return JSONResponse(self.give())
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") not in self.refresh:
                return told("invalid_grant", "refresh token is invalid, expired or revoked")
            self.refreshes += 1
            # It rotates: the old one is of no use any more.
            self.refresh.discard(form["refresh_token"])
            return JSONResponse(self.give())
        return told("unsupported_grant_type", "unsupported grant type")

    async def _introspect(self, request: Request) -> Response:
        form = await read_form(request)
        if refused := self._refused(form):
            return refused
        if self.access.get(form.get("token", ""), 0.0) <= time.time():
            return JSONResponse({"active": False})
        return JSONResponse(
            {
                "active": True,
                "hub_id": self.account.portal_id,
                "hub_domain": self.account.domain,
                "scopes": self.scopes.split(),
                "token_type": "access_token",
            }
        )

    async def _revoke(self, request: Request) -> Response:
        form = await read_form(request)
        if refused := self._refused(form):
            return refused
        self.revoked.append(form.get("token", ""))
        self.refresh.discard(form.get("token", ""))
        self.access.clear()
        return JSONResponse({})

    def _refused(self, form: dict[str, str]) -> Response | None:
        if (form.get("client_id"), form.get("client_secret")) != (
            self.client_id,
            self.client_secret,
        ):
            return told("invalid_client", "client id or secret is wrong", 401)
        return None


async def read_form(request: Request) -> dict[str, str]:
    """A form-encoded body, which these endpoints alone take."""
    kind = request.headers.get("content-type", "")
    assert kind.startswith("application/x-www-form-urlencoded"), kind
    assert not request.url.path.startswith("/oauth/v3") or not request.url.query
    pairs = parse_qs((await request.body()).decode(), keep_blank_values=True)
    return {name: values[0] for name, values in pairs.items()}


def told(error: str, description: str, status: int = 400) -> Response:
    """RFC 6749, 5.2, with HubSpot's fields beside."""
    return JSONResponse(
        {"error": error, "error_description": description, "message": description}, status
    )


def page(title: str, body: str) -> str:
    """A plain page of the stand-in."""
    style = (
        "body{font:16px/1.5 system-ui;max-width:44rem;margin:3rem auto;padding:0 1rem;"
        "color:#213343}"
        "button{font:inherit;padding:.5rem 1rem;border-radius:6px;border:1px solid #99acc2;"
        "background:#fff;cursor:pointer}button[value=connect]{background:#c2410c;color:#fff}"
        "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .5rem;"
        "border-bottom:1px solid #dfe3eb;vertical-align:top;font-size:.85rem}"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style><main><h1>{escape(title)}</h1>"
        f"<p><small>A stand-in for HubSpot on this machine.</small></p>{body}</main></html>"
    )
