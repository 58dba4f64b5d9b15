"""Which id tokens are believed, from a service itself and from an application."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from backoffice.auth.config import AuthConfig
from backoffice.auth.openid import ProviderClient
from backoffice.state import State
from support.auth import serving
from support.fake_openid import CLIENT_ID, FakeOpenId, new_key
from support.sign_in_elsewhere import fragment_of, round_trip

GRANT = "/token?grant_type=id_token"


@pytest.fixture
async def client(
    state: State, openid: FakeOpenId, person: dict[str, Any]
) -> AsyncIterator[httpx.AsyncClient]:
    openid.person["email"] = person["email"]
    names = ("google", "github", "linkedin_oidc")
    config = AuthConfig(providers={name: openid.provider(name) for name in names})
    async with serving(state, config) as opened:
        yield opened


def grant(id_token: str, **more: str) -> dict[str, str]:
    return {"provider": "google", "id_token": id_token, **more}


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "somebody else"},
        {"aud": [CLIENT_ID, "somebody else"]},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": int(time.time()) + 3600},
        {"nonce": "of another sign-in"},
        {"nonce": None},
    ],
)
async def test_an_id_token_of_anything_else_is_refused(
    client: httpx.AsyncClient, openid: FakeOpenId, claims: dict[str, Any]
) -> None:
    openid.claims = claims
    given = fragment_of(await round_trip(client))
    assert (given["error"], given["error_code"]) == ("invalid_request", "bad_oauth_callback")
    if "nonce" not in claims:
        answer = await client.post(GRANT, json=grant(openid.id_token()))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("claims", [{"sub": None}, {"sub": 7}, {"email": None}, {"email": "x"}])
async def test_an_id_token_of_nobody_is_refused(
    client: httpx.AsyncClient, openid: FakeOpenId, claims: dict[str, Any]
) -> None:
    openid.claims = claims
    openid.person |= {name: "x" for name in claims if name == "email"}
    given = fragment_of(await round_trip(client))
    assert (given["error"], given["error_code"]) == ("server_error", "unexpected_failure")


async def test_a_token_nobody_signed_is_refused(
    client: httpx.AsyncClient, openid: FakeOpenId
) -> None:
    honest = openid.id_token()
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    claims = json.loads(base64.urlsafe_b64decode(honest.split(".")[1] + "=="))
    public = OctKey.import_key(openid.key.as_dict(private=False)["n"])
    swapped = jwt.encode({"alg": "HS256", "kid": openid.key.kid}, claims, public)
    own = new_key()
    stranger = jwt.encode({"alg": "RS256", "kid": openid.key.kid}, claims, own)
    for token in (
        f"{header}.{honest.split('.')[1]}.",
        swapped,
        stranger,
        "x",
        "a.b.c",
        "x" * 40_000,
    ):
        answer = await client.post(GRANT, json=grant(token))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), token[:40]
    assert (await client.post(GRANT, json=grant(honest))).is_success


async def test_a_nonce_is_compared_by_its_digest(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    token = openid.id_token(nonce=hashlib.sha256(b"mine").hexdigest())
    session = (await client.post(GRANT, json=grant(token, nonce="mine"))).json()
    assert session["user"]["id"] == person["id"]
    for other in ({"nonce": "other"}, {}):
        answer = await client.post(GRANT, json=grant(token, **other))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    bare = await client.post(GRANT, json=grant(openid.id_token(), nonce="mine"))
    assert bare.status_code == 400


async def test_a_service_that_is_not_set_up_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post(GRANT, json={"provider": "azure", "id_token": "x"})
    assert answer.json() == {
        "code": "provider_disabled",
        "message": 'Provider (issuer "https://login.microsoftonline.com/common/v2.0")'
        " is not enabled",
    }
    github = await client.post(GRANT, json={"provider": "github", "id_token": "x"})
    assert github.json()["code"] == "provider_disabled"
    for body in ({}, {"id_token": "x"}):
        assert (await client.post(GRANT, json=body)).json()["error"] == "invalid_request"


async def test_new_keys_of_the_service_are_found(
    client: httpx.AsyncClient, openid: FakeOpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await client.post(GRANT, json=grant(openid.id_token()))).is_success
    openid.key = new_key()
    requests = openid.key_requests
    # Unknown keys cannot make the server ask all the time.
    assert (await client.post(GRANT, json=grant(openid.id_token()))).status_code == 400
    assert openid.key_requests == requests
    monkeypatch.setattr("backoffice.auth.openid.FEWEST_SECONDS_BETWEEN_KEYS", 0)
    assert (await client.post(GRANT, json=grant(openid.id_token()))).is_success
    assert openid.key_requests == requests + 1


async def test_what_the_id_token_leaves_out_is_asked_for(
    client: httpx.AsyncClient, openid: FakeOpenId
) -> None:
    openid.hides_email = True
    assert "access_token" in fragment_of(await round_trip(client))


async def test_linkedin_repeats_no_nonce(client: httpx.AsyncClient, openid: FakeOpenId) -> None:
    openid.claims = {"nonce": None}
    assert "access_token" in fragment_of(await round_trip(client, provider="linkedin_oidc"))
    openid.claims = {"nonce": "of another sign-in"}
    refused = fragment_of(await round_trip(client, provider="linkedin_oidc"))
    assert refused["error_code"] == "bad_oauth_callback"


async def test_github_is_asked_for_the_primary_address(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    openid.person["name"] = "Octo Cat"
    given = fragment_of(await round_trip(client, provider="github"))
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    user = (await client.get("/user", headers=headers)).json()
    assert user["id"] == person["id"]
    identity = next(one for one in user["identities"] if one["provider"] == "github")
    assert identity["identity_data"]["user_name"] == "octo"
    assert user["user_metadata"]["user_name"] == "octo"


async def test_an_address_github_has_not_verified_never_links(
    client: httpx.AsyncClient, openid: FakeOpenId
) -> None:
    openid.person["email_verified"] = False
    given = fragment_of(await round_trip(client, provider="github"))
    assert given["error_code"] == "provider_email_needs_verification"


async def test_azure_vouches_by_a_claim_of_its_own(
    state: State, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    """Whoever runs a tenant writes any address into it, and `email_verified` too."""
    openid.person["email"] = person["email"]
    tenant = "9188040d-6c67-4c5b-b112-36a304b66dad"
    openid.claims = {"tid": tenant, "iss": f"{openid.url}/{tenant}/v2.0"}
    async with serving(state, AuthConfig(providers={"azure": openid.provider("azure")})) as client:
        given = fragment_of(await round_trip(client, provider="azure"))
        assert given["error_code"] == "provider_email_needs_verification"
        openid.claims["xms_edov"] = True
        assert "access_token" in fragment_of(await round_trip(client, provider="azure"))
        openid.claims["tid"] = "another"
        given = fragment_of(await round_trip(client, provider="azure"))
        assert given["error_code"] == "bad_oauth_callback"


async def test_a_service_that_is_away_is_said_to_be(state: State, openid: FakeOpenId) -> None:
    gone = replace(openid.provider(), url="http://127.0.0.1:9")
    async with serving(state, AuthConfig(providers={"google": gone})) as client:
        answer = await client.get("/authorize", params={"provider": "google"})
        assert (answer.status_code, answer.json()["code"]) == (500, "unexpected_failure")


@pytest.mark.parametrize(
    "configuration",
    [
        [],
        {"issuer": "http://127.0.0.1:1"},
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
    ],
)
async def test_a_configuration_of_something_else_is_refused(configuration: Any) -> None:
    honest = {
        "issuer": "https://id.example",
        "authorization_endpoint": "https://id.example/a",
        "token_endpoint": "https://id.example/t",
        "jwks_uri": "https://id.example/k",
    }
    answer = {**honest, **configuration} if isinstance(configuration, dict) else configuration
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    provider = replace(FakeOpenId("https://id.example").provider(), url="https://id.example")
    with pytest.raises(Exception, match="does not answer"):
        await ProviderClient(provider, transport).configuration()
