"""E-mails: who gets which, that nobody learns who has an account, and how often one is sent."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from backoffice.auth.config import AuthConfig
from backoffice.auth.limits import Limit
from backoffice.auth.mails import Letter, compose
from backoffice.state import State
from support.auth import PASSWORD, bearer, mails_to, refused, serving
from support.database import TestDatabase

OFTEN = Limit(burst=1000, every=timedelta(milliseconds=1))


@pytest.fixture
async def client(state: State) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(state, AuthConfig(mails_per_account=OFTEN)) as opened:
        yield opened


@pytest.fixture
async def open_house(state: State) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(state, AuthConfig(sign_up=True, mails_per_account=OFTEN)) as opened:
        yield opened


def service(state: State) -> dict[str, str]:
    return {"Authorization": f"Bearer {state.keys.service_role_key}"}


def somebody() -> str:
    return f"{uuid4().hex}@example.com"


def code_in(state: State, address: str) -> str:
    return mails_to(state, address)[0].text.split("code: ")[1].split()[0]


def link_in(state: State, address: str) -> str:
    parts = urlsplit(mails_to(state, address)[0].links[0])
    assert parts.path == "/auth/v1/verify"
    assert f"{parts.scheme}://{parts.netloc}" == state.settings.url
    return f"/verify?{parts.query}"


def fragment(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    parts = parse_qs(urlsplit(answer.headers["location"]).fragment)
    return {name: value for name, [value] in parts.items()}


async def test_a_forgotten_password_is_replaced(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    answer = await client.post("/recover", json={"email": person["email"].upper()})
    assert (answer.status_code, answer.json()) == (200, {})
    told = fragment(await client.get(link_in(state, person["email"])))
    assert told["type"] == "recovery"
    new = {"password": "battery staple"}
    assert (await client.put("/user", json=new, headers=bearer(told))).is_success
    again = await client.get(link_in(state, person["email"]))
    assert fragment(again)["error_code"] == "otp_expired"
    credentials = {"email": person["email"], **new}
    assert (await client.post("/token?grant_type=password", json=credentials)).is_success


@pytest.mark.parametrize("path", ["/otp", "/magiclink"])
async def test_a_code_of_six_digits_signs_in_once(
    client: httpx.AsyncClient, state: State, person: dict[str, Any], path: str
) -> None:
    await client.post(path, json={"email": person["email"]})
    code = code_in(state, person["email"])
    assert len(code) == 6
    assert code.isdecimal()
    body = {"type": "email", "email": person["email"], "token": code}
    answer = await client.post("/verify", json=body)
    assert answer.json()["user"]["id"] == person["id"]
    refused(await client.post("/verify", json=body), 403, "otp_expired")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/recover", {}),
        ("/otp", {}),
        ("/otp", {"create_user": False}),
        ("/magiclink", {}),
        ("/resend", {"type": "signup"}),
        ("/resend", {"type": "email_change"}),
    ],
)
async def test_nobody_learns_who_has_an_account(
    client: httpx.AsyncClient, state: State, person: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    nobody = somebody()
    answers = [
        await client.post(path, json={**body, "email": email})
        for email in (person["email"], nobody, "admin@admin.com")
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "{}")}
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert mails_to(state, nobody) == []


async def test_the_account_is_looked_for_only_after_the_answer(
    state: State, person: dict[str, Any], database: TestDatabase
) -> None:
    events: list[str] = []

    async with serving(state, AuthConfig()) as client:
        app = client._transport.app  # type: ignore[attr-defined]

        async def spying(scope: Any, receive: Any, send: Any) -> None:
            async def noted(message: Any) -> None:
                if message["type"] == "http.response.body":
                    sent = database_has_token(database, person["id"])
                    events.append("token" if sent else "nothing")
                await send(message)

            await app(scope, receive, noted)

        client._transport.app = spying  # type: ignore[attr-defined]
        await client.post("/recover", json={"email": person["email"]})
    assert events == ["nothing"]
    assert database_has_token(database, person["id"])


def database_has_token(database: TestDatabase, user_id: str) -> bool:
    with database.connect() as connection:
        row = connection.execute(
            "select exists (select 1 from auth.one_time_tokens where user_id = %s)", [user_id]
        ).fetchone()
    return bool(row and row[0])


async def test_one_mail_a_minute_to_an_address_whether_or_not_anybody_has_it(
    state: State, person: dict[str, Any]
) -> None:
    async with serving(state, AuthConfig()) as client:
        for email in (person["email"], somebody()):
            assert (await client.post("/recover", json={"email": email})).is_success
            for path in ("/recover", "/otp"):
                answer = await client.post(path, json={"email": email.upper()})
                refused(answer, 429, "over_email_send_rate_limit")
                assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert len(mails_to(state, person["email"])) == 1


async def test_thirty_in_five_minutes_from_one_place(state: State) -> None:
    async with serving(state, AuthConfig()) as client:
        for _ in range(30):
            assert (await client.post("/recover", json={"email": somebody()})).is_success
        answer = await client.post("/otp", json={"email": somebody()})
        refused(answer, 429, "over_request_rate_limit")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/recover", {}, 400, "validation_failed"),
        ("/recover", {"email": "nothing"}, 400, "validation_failed"),
        ("/recover", {"email": ["a@b.c"]}, 400, "bad_json"),
        ("/otp", {}, 400, "validation_failed"),
        ("/otp", {"email": "a@example.com", "phone": "+1555"}, 400, "validation_failed"),
        ("/otp", {"phone": "+1555"}, 400, "phone_provider_disabled"),
        ("/resend", {"phone": "+1555", "type": "sms"}, 400, "phone_provider_disabled"),
        ("/resend", {"phone": "+1555", "type": "signup"}, 400, "validation_failed"),
        ("/resend", {"email": "a@example.com"}, 400, "validation_failed"),
        ("/resend", {"email": "a@example.com", "type": "sms"}, 400, "validation_failed"),
        ("/invite", {"email": "a@example.com"}, 401, "no_authorization"),
        ("/reauthenticate", {}, 401, "no_authorization"),
    ],
)
async def test_what_asks_for_no_mail(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    refused(await client.post(path, json=body), status, code)


async def test_mails_lead_nowhere_else(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    site = state.settings.url
    wanted = {f"{site}/reset": f"{site}/reset", "https://evil.example": site}
    port = state.settings.port
    wanted[f"http://localhost:{port}/reset"] = f"http://localhost:{port}/reset"
    # What is being built on this machine may use a server that only this machine reaches.
    wanted["http://localhost:3000/reset"] = "http://localhost:3000/reset"
    wanted["http://127.0.0.1:5173/reset"] = "http://127.0.0.1:5173/reset"
    wanted["https://localhost:3000/reset"] = site
    wanted["http://localhost.example.com:3000/reset"] = site
    for asked, led in wanted.items():
        await client.post(
            "/recover", params={"redirect_to": asked}, json={"email": person["email"]}
        )
        query = parse_qs(urlsplit(link_in(state, person["email"])).query)
        assert query["redirect_to"] == [led]


async def test_a_server_without_mail_says_so(state: State, person: dict[str, Any]) -> None:
    elsewhere = state.settings.model_copy(update={"public_url": "https://x.example.com"})
    without = State(elsewhere, state.keys, state.database, state.auth_database)
    async with serving(without, AuthConfig(sign_up=True)) as client:
        body = {"email": person["email"], "password": PASSWORD}
        for path in ("/recover", "/otp", "/signup"):
            refused(await client.post(path, json=body), 422, "email_provider_disabled")
        answer = await client.post("/invite", json={"email": somebody()}, headers=service(state))
        refused(answer, 422, "email_provider_disabled")


async def test_an_invitation_is_accepted_and_told_only_to_an_administrator(
    client: httpx.AsyncClient, state: State
) -> None:
    email = somebody()
    body = {"email": email, "data": {"full_name": "<b>New</b>"}}
    answer = await client.post("/invite", json=body, headers=service(state))
    assert answer.json()["invited_at"]
    assert answer.json()["user_metadata"]["full_name"] == "<b>New</b>"
    [mail] = mails_to(state, email)
    assert "invited" in mail.subject
    told = fragment(await client.get(link_in(state, email)))
    assert told["type"] == "invite"
    refused(await client.post("/invite", json=body, headers=service(state)), 422, "email_exists")
    refused(await client.post("/invite", json=body, headers=bearer(told)), 403, "not_admin")


async def test_a_failing_smtp_server_is_told_to_the_administrator_alone(
    state: State, person: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.mail.PAUSE_SECONDS", 0.0)
    settings = state.settings.model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": 1, "mail_from": "a@example.com"}
    )
    broken = State(settings, state.keys, state.database, state.auth_database)
    async with serving(broken, AuthConfig()) as client:
        answer = await client.post("/invite", json={"email": somebody()}, headers=service(state))
        refused(answer, 500, "unexpected_failure")
        assert (await client.post("/recover", json={"email": person["email"]})).json() == {}


async def test_signing_up_is_closed_unless_opened(client: httpx.AsyncClient, state: State) -> None:
    email = somebody()
    body = {"email": email, "password": PASSWORD}
    refused(await client.post("/signup", json=body), 422, "signup_disabled")
    await client.post("/otp", json={"email": email})
    assert mails_to(state, email) == []


async def test_a_sign_up_is_confirmed_by_mail(open_house: httpx.AsyncClient, state: State) -> None:
    email = somebody()
    body = {"email": email, "password": PASSWORD, "data": {"full_name": "Eve"}}
    answer = await open_house.post("/signup", json=body)
    assert answer.status_code == 200, answer.text
    assert "access_token" not in answer.json()
    assert answer.json()["confirmation_sent_at"]
    credentials = {"email": email, "password": PASSWORD}
    early = await open_house.post("/token?grant_type=password", json=credentials)
    refused(early, 400, "email_not_confirmed")
    await open_house.post("/resend", json={"email": email, "type": "signup"})
    assert len(mails_to(state, email)) == 2
    told = fragment(await open_house.get(link_in(state, email)))
    assert told["type"] == "signup"
    assert (await open_house.post("/token?grant_type=password", json=credentials)).is_success
    settings = (await open_house.get("/settings")).json()
    assert (settings["disable_signup"], settings["mailer_autoconfirm"]) == (False, False)


async def test_signing_up_with_somebody_elses_address_shows_and_changes_nothing(
    open_house: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: shape(item) for name, item in value.items()}
        return [shape(item) for item in value] if isinstance(value, list) else type(value)

    body = {"password": "another one", "data": {"full_name": "Eve"}}
    new = await open_house.post("/signup", json={**body, "email": somebody()})
    known = await open_house.post("/signup", json={**body, "email": person["email"]})
    assert shape(known.json()) == shape(new.json())
    assert known.json()["id"] != person["id"]
    assert known.json()["email"] == known.json()["identities"][0]["email"] == person["email"]
    assert known.json()["user_metadata"]["full_name"] == "Eve"
    assert mails_to(state, person["email"]) == []
    credentials = {"email": person["email"], "password": PASSWORD}
    signed_in = await open_house.post("/token?grant_type=password", json=credentials)
    assert signed_in.json()["user"]["user_metadata"]["full_name"] == "Ada"


async def test_an_unconfirmed_sign_up_keeps_its_first_password(
    open_house: httpx.AsyncClient, state: State
) -> None:
    email = somebody()
    await open_house.post("/signup", json={"email": email, "password": PASSWORD})
    await open_house.post("/signup", json={"email": email, "password": "another one"})
    assert len(mails_to(state, email)) == 2
    await open_house.get(link_in(state, email))
    credentials = {"email": email, "password": PASSWORD}
    assert (await open_house.post("/token?grant_type=password", json=credentials)).is_success


async def test_a_code_signs_somebody_new_up(open_house: httpx.AsyncClient, state: State) -> None:
    email = somebody()
    await open_house.post("/otp", json={"email": email, "create_user": False})
    assert mails_to(state, email) == []
    await open_house.post("/otp", json={"email": email, "data": {"full_name": "Eve"}})
    body = {"type": "email", "email": email, "token": code_in(state, email)}
    user = (await open_house.post("/verify", json=body)).json()["user"]
    assert user["email_confirmed_at"]
    assert user["user_metadata"]["full_name"] == "Eve"


async def test_autoconfirm_signs_in_at_once(state: State, person: dict[str, Any]) -> None:
    async with serving(state, AuthConfig(sign_up=True, sign_up_autoconfirm=True)) as client:
        body = {"email": somebody(), "password": PASSWORD}
        session = (await client.post("/signup", json=body)).json()
        assert session["user"]["email_confirmed_at"]
        assert (await client.get("/user", headers=bearer(session))).is_success
        body["email"] = person["email"]
        refused(await client.post("/signup", json=body), 422, "user_already_exists")
        weak = {"email": somebody(), "password": "x"}
        refused(await client.post("/signup", json=weak), 422, "weak_password")


async def test_a_reauthentication_code_signs_nobody_in(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    credentials = {"email": person["email"], "password": PASSWORD}
    session = (await client.post("/token?grant_type=password", json=credentials)).json()
    answer = await client.get("/reauthenticate", headers=bearer(session))
    assert (answer.status_code, answer.json()) == (200, {})
    code = mails_to(state, person["email"])[0].text.split("Your code: ")[1].split()[0]
    for kind in ("recovery", "email", "signup", "email_change"):
        body = {"type": kind, "email": person["email"], "token": code}
        refused(await client.post("/verify", json=body), 403, "otp_expired")
    body = {"type": "reauthentication", "email": person["email"], "token": code}
    refused(await client.post("/verify", json=body), 400, "validation_failed")


def test_hostile_values_are_escaped_in_mails() -> None:
    hostile = "<img src=x onerror=alert(1)>\"'&"
    mail = compose("email_change_new", "a@b.c", code="1", link=f"http://x/?{hostile}", new=hostile)
    assert hostile in mail.text
    assert "<img" not in mail.html
    assert html.escape(hostile) in mail.html


@pytest.mark.parametrize("letter", get_args(Letter))
def test_every_mail_says_what_it_is_in_both_forms(letter: Letter) -> None:
    link = "https://x.test/verify"
    mail = compose(letter, "a@b.c", code="123456", link=link, old="o@x", new="n@x")
    for body in (mail.text, mail.html):
        assert "123456" in body
        assert link in body
        assert "{old}" not in body
        assert "{new}" not in body
    assert mail.subject
