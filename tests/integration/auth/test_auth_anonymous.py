"""Signing in without saying who one is, where a setting allows that, and saying it later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backoffice.auth.config import AuthConfig
from backoffice.staff_mark import COOKIE
from backoffice.state import State
from backoffice.tokens import Tokens
from support.auth import PASSWORD, as_admin, bearer, mails_to, refused, serving
from support.database import TestDatabase

OPEN = AuthConfig(sign_up=True, sign_up_autoconfirm=True, anonymous_sign_ins=True)


@pytest.fixture
async def anybody(state: State) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(state, OPEN) as client:
        yield client


async def come_in(client: httpx.AsyncClient, **data: Any) -> dict[str, Any]:
    answer = await client.post("/signup", json={"data": data})
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


def profile_of(database: TestDatabase, session: dict[str, Any]) -> tuple[str] | None:
    with database.connect() as connection:
        return connection.execute(
            "select email from public.profiles where id = %s", [session["user"]["id"]]
        ).fetchone()


async def test_nobody_in_particular_is_signed_in(
    anybody: httpx.AsyncClient, state: State, database: TestDatabase
) -> None:
    session = await come_in(anybody, theme="dark")
    user = session["user"]
    assert user["is_anonymous"] is True
    assert (user["email"], user["phone"]) == ("", "")
    assert (user["app_metadata"], user["user_metadata"]) == ({}, {"theme": "dark"})
    assert user["identities"] == []
    claims = Tokens(state.keys).verify(session["access_token"])
    assert (claims["role"], claims["is_anonymous"]) == ("authenticated", True)
    assert [proof["method"] for proof in claims["amr"]] == ["anonymous"]
    assert profile_of(database, session) is None
    again = {"refresh_token": session["refresh_token"]}
    refreshed = await anybody.post("/token?grant_type=refresh_token", json=again)
    assert refreshed.json()["user"]["id"] == user["id"]
    assert COOKIE not in anybody.cookies, "nobody of the backoffice's own"


async def test_an_address_and_a_password_make_an_account_of_it(
    anybody: httpx.AsyncClient, database: TestDatabase
) -> None:
    session = await come_in(anybody)
    email = f"{uuid4().hex}@example.com"
    alone = await anybody.put("/user", headers=bearer(session), json={"password": PASSWORD})
    refused(alone, 422, "validation_failed")
    named = await anybody.put(
        "/user", headers=bearer(session), json={"email": email, "password": PASSWORD}
    )
    assert named.status_code == 200, named.text
    user = named.json()
    assert (user["email"], user["is_anonymous"]) == (email, False)
    assert user["email_confirmed_at"]
    assert user["app_metadata"] == {"provider": "email", "providers": ["email"]}
    assert [identity["provider"] for identity in user["identities"]] == ["email"]
    assert profile_of(database, session) == (email,)
    grant = {"email": email, "password": PASSWORD}
    signed_in = await anybody.post("/token?grant_type=password", json=grant)
    assert signed_in.json()["user"]["id"] == session["user"]["id"]
    another = {"email": f"{uuid4().hex}@example.com"}
    changed = await anybody.put("/user", headers=bearer(signed_in.json()), json=another)
    assert changed.json()["email"] == email, "from now on an address is confirmed first"


async def test_an_address_of_somebody_else_is_refused(anybody: httpx.AsyncClient) -> None:
    session = await come_in(anybody)
    taken = await anybody.put("/user", headers=bearer(session), json={"email": "admin@admin.com"})
    refused(taken, 422, "email_exists")
    again = await anybody.get("/user", headers=bearer(session))
    assert again.json()["is_anonymous"] is True


async def test_where_addresses_are_confirmed_a_mail_comes_first(
    state: State, database: TestDatabase
) -> None:
    config = AuthConfig(sign_up=True, anonymous_sign_ins=True)
    async with serving(state, config) as client:
        session = await come_in(client)
        email = f"{uuid4().hex}@example.com"
        asked = await client.put("/user", headers=bearer(session), json={"email": email})
        assert (asked.json()["new_email"], asked.json()["is_anonymous"]) == (email, True)
        [mail] = mails_to(state, email)
        typed = mail.text.split("code: ")[1].split()[0]
        code = {"type": "email_change", "email": email, "token": typed}
        confirmed = await client.post("/verify", json=code)
        assert confirmed.status_code == 200, confirmed.text
        user = confirmed.json()["user"]
        assert (user["email"], user["is_anonymous"]) == (email, False)
        assert user["app_metadata"]["providers"] == ["email"]
    assert profile_of(database, session) == (email,)


async def test_an_administrator_says_who_it_is(anybody: httpx.AsyncClient, state: State) -> None:
    session, email = await come_in(anybody), f"{uuid4().hex}@example.com"
    address = f"/admin/users/{session['user']['id']}"
    heard = await anybody.put(address, headers=as_admin(state), json={"email": email})
    assert (heard.json()["email"], heard.json()["is_anonymous"]) == (email, True)
    sure = {"email": email, "email_confirm": True}
    known = await anybody.put(address, headers=as_admin(state), json=sure)
    assert known.json()["is_anonymous"] is False


async def test_there_is_nowhere_to_send_a_code_to(anybody: httpx.AsyncClient) -> None:
    session = await come_in(anybody)
    refused(await anybody.get("/reauthenticate", headers=bearer(session)), 422, "validation_failed")


async def test_a_second_factor_is_for_somebody(anybody: httpx.AsyncClient) -> None:
    headers = bearer(await come_in(anybody))
    refused(
        await anybody.post("/factors", headers=headers, json={"factor_type": "totp"}),
        403,
        "no_authorization",
    )


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (AuthConfig(sign_up=True), "anonymous_provider_disabled"),
        (AuthConfig(), "anonymous_provider_disabled"),
        (AuthConfig(anonymous_sign_ins=True), "signup_disabled"),
    ],
)
async def test_a_setting_allows_it(state: State, config: AuthConfig, code: str) -> None:
    async with serving(state, config) as client:
        refused(await client.post("/signup", json={}), 422, code)
        settings = await client.get("/settings")
    assert settings.json()["external"]["anonymous_users"] is False


async def test_settings_tell(anybody: httpx.AsyncClient) -> None:
    assert (await anybody.get("/settings")).json()["external"]["anonymous_users"] is True


async def test_from_one_place_some_at_once(anybody: httpx.AsyncClient) -> None:
    for _ in range(OPEN.anonymous_per_address.burst):
        await come_in(anybody)
    refused(await anybody.post("/signup", json={}), 429, "over_request_rate_limit")
