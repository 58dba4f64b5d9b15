"""A new address, proof of who changes a password, identities, and how long a session lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from backoffice.auth.config import AuthConfig
from backoffice.auth.limits import Limit
from backoffice.settings import Settings
from backoffice.state import State
from support.auth import PASSWORD, bearer, mails_to, refused, serving
from support.database import TestDatabase

OFTEN = Limit(burst=1000, every=timedelta(milliseconds=1))


@pytest.fixture
async def client(state: State) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(state, AuthConfig(mails_per_account=OFTEN)) as opened:
        yield opened


async def sign_in(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    credentials = {"email": email, "password": PASSWORD}
    answer = await client.post("/token?grant_type=password", json=credentials)
    assert answer.is_success, answer.text
    return bearer(answer.json())


async def follow(client: httpx.AsyncClient, state: State, address: str) -> dict[str, str]:
    link = urlsplit(mails_to(state, address)[0].links[0])
    answer = await client.get(f"/verify?{link.query}")
    assert answer.status_code == 303
    parts = parse_qs(urlsplit(answer.headers["location"]).fragment)
    return {name: value for name, [value] in parts.items()}


def profile_email(database: TestDatabase, user_id: str) -> str:
    with database.connect() as connection:
        row = connection.execute("select email from profiles where id = %s", [user_id]).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize("first", ["old", "new"])
async def test_both_addresses_confirm_in_any_order(
    client: httpx.AsyncClient,
    state: State,
    person: dict[str, Any],
    first: str,
    database: TestDatabase,
) -> None:
    old, new = person["email"], f"{uuid4().hex}@example.com"
    headers = await sign_in(client, old)
    answer = await client.put("/user", json={"email": new.upper()}, headers=headers)
    assert (answer.json()["email"], answer.json()["new_email"]) == (old, new)
    one, other = (old, new) if first == "old" else (new, old)
    assert "accepted" in (await follow(client, state, one))["message"]
    assert (await follow(client, state, one))["error_code"] == "otp_expired"
    assert (await client.get("/user", headers=headers)).json()["email"] == old
    assert (await follow(client, state, other))["access_token"]
    user = (await client.get("/user", headers=headers)).json()
    assert user["email"] == user["identities"][0]["email"] == new
    assert "new_email" not in user
    assert profile_email(database, person["id"]) == new
    await sign_in(client, new)


async def test_half_a_confirmation_is_told_where_the_flow_looks(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    """A PKCE flow reads the query, where its code would be."""
    challenge = {"code_challenge": "c" * 43, "code_challenge_method": "plain"}
    new = f"{uuid4().hex}@example.com"
    headers = await sign_in(client, person["email"])
    await client.put("/user", json={"email": new, **challenge}, headers=headers)
    link = urlsplit(mails_to(state, new)[0].links[0])
    answer = await client.get(f"/verify?{link.query}")
    led = urlsplit(answer.headers["location"])
    assert parse_qs(led.query)["message"] == parse_qs(led.fragment)["message"]


async def test_typed_codes_confirm_too(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    old, new = person["email"], f"{uuid4().hex}@example.com"
    await client.put("/user", json={"email": new}, headers=await sign_in(client, old))
    answers = []
    for address in (new, old):
        code = mails_to(state, address)[0].text.split("code: ")[1].split()[0]
        body = {"type": "email_change", "email": address, "token": code}
        answers.append((await client.post("/verify", json=body)).json())
    assert answers[0]["code"] == "200"
    assert answers[1]["user"]["email"] == new


async def test_the_new_address_alone_confirms_where_that_is_enough(
    state: State, person: dict[str, Any]
) -> None:
    async with serving(state, AuthConfig(confirm_both_addresses=False)) as client:
        new = f"{uuid4().hex}@example.com"
        headers = await sign_in(client, person["email"])
        await client.put("/user", json={"email": new}, headers=headers)
        assert mails_to(state, person["email"]) == []
        assert (await follow(client, state, new))["access_token"]
        assert (await client.get("/user", headers=headers)).json()["email"] == new


async def test_asking_again_starts_again(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    first, second = (f"{uuid4().hex}@example.com" for _ in range(2))
    headers = await sign_in(client, person["email"])
    await client.put("/user", json={"email": first}, headers=headers)
    await follow(client, state, person["email"])
    await client.put("/user", json={"email": second}, headers=headers)
    assert (await follow(client, state, first))["error_code"] == "otp_expired"
    assert "message" in await follow(client, state, second)
    await client.post("/resend", json={"type": "email_change", "email": person["email"]})
    assert "message" in await follow(client, state, second)
    assert (await follow(client, state, person["email"]))["access_token"]


async def test_an_address_taken_meanwhile_is_refused(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    new = f"{uuid4().hex}@example.com"
    headers = await sign_in(client, person["email"])
    await client.put("/user", json={"email": new}, headers=headers)
    await follow(client, state, person["email"])
    key = {"Authorization": f"Bearer {state.keys.service_role_key}"}
    await client.post("/admin/users", json={"email": new}, headers=key)
    assert (await follow(client, state, new))["error_code"] == "email_exists"


async def test_a_new_password_ends_a_pending_change(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    new = f"{uuid4().hex}@example.com"
    headers = await sign_in(client, person["email"])
    await client.put("/user", json={"email": new}, headers=headers)
    await client.put("/user", json={"password": "battery staple"}, headers=headers)
    assert (await follow(client, state, new))["error_code"] == "otp_expired"


async def test_an_old_session_proves_itself_before_it_changes_the_password(
    state: State, person: dict[str, Any], database: TestDatabase
) -> None:
    config = AuthConfig(reauthenticate_after=timedelta(days=1))
    async with serving(state, config) as client:
        headers = await sign_in(client, person["email"])
        body = {"password": "battery staple"}
        with database.connect() as connection:
            connection.execute(
                "update auth.sessions set created_at = now() - interval '25 h' where user_id = %s",
                [person["id"]],
            )
        answer = await client.put("/user", json=body, headers=headers)
        refused(answer, 400, "reauthentication_needed")
        await client.get("/reauthenticate", headers=headers)
        code = mails_to(state, person["email"])[0].text.split("Your code: ")[1].split()[0]
        wrong = {**body, "nonce": f"{(int(code) + 1) % 10**6:06d}"}
        answer = await client.put("/user", json=wrong, headers=headers)
        refused(answer, 422, "reauthentication_not_valid")
        right = {**body, "nonce": code}
        assert (await client.put("/user", json=right, headers=headers)).is_success


async def test_a_fresh_session_needs_no_code(state: State, person: dict[str, Any]) -> None:
    async with serving(state, AuthConfig(reauthenticate_after=timedelta(days=1))) as client:
        headers = await sign_in(client, person["email"])
        answer = await client.put("/user", json={"password": "battery staple"}, headers=headers)
        assert answer.is_success


def test_the_settings_reach_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKOFFICE_SESSION_LIFETIME", "P30D")
    monkeypatch.setenv("BACKOFFICE_SESSION_INACTIVITY", "PT1H")
    monkeypatch.setenv("BACKOFFICE_REDIRECT_URLS", "https://a.example, https://b.example")
    monkeypatch.setenv("BACKOFFICE_REQUIRE_REAUTHENTICATION", "true")
    monkeypatch.setenv("BACKOFFICE_CONFIRM_BOTH_ADDRESSES", "false")
    config = AuthConfig.of(Settings())
    assert config.session_timebox == timedelta(days=30)
    assert config.session_inactivity == timedelta(hours=1)
    assert config.redirect_urls == ["https://a.example", "https://b.example"]
    assert config.reauthenticate_after == timedelta(days=1)
    assert not config.confirm_both_addresses
    assert not config.sign_up
