"""What needs no token: settings, health and public keys."""

from __future__ import annotations

from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth.service import Auth

KEPT = {"Cache-Control": "public, max-age=600"}
# The providers a client may ask about.
PROVIDERS = (
    "anonymous_users",
    "apple",
    "azure",
    "bitbucket",
    "discord",
    "facebook",
    "figma",
    "fly",
    "github",
    "gitlab",
    "google",
    "kakao",
    "keycloak",
    "linkedin",
    "linkedin_oidc",
    "notion",
    "phone",
    "slack",
    "slack_oidc",
    "snapchat",
    "spotify",
    "twitch",
    "twitter",
    "workos",
    "x",
    "zoom",
)


async def settings(request: Request) -> JSONResponse:
    """Which ways in exist."""
    config = Auth.of(request).config
    return JSONResponse(
        {
            "external": {
                **dict.fromkeys(PROVIDERS, False),
                **dict.fromkeys(config.providers, True),
                "email": True,
                "anonymous_users": config.sign_up and config.anonymous_sign_ins,
                "phone": config.phone_sign_ins,
            },
            "disable_signup": not config.sign_up,
            "mailer_autoconfirm": config.sign_up_autoconfirm,
            "phone_autoconfirm": config.believes_phones,
            "sms_provider": "",
            "saml_enabled": False,
        }
    )


async def health(_: Request) -> JSONResponse:
    """That the protocol is served; whether the database answers, the server's `/health` says."""
    return JSONResponse(
        {
            "version": version("backoffice"),
            "name": "Client Backoffice",
            "description": "Supabase Auth's protocol, served by the Client Backoffice",
        }
    )


async def jwks(request: Request) -> JSONResponse:
    """The keys that verify access tokens."""
    return JSONResponse(Auth.of(request).tokens.jwks(), headers=KEPT)


async def discovery(request: Request) -> JSONResponse:
    """Who issues access tokens, and where the keys are, for whoever verifies them elsewhere."""
    issuer = Auth.of(request).issuer
    keys = f"{issuer}/.well-known/jwks.json"
    return JSONResponse({"issuer": issuer, "jwks_uri": keys}, headers=KEPT)
