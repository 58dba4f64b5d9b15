"""What needs no token: settings, health, public keys, and the answer to whom signs up."""

from __future__ import annotations

from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth.errors import unprocessable
from backoffice.auth.requests import Params, read_params
from backoffice.auth.service import Auth

# The providers a client may ask about; people are invited here, and sign in with their e-mail.
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


class SignUp(Params):
    """What a new user gives."""

    email: str = ""
    phone: str = ""
    password: str = ""


async def settings(_: Request) -> JSONResponse:
    """Which ways in exist."""
    return JSONResponse(
        {
            "external": {**dict.fromkeys(PROVIDERS, False), "email": True},
            "disable_signup": True,
            "mailer_autoconfirm": False,
            "phone_autoconfirm": False,
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
    return JSONResponse(
        Auth.of(request).tokens.jwks(), headers={"Cache-Control": "public, max-age=600"}
    )


async def sign_up(request: Request) -> JSONResponse:
    """Refuse: people are invited."""
    params = await read_params(request, SignUp)
    if not params.email and not params.phone:
        raise unprocessable("anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    raise unprocessable("signup_disabled", "Signups not allowed for this instance")
