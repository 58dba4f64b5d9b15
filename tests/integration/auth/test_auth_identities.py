"""Linking and unlinking ways to sign in, where a setting lets people do it themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backoffice.auth.config import AuthConfig
from backoffice.state import State
from support.auth import PASSWORD, as_admin, bearer, refused, serving
from support.database import TestDatabase
from support.fake_openid import FakeOpenId
from support.sign_in_elsewhere import arrive, come_back, fragment_of, round_trip

LINK = "/user/identities/authorize"
ASKED = {"provider": "google", "skip_http_redirect": "true"}


@pytest.fixture
async def client(state: State, openid: FakeOpenId) -> AsyncIterator[httpx.AsyncClient]:
    config = AuthConfig(providers={"google": openid.provider()}, manual_linking=True)
    async with serving(state, config) as opened:
        yield opened


async def sign_in(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    body = {"email": email, "password": PASSWORD}
    return bearer((await client.post("/token?grant_type=password", json=body)).json())


async def linked(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, str]:
    answer = await client.get(LINK, params=ASKED, headers=headers)
    assert answer.status_code == 200, answer.text
    return fragment_of(await arrive(client, await come_back(answer.json()["url"])))


async def test_a_signed_in_person_adds_a_service(
    client: httpx.AsyncClient, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    headers = await sign_in(client, person["email"])
    # The address is another one, and nobody vouches for it: the person is signed in already.
    openid.person |= {"email": "private@example.com", "email_verified": False}
    given = await linked(client, headers)
    assert "access_token" in given
    user = (await client.get("/user", headers=headers)).json()
    assert [one["provider"] for one in user["identities"]] == ["email", "google"]
    assert user["email"] == person["email"]
    assert (await linked(client, headers))["error_code"] == "identity_already_exists"
    entered = fragment_of(await round_trip(client))
    answer = await client.get("/user", headers=bearer(entered))
    assert answer.json()["id"] == person["id"]


async def test_a_service_tells_who_an_anonymous_person_is(state: State, openid: FakeOpenId) -> None:
    config = AuthConfig(
        providers={"google": openid.provider()},
        manual_linking=True,
        sign_up=True,
        anonymous_sign_ins=True,
    )
    async with serving(state, config) as client:
        headers = bearer((await client.post("/signup", json={})).json())
        await linked(client, headers)
        user = (await client.get("/user", headers=headers)).json()
        assert user["is_anonymous"] is False
        assert user["email"] == openid.person["email"]
        assert user["app_metadata"] == {"provider": "google", "providers": ["google"]}
        # The address of somebody else stays theirs.
        headers = bearer((await client.post("/signup", json={})).json())
        openid.person |= {"sub": "another", "email": "admin@admin.com"}
        await linked(client, headers)
        user = (await client.get("/user", headers=headers)).json()
        assert (user["is_anonymous"], user["email"]) == (False, "")


async def test_somebody_elses_identity_is_not_taken(
    client: httpx.AsyncClient, person: dict[str, Any], state: State
) -> None:
    await linked(client, await sign_in(client, person["email"]))
    other = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "email_confirm": True}
    await client.post("/admin/users", json=other, headers=as_admin(state))
    given = await linked(client, await sign_in(client, str(other["email"])))
    assert given["error_code"] == "identity_already_exists"
    assert "access_token" not in given


async def test_linking_is_for_the_signed_in(client: httpx.AsyncClient) -> None:
    refused(await client.get(LINK, params=ASKED), 401, "no_authorization")


async def test_linking_is_off_unless_a_setting_allows_it(
    state: State, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    async with serving(state, AuthConfig(providers={"google": openid.provider()})) as client:
        headers = await sign_in(client, person["email"])
        answer = await client.get(LINK, params=ASKED, headers=headers)
        refused(answer, 404, "manual_linking_disabled")
        answer = await client.delete(f"/user/identities/{uuid4()}", headers=headers)
        refused(answer, 404, "manual_linking_disabled")


async def test_a_second_identity_may_go_but_not_the_last(
    client: httpx.AsyncClient, person: dict[str, Any], database: TestDatabase
) -> None:
    headers = await sign_in(client, person["email"])
    [own] = person["identities"]
    alone = await client.delete(f"/user/identities/{own['identity_id']}", headers=headers)
    refused(alone, 422, "single_identity_not_deletable")
    with database.connect() as connection:
        connection.execute(
            "insert into auth.identities (id, provider_id, user_id, identity_data, provider)"
            " values (gen_random_uuid(), 'x', %s, '{}', 'github')",
            [person["id"]],
        )
    user = (await client.get("/user", headers=headers)).json()
    other = next(one for one in user["identities"] if one["provider"] == "github")
    mail = await client.delete(f"/user/identities/{own['identity_id']}", headers=headers)
    refused(mail, 422, "email_conflict_identity_not_deletable")
    stranger = await client.delete(f"/user/identities/{uuid4()}", headers=headers)
    refused(stranger, 422, "identity_not_found")
    bad = await client.delete("/user/identities/x", headers=headers)
    refused(bad, 404, "validation_failed")
    gone = await client.delete(f"/user/identities/{other['identity_id']}", headers=headers)
    assert gone.is_success
    user = (await client.get("/user", headers=headers)).json()
    assert [one["provider"] for one in user["identities"]] == ["email"]
    assert user["app_metadata"]["providers"] == ["email"]
