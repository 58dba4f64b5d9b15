"""Signing in at another service: whose account it is, and who is kept out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backoffice.auth.config import AuthConfig
from backoffice.state import State
from support.auth import PASSWORD, as_admin, refused, serving
from support.database import TestDatabase
from support.fake_openid import FakeOpenId
from support.sign_in_elsewhere import (
    PKCE,
    VERIFIER,
    arrive,
    come_back,
    fragment_of,
    leave,
    query_of,
    round_trip,
)


@pytest.fixture
async def client(state: State, openid: FakeOpenId) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody may sign up."""
    config = AuthConfig(providers={"google": openid.provider()})
    async with serving(state, config) as opened:
        yield opened


@pytest.fixture
async def open_client(state: State, openid: FakeOpenId) -> AsyncIterator[httpx.AsyncClient]:
    """Anybody may sign up."""
    config = AuthConfig(providers={"google": openid.provider()}, sign_up=True)
    async with serving(state, config) as opened:
        yield opened


async def user_of(client: httpx.AsyncClient, landed: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {fragment_of(landed)['access_token']}"}
    user: dict[str, Any] = (await client.get("/user", headers=headers)).json()
    return user


def told(landed: str, error: str, code: str) -> None:
    """The application learns it from the query and from the fragment, as from Supabase."""
    for given in (query_of(landed), fragment_of(landed)):
        assert (given["error"], given["error_code"]) == (error, code)
        assert given["error_description"]
    assert "access_token" not in landed


async def test_the_account_with_the_same_verified_address_is_entered(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    openid.person |= {
        "email": person["email"].upper(),
        "name": "A. L.",
        "picture": "https://p/a.png",
    }
    landed = await round_trip(client)
    given = fragment_of(landed)
    assert given["token_type"] == "bearer"
    assert given["provider_token"].startswith("at-")
    assert given["provider_refresh_token"] == "rt-1"
    user = await user_of(client, landed)
    assert user["id"] == person["id"]
    assert user["app_metadata"]["providers"] == ["email", "google"]
    assert user["app_metadata"]["provider"] == "email"
    assert user["user_metadata"]["full_name"] == "Ada"  # as chosen here
    assert user["user_metadata"]["avatar_url"] == "https://p/a.png"
    identity = next(one for one in user["identities"] if one["provider"] == "google")
    assert identity["id"] == openid.person["sub"]
    assert identity["identity_data"]["email_verified"] is True
    assert identity["identity_data"]["iss"] == openid.url
    # From now on the identity counts, whatever its address has become.
    openid.person |= {"email": "elsewhere@example.com", "email_verified": False}
    assert (await user_of(client, await round_trip(client)))["id"] == person["id"]


async def test_an_unverified_address_never_links(
    client: httpx.AsyncClient,
    open_client: httpx.AsyncClient,
    openid: FakeOpenId,
    person: dict[str, Any],
    database: TestDatabase,
) -> None:
    for verified in (False, None, "false", 0):
        openid.person |= {"email": person["email"], "email_verified": verified}
        for asked in (client, open_client):
            landed = await round_trip(asked)
            told(landed, "access_denied", "provider_email_needs_verification")
    with database.connect() as connection:
        found = connection.execute(
            "select count(*) from auth.identities where provider = 'google' and user_id = %s",
            [person["id"]],
        ).fetchone()
    assert found == (0,)


async def test_a_stranger_gets_an_account_only_where_anybody_may(
    client: httpx.AsyncClient, open_client: httpx.AsyncClient, openid: FakeOpenId
) -> None:
    told(await round_trip(client), "access_denied", "signup_disabled")
    landed = await round_trip(open_client)
    user = await user_of(open_client, landed)
    assert user["email"] == openid.person["email"]
    assert user["email_confirmed_at"]
    assert user["app_metadata"] == {"provider": "google", "providers": ["google"]}
    assert [one["provider"] for one in user["identities"]] == ["google"]
    assert (await user_of(client, await round_trip(client)))["id"] == user["id"]


async def test_an_invitation_is_accepted_by_signing_in(
    client: httpx.AsyncClient, openid: FakeOpenId, state: State
) -> None:
    wanted = {"type": "invite", "email": openid.person["email"], "data": {"team": "x"}}
    made = await client.post("/admin/generate_link", json=wanted, headers=as_admin(state))
    invited = made.json()
    user = await user_of(client, await round_trip(client))
    assert user["id"] == invited["id"]
    assert user["email_confirmed_at"]
    assert user["user_metadata"]["team"] == "x"
    used = await client.post(
        "/verify", json={"type": "invite", "token_hash": invited["hashed_token"]}
    )
    refused(used, 403, "otp_expired")


async def test_who_typed_the_address_first_gets_nothing_of_its_owner(
    open_client: httpx.AsyncClient, openid: FakeOpenId
) -> None:
    credentials = {"email": openid.person["email"], "password": PASSWORD}
    squatted = await open_client.post("/signup", json={**credentials, "data": {"x": 1}})
    assert squatted.is_success
    user = await user_of(open_client, await round_trip(open_client))
    assert user["email"] == credentials["email"]
    assert "x" not in user["user_metadata"]
    again = await open_client.post("/token?grant_type=password", json=credentials)
    refused(again, 400, "invalid_credentials")


async def test_a_disabled_person_stays_out(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any], state: State
) -> None:
    openid.person["email"] = person["email"]
    await round_trip(client)
    path = f"/admin/users/{person['id']}"
    banned = await client.put(path, json={"ban_duration": "1h"}, headers=as_admin(state))
    assert banned.is_success
    told(await round_trip(client), "access_denied", "user_banned")
    landed = await round_trip(client, **PKCE)
    told(landed, "access_denied", "user_banned")


async def test_a_pkce_flow_ends_in_a_code(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    openid.person["email"] = person["email"]
    landed = await round_trip(client, **PKCE)
    assert "#" not in landed
    body = {"auth_code": query_of(landed)["code"], "code_verifier": "x" * 50}
    grant = "/token?grant_type=pkce"
    refused(await client.post(grant, json=body), 400, "bad_code_verifier")
    body["code_verifier"] = VERIFIER
    session = (await client.post(grant, json=body)).json()
    assert session["user"]["id"] == person["id"]
    assert session["provider_token"].startswith("at-")
    assert session["provider_refresh_token"] == "rt-1"
    refused(await client.post(grant, json=body), 404, "flow_state_not_found")


async def test_who_comes_back_must_have_left(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any], state: State
) -> None:
    openid.person["email"] = person["email"]
    back = await come_back(await leave(client))
    told(await arrive(client, {"code": back["code"]}), "invalid_request", "bad_oauth_callback")
    forged = {**back, "state": back["state"][:-4] + "AAAA"}
    told(await arrive(client, forged), "invalid_request", "bad_oauth_state")
    # An access token, or the project's own keys, are no state.
    for key in (state.keys.anon_key, state.keys.service_role_key, "x"):
        told(await arrive(client, {**back, "state": key}), "invalid_request", "bad_oauth_state")
    without_code = await come_back(await leave(client))
    del without_code["code"]
    told(await arrive(client, without_code), "invalid_request", "bad_oauth_callback")
    assert "access_token" in fragment_of(await arrive(client, back))
    told(await arrive(client, back), "invalid_request", "bad_oauth_state")


async def test_a_code_of_another_round_trip_is_refused(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    """Somebody else's code in one's own round trip: its verifier and nonce do not fit."""
    openid.person["email"] = person["email"]
    mine, theirs = await come_back(await leave(client)), await come_back(await leave(client))
    landed = await arrive(client, {"state": mine["state"], "code": theirs["code"]})
    told(landed, "server_error", "unexpected_failure")


async def test_what_the_service_refuses_is_passed_on(
    client: httpx.AsyncClient, openid: FakeOpenId
) -> None:
    openid.refusal = "access_denied"
    landed = await round_trip(client)
    assert fragment_of(landed)["error"] == "access_denied"
    assert fragment_of(landed)["error_description"] == "They said no"


async def test_the_way_back_leads_to_allowed_places_only(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any], state: State
) -> None:
    openid.person["email"] = person["email"]
    inside = f"{state.settings.url}/account?tab=1"
    assert (await round_trip(client, redirect_to=inside)).startswith(f"{inside}#")
    outside = await round_trip(client, redirect_to="https://evil.example/")
    assert outside.startswith(f"{state.settings.url}#")


async def test_what_the_application_adds_is_passed_on_but_never_instead(
    client: httpx.AsyncClient, openid: FakeOpenId
) -> None:
    await come_back(
        await leave(
            client,
            scopes="calendar,mail openid",
            prompt="consent",
            client_id="other",
            redirect_uri="https://evil.example",
            response_mode="web_message",
            request_uri="https://evil.example",
        )
    )
    asked = openid.asked[-1]
    assert asked["scope"] == "openid email profile calendar mail"
    assert asked["prompt"] == "consent"
    assert not {"response_mode", "request_uri"} & asked.keys()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"provider": "github"},
        {"provider": "nobody"},
        {"provider": "google", "code_challenge": "short", "code_challenge_method": "s256"},
        {"provider": "google", "code_challenge": "x" * 43},
    ],
)
async def test_an_unusable_beginning_is_refused(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    refused(await client.get("/authorize", params=query), 400, "validation_failed")


async def test_a_service_may_post_the_way_back(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    openid.person["email"] = person["email"]
    back = await come_back(await leave(client))
    answer = await client.post("/callback", data=back)
    assert "access_token" in fragment_of(answer.headers["location"])


async def test_the_settings_list_the_services(client: httpx.AsyncClient) -> None:
    external = (await client.get("/settings")).json()["external"]
    assert [name for name, on in external.items() if on] == ["google", "email"]


async def test_leaving_is_throttled(client: httpx.AsyncClient) -> None:
    for _ in range(30):
        await leave(client)
    answer = await client.get("/authorize", params={"provider": "google"})
    refused(answer, 429, "over_request_rate_limit")


async def test_nothing_is_left_of_who_never_came_back(
    client: httpx.AsyncClient, database: TestDatabase
) -> None:
    await leave(client)
    with database.connect() as connection:
        connection.execute("update auth.flow_state set created_at = now() - interval '2 days'")
        await leave(client)
        assert connection.execute("select count(*) from auth.flow_state").fetchone() == (1,)


async def test_two_at_once_make_one_account(
    open_client: httpx.AsyncClient, openid: FakeOpenId, database: TestDatabase
) -> None:
    openid.person |= {"sub": uuid4().hex, "email": f"{uuid4().hex}@example.com"}
    trips = [await come_back(await leave(open_client)) for _ in range(2)]
    await asyncio.gather(*(arrive(open_client, back) for back in trips))
    with database.connect() as connection:
        found = connection.execute(
            "select count(*) from auth.users where email = %s", [openid.person["email"]]
        ).fetchone()
    assert found == (1,)
