"""Phone numbers: administrators give them; where a setting allows it people sign in by one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backoffice.auth.config import AuthConfig
from backoffice.state import State
from support.auth import PASSWORD, as_admin, bearer, refused, serving

GRANT = "/token?grant_type=password"
OPEN = AuthConfig(
    sign_up=True, sign_up_autoconfirm=True, anonymous_sign_ins=True, phone_sign_ins=True
)


@pytest.fixture
async def anybody(state: State) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(state, OPEN) as client:
        yield client


def number() -> str:
    return f"1{uuid4().int % 10**10:010d}"


def by(phone: str) -> dict[str, str]:
    return {"phone": phone, "password": PASSWORD}


async def test_a_number_and_a_password_sign_in(anybody: httpx.AsyncClient) -> None:
    phone = number()
    made = await anybody.post("/signup", json=by(f"+{phone[0]} {phone[1:]}"))
    assert made.status_code == 200, made.text
    user = made.json()["user"]
    assert (user["phone"], user["email"], user["is_anonymous"]) == (phone, "", False)
    assert user["phone_confirmed_at"]
    assert user["app_metadata"] == {"provider": "phone", "providers": ["phone"]}
    [identity] = user["identities"]
    assert (identity["provider"], identity["identity_data"]["phone"]) == ("phone", phone)
    signed_in = await anybody.post(GRANT, json=by(f"+{phone}"))
    assert signed_in.json()["user"]["id"] == user["id"]
    refused(
        await anybody.post(GRANT, json={**by(phone), "password": "x"}), 400, "invalid_credentials"
    )
    refused(await anybody.post("/signup", json=by(phone)), 422, "user_already_exists")
    refused(
        await anybody.get("/reauthenticate", headers=bearer(made.json())), 422, "sms_send_failed"
    )


async def test_a_number_joins_an_account(anybody: httpx.AsyncClient) -> None:
    email, phone = f"{uuid4().hex}@example.com", number()
    session = (await anybody.post("/signup", json={"email": email, "password": PASSWORD})).json()
    changed = await anybody.put("/user", headers=bearer(session), json={"phone": phone})
    assert changed.json()["phone"] == phone
    assert changed.json()["app_metadata"]["providers"] == ["email", "phone"]
    assert (await anybody.post(GRANT, json=by(phone))).json()["user"]["email"] == email
    other = (await anybody.post("/signup", json={})).json()
    taken = await anybody.put("/user", headers=bearer(other), json={"phone": phone})
    refused(taken, 422, "phone_exists")
    assert "this phone number has already been registered" in taken.json()["message"]
    named = await anybody.put("/user", headers=bearer(other), json={"phone": number()})
    assert named.json()["is_anonymous"] is False


async def test_a_number_may_be_taken_away_again(state: State) -> None:
    phone = number()
    config = replace(OPEN, manual_linking=True)
    async with serving(state, config) as client:
        email = f"{uuid4().hex}@example.com"
        session = (await client.post("/signup", json={"email": email, "password": PASSWORD})).json()
        headers = bearer(session)
        user = (await client.put("/user", headers=headers, json={"phone": phone})).json()
        [by_phone] = [one for one in user["identities"] if one["provider"] == "phone"]
        gone = await client.delete(f"/user/identities/{by_phone['identity_id']}", headers=headers)
        assert gone.is_success, gone.text
        user = (await client.get("/user", headers=headers)).json()
        assert (user["phone"], user["app_metadata"]["providers"]) == ("", ["email"])
        refused(await client.post(GRANT, json=by(phone)), 400, "invalid_credentials")


async def test_no_message_goes_to_a_phone(anybody: httpx.AsyncClient) -> None:
    for kind in ("sms", "phone_change"):
        again = await anybody.post("/resend", json={"phone": number(), "type": kind})
        assert (again.status_code, again.json()) == (200, {}), "nothing waits to be sent"
    refused(await anybody.post("/otp", json={"phone": number()}), 422, "sms_send_failed")
    refused(await anybody.post("/otp", json={"phone": "no number"}), 400, "validation_failed")


async def test_settings_tell(anybody: httpx.AsyncClient) -> None:
    settings = (await anybody.get("/settings")).json()
    assert settings["external"]["phone"] is True
    assert settings["phone_autoconfirm"] is True


async def test_a_number_that_must_be_confirmed_is_not_taken(state: State) -> None:
    async with serving(state, AuthConfig(sign_up=True, phone_sign_ins=True)) as client:
        refused(await client.post("/signup", json=by(number())), 422, "sms_send_failed")
        assert (await client.get("/settings")).json()["phone_autoconfirm"] is False


async def test_it_is_off_unless_a_setting_says_so(state: State) -> None:
    async with serving(state, AuthConfig(sign_up=True, sign_up_autoconfirm=True)) as client:
        refused(await client.post("/signup", json=by(number())), 400, "phone_provider_disabled")
        refused(await client.post(GRANT, json=by(number())), 422, "phone_provider_disabled")


@pytest.mark.parametrize("body", [{"email": "a@example.com"}, {}])
async def test_one_of_both_signs_up(anybody: httpx.AsyncClient, body: dict[str, str]) -> None:
    password = {} if not body else {"password": PASSWORD}
    answer = await anybody.post("/signup", json={"phone": number(), **password, **body})
    refused(answer, 400, "validation_failed")


async def test_an_administrator_gives_numbers(anybody: httpx.AsyncClient, state: State) -> None:
    headers, phone = as_admin(state), number()

    async def create(**given: Any) -> httpx.Response:
        return await anybody.post("/admin/users", headers=headers, json=given)

    unconfirmed = (await create(**by(phone))).json()
    assert "phone_confirmed_at" not in unconfirmed
    refused(await anybody.post(GRANT, json=by(phone)), 400, "phone_not_confirmed")
    address = f"/admin/users/{unconfirmed['id']}"
    confirmed = await anybody.put(address, headers=headers, json={"phone_confirm": True})
    assert confirmed.json()["phone_confirmed_at"]
    assert (await anybody.post(GRANT, json=by(phone))).is_success
    again = await create(phone=f"+{phone}")
    refused(again, 422, "phone_exists")
    assert "already registered by another user" in again.json()["message"]
    email = f"{uuid4().hex}@example.com"
    both = (await create(email=email, phone=number(), phone_confirm=True)).json()
    assert both["app_metadata"] == {"provider": "email", "providers": ["email", "phone"]}
    moved = await anybody.put(f"/admin/users/{both['id']}", headers=headers, json={"phone": phone})
    refused(moved, 422, "phone_exists")


def test_an_administrator_changes_a_number(
    admin: httpx.Client, person: dict[str, Any], sign_in: Callable[[], dict[str, Any]]
) -> None:
    phone = number()
    change = {"phone": phone, "phone_confirm": True}
    changed = admin.put(f"/admin/users/{person['id']}", json=change).json()
    assert (changed["phone"], changed["email"]) == (phone, person["email"])
    assert sign_in()["user"]["phone"] == phone
