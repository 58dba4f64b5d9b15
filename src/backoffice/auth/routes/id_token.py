"""`grant_type=id_token`: an id token that a service gave the application itself."""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth.errors import OAuthProblem, bad_request, forbidden
from backoffice.auth.external_accounts import sign_in_person
from backoffice.auth.limits import client_network
from backoffice.auth.openid import IdTokenError
from backoffice.auth.person import person_of
from backoffice.auth.providers import ADDRESSES
from backoffice.auth.requests import Params, read_params
from backoffice.auth.responses import tokens_response
from backoffice.auth.service import Auth
from backoffice.auth.sessions import start_session

ISSUERS = {**ADDRESSES, "azure": f"{ADDRESSES['azure']}/v2.0", "apple": "https://appleid.apple.com"}


class IdTokenGrant(Params):
    """The token, by whom it is, and the nonce it was asked for with."""

    provider: str = ""
    issuer: str = ""
    id_token: str = ""
    nonce: str = ""


async def grant_id_token(request: Request) -> JSONResponse:
    """Sign in with an id token of a configured OpenID Connect service."""
    auth = Auth.of(request)
    params = await read_params(request, IdTokenGrant)
    if not params.id_token:
        raise OAuthProblem("id_token required")
    if not params.provider and not params.issuer:
        raise OAuthProblem("provider or client_id and issuer required")
    client = auth.provider_clients.get(params.provider) or next(
        (
            one
            for one in auth.provider_clients.values()
            if one.provider.issuer == params.issuer.rstrip("/") and not params.provider
        ),
        None,
    )
    if client is None or not client.provider.is_openid:
        issuer = params.issuer or ISSUERS.get(params.provider, params.provider)
        raise bad_request("provider_disabled", f'Provider (issuer "{issuer}") is not enabled')
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("sign-in address", network, auth.config.sign_ins_per_address)
    try:
        claims = await client.check_id_token(params.id_token)
    except IdTokenError as error:
        raise OAuthProblem(str(error)) from error
    _check_nonce(claims.get("nonce"), params.nonce)
    name = client.provider.name
    async with auth.transaction() as connection:
        user = await sign_in_person(auth, connection, name, person_of(name, claims))
        granted = await start_session(
            connection,
            user,
            method="oauth",
            user_agent=request.headers.get("user-agent"),
            config=auth.config,
        )
        if granted is None:
            raise forbidden("user_banned", "User is banned")
    return tokens_response(auth.grant(user, granted))


def _check_nonce(claimed: object, nonce: str) -> None:
    """The token holds the nonce's digest, so that reading the token is not enough to use it."""
    if bool(claimed) != bool(nonce):
        raise OAuthProblem("Passed nonce and nonce in id_token should either both exist or not.")
    digest = hashlib.sha256(nonce.encode()).hexdigest()
    if nonce and not hmac.compare_digest(str(claimed).encode(), digest.encode()):
        raise OAuthProblem("Nonces mismatch")
