"""`/authorize`, `/callback` and `/user/identities/authorize`: signing in at another service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from backoffice.auth.errors import AuthProblem, bad_request, not_found, validation_failed
from backoffice.auth.external_accounts import link_person, sign_in_person
from backoffice.auth.flows import Challenge, Challenged
from backoffice.auth.handshake import Handshake, Returned, read_state
from backoffice.auth.limits import client_network
from backoffice.auth.provider_flows import (
    ProviderFlow,
    issue_provider_code,
    start_provider_flow,
    take_provider_flow,
)
from backoffice.auth.redirects import back_to
from backoffice.auth.requests import read_body, signed_in
from backoffice.auth.responses import NOT_STORED
from backoffice.auth.service import Auth
from backoffice.auth.sessions import start_session
from backoffice.auth.users import User
from backoffice.errors import Problem

LONGEST_PARAMETER = 8192
DENIED = ("signup_disabled", "user_banned", "provider_email_needs_verification", "access_denied")
SESSION_NAMES = ("access_token", "expires_at", "expires_in", "refresh_token", "token_type")


class ServiceRefused(Problem):
    """The other service did not let the person in, or they did not want to go on."""


async def authorize(request: Request) -> Response:
    """Send the browser to the service."""
    return await _leave(request, linking_target=None)


async def link(request: Request) -> Response:
    """Send a signed-in person to the service, to add it to their account."""
    auth = Auth.of(request)
    require_manual_linking(auth)
    async with auth.transaction() as connection:
        caller = await signed_in(request, connection)
    return await _leave(request, linking_target=caller.user.id)


def require_manual_linking(auth: Auth) -> None:
    """Raises 404 `manual_linking_disabled`."""
    if not auth.config.manual_linking:
        raise not_found("manual_linking_disabled", "Manual linking is disabled")


async def _leave(request: Request, linking_target: UUID | None) -> Response:
    auth = Auth.of(request)
    query = request.query_params
    name = query.get("provider", "")
    client = auth.provider_clients.get(name)
    if client is None:
        raise validation_failed("Unsupported provider: provider is not enabled")
    challenge = _challenge(query)
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("provider address", network, auth.config.verifications_per_address)
    redirect_to = auth.allowed_redirect(query.get("redirect_to"))
    async with auth.transaction() as connection:
        flow_id = await start_provider_flow(
            connection, name, redirect_to, challenge, linking_target
        )
    handshake = Handshake(client, auth.state.keys.jwt_secret, flow_id, auth.callback_url)
    address = await handshake.address(
        auth.config.provider_lifetime, query.get("scopes", ""), dict(query)
    )
    if query.get("skip_http_redirect") == "true":
        return JSONResponse({"url": address}, headers=NOT_STORED)
    return RedirectResponse(address, 302, headers=NOT_STORED)


def _challenge(query: Mapping[str, str]) -> Challenge | None:
    return Challenged(
        code_challenge=query.get("code_challenge", ""),
        code_challenge_method=query.get("code_challenge_method", ""),
    ).challenge()


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What the service sends the browser back with."""

    state: str
    code: str
    error: str
    description: str


async def callback(request: Request) -> RedirectResponse:
    """Where the service sends the browser back to: on to the application, signed in or told why."""
    auth = Auth.of(request)
    redirect_to = auth.state.settings.url
    try:
        arrived = await _arrived(request)
        flow = await _taken(auth, arrived)
        redirect_to = auth.allowed_redirect(flow.redirect_to)
        if arrived.error:
            raise ServiceRefused(arrived.description or arrived.error, code=arrived.error)
        if not arrived.code:
            raise bad_request("bad_oauth_callback", "OAuth callback missing authorization code")
        client = auth.provider_clients[flow.provider]
        handshake = Handshake(client, auth.state.keys.jwt_secret, flow.id, auth.callback_url)
        returned = await handshake.returned(arrived.code)
        return await _enter(request, flow, returned, redirect_to)
    except Problem as problem:
        told = _told(problem)
        return back_to(redirect_to, query=told, fragment=told)


async def _arrived(request: Request) -> _Arrived:
    """Some services post what others append to the address."""
    texts: Mapping[str, str] = request.query_params
    if request.method == "POST":
        texts = dict(parse_qsl((await read_body(request)).decode("latin-1")))
    if any(len(value) > LONGEST_PARAMETER or "\x00" in value for value in texts.values()):
        raise bad_request("bad_oauth_callback", "OAuth callback with unreadable parameters")
    return _Arrived(
        state=texts.get("state", ""),
        code=texts.get("code", ""),
        error=texts.get("error", ""),
        description=texts.get("error_description", ""),
    )


async def _taken(auth: Auth, arrived: _Arrived) -> ProviderFlow:
    if not arrived.state:
        raise bad_request("bad_oauth_callback", "OAuth state parameter missing")
    known = read_state(auth.state.keys.jwt_secret, arrived.state)
    if known is None or known[1] not in auth.provider_clients:
        raise bad_request("bad_oauth_state", "OAuth callback with invalid state")
    async with auth.transaction() as connection:
        flow = await take_provider_flow(connection, *known)
    if flow is None:
        raise bad_request("bad_oauth_state", "OAuth state not found or expired")
    return flow


async def _enter(
    request: Request, flow: ProviderFlow, returned: Returned, redirect_to: str
) -> RedirectResponse:
    auth = Auth.of(request)
    async with auth.transaction() as connection:
        user: User
        if flow.linking_target is not None:
            user = await link_person(
                auth, connection, flow.linking_target, flow.provider, returned.person
            )
        else:
            user = await sign_in_person(auth, connection, flow.provider, returned.person)
        if flow.ends_in_code:
            code = await issue_provider_code(connection, flow, user.id, returned)
            return back_to(redirect_to, query={"code": code}, fragment={})
        granted = await start_session(
            connection,
            user,
            method="oauth",
            user_agent=request.headers.get("user-agent"),
            config=auth.config,
        )
        if granted is None:
            raise bad_request("user_banned", "User is banned")
    session = auth.grant(user, granted)
    tokens = {"provider_token": returned.access_token}
    if returned.refresh_token:
        tokens["provider_refresh_token"] = returned.refresh_token
    return back_to(
        redirect_to, fragment={**{name: session[name] for name in SESSION_NAMES}, **tokens}
    )


def _told(problem: Problem) -> dict[str, str]:
    if isinstance(problem, ServiceRefused):
        error = problem.code
        return {"error": error, "error_code": error, "error_description": problem.message}
    error = "invalid_request"
    if problem.code in DENIED:
        error = "access_denied"
    elif not isinstance(problem, AuthProblem) or problem.status >= 500:
        error = "server_error"
    return {"error": error, "error_code": problem.code, "error_description": problem.message}
