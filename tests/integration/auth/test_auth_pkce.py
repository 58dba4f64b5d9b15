"""PKCE: the link alone signs nobody in, the code only together with what the asker kept."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from backoffice.auth.config import AuthConfig
from backoffice.auth.limits import Limit
from backoffice.state import State
from backoffice.tokens import Tokens
from support.auth import PASSWORD, mails_to, refused, serving
from support.database import TestDatabase

OFTEN = Limit(burst=1000, every=timedelta(milliseconds=1))


@pytest.fixture
async def client(state: State) -> AsyncIterator[httpx.AsyncClient]:
    config = AuthConfig(sign_up=True, mails_per_account=OFTEN)
    async with serving(state, config) as opened:
        yield opened


def pair(method: str = "s256") -> tuple[str, dict[str, str]]:
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    challenge = hashed if method == "s256" else verifier
    return verifier, {"code_challenge": challenge, "code_challenge_method": method}


async def follow(client: httpx.AsyncClient, state: State, email: str) -> httpx.Response:
    link = urlsplit(mails_to(state, email)[0].links[0])
    return await client.get(f"/verify?{link.query}")


def query_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    return {name: value for name, [value] in parse_qs(parts.query).items()}


async def exchange(client: httpx.AsyncClient, code: str, verifier: str) -> httpx.Response:
    body = {"auth_code": code, "code_verifier": verifier}
    return await client.post("/token?grant_type=pkce", json=body)


@pytest.mark.parametrize("method", ["s256", "S256", "plain"])
@pytest.mark.parametrize(
    ("path", "way"), [("/recover", "recovery"), ("/otp", "magiclink"), ("/magiclink", "magiclink")]
)
async def test_a_link_ends_in_a_code_for_whoever_asked(
    client: httpx.AsyncClient,
    state: State,
    person: dict[str, Any],
    path: str,
    way: str,
    method: str,
) -> None:
    verifier, challenge = pair(method.lower())
    challenge["code_challenge_method"] = method
    site = state.settings.url
    await client.post(
        path,
        params={"redirect_to": f"{site}/reset?x=1"},
        json={"email": person["email"], **challenge},
    )
    answer = await follow(client, state, person["email"])
    assert answer.headers["location"].startswith(f"{site}/reset?x=1&code=")
    assert "#" not in answer.headers["location"]
    code = query_of(answer)["code"]
    refused(await exchange(client, code, "wrong" * 10), 400, "bad_code_verifier")
    session = await exchange(client, code, verifier)
    assert session.json()["user"]["id"] == person["id"]
    claims = Tokens(state.keys).verify(session.json()["access_token"])
    assert claims["amr"][0]["method"] == way
    refused(await exchange(client, code, verifier), 404, "flow_state_not_found")
    again = await follow(client, state, person["email"])
    assert query_of(again)["error_code"] == "otp_expired"


async def test_a_sign_up_ends_in_a_code(client: httpx.AsyncClient, state: State) -> None:
    email = f"{uuid4().hex}@example.com"
    verifier, challenge = pair()
    await client.post("/signup", json={"email": email, "password": PASSWORD, **challenge})
    code = query_of(await follow(client, state, email))["code"]
    session = (await exchange(client, code, verifier)).json()
    assert session["user"]["email_confirmed_at"]


async def test_a_typed_code_needs_no_exchange(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    await client.post("/otp", json={"email": person["email"], **pair()[1]})
    code = mails_to(state, person["email"])[0].text.split("code: ")[1].split()[0]
    body = {"type": "email", "email": person["email"], "token": code}
    assert (await client.post("/verify", json=body)).json()["access_token"]


async def test_a_code_is_good_for_five_minutes_from_opening(
    client: httpx.AsyncClient, state: State, person: dict[str, Any], database: TestDatabase
) -> None:
    for seconds, status in ((299, 200), (301, 422)):
        verifier, challenge = pair()
        await client.post("/otp", json={"email": person["email"], **challenge})
        with database.connect() as connection:
            connection.execute("update auth.flow_state set created_at = now() - interval '50 min'")
        code = query_of(await follow(client, state, person["email"]))["code"]
        with database.connect() as connection:
            [[stored]] = connection.execute(
                "update auth.flow_state set auth_code_issued_at ="
                " auth_code_issued_at - make_interval(secs => %s)"
                " where user_id = %s and auth_code is not null returning auth_code",
                [seconds, person["id"]],
            ).fetchall()
            assert code not in stored
        answer = await exchange(client, code, verifier)
        assert answer.status_code == status, answer.text
    refused(answer, 422, "flow_state_expired")


async def test_a_banned_user_exchanges_nothing(
    client: httpx.AsyncClient, state: State, person: dict[str, Any]
) -> None:
    verifier, challenge = pair()
    await client.post("/otp", json={"email": person["email"], **challenge})
    code = query_of(await follow(client, state, person["email"]))["code"]
    key = {"Authorization": f"Bearer {state.keys.service_role_key}"}
    ban = {"ban_duration": "1h"}
    assert (await client.put(f"/admin/users/{person['id']}", json=ban, headers=key)).is_success
    refused(await exchange(client, code, verifier), 403, "user_banned")


@pytest.mark.parametrize(
    "challenge",
    [
        {"code_challenge": "x" * 43},
        {"code_challenge_method": "s256"},
        {"code_challenge": "x" * 42, "code_challenge_method": "s256"},
        {"code_challenge": "x" * 129, "code_challenge_method": "s256"},
        {"code_challenge": "=" * 43, "code_challenge_method": "s256"},
        {"code_challenge": "x" * 43, "code_challenge_method": "md5"},
    ],
)
@pytest.mark.parametrize("path", ["/recover", "/otp", "/signup"])
async def test_what_is_no_challenge(
    client: httpx.AsyncClient, path: str, challenge: dict[str, str]
) -> None:
    body = {"email": "a@example.com", "password": PASSWORD, **challenge}
    refused(await client.post(path, json=body), 400, "validation_failed")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "validation_failed"),
        ({"auth_code": "x"}, 400, "validation_failed"),
        ({"code_verifier": "x"}, 400, "validation_failed"),
        ({"auth_code": "x", "code_verifier": "y"}, 404, "flow_state_not_found"),
    ],
)
async def test_what_is_no_exchange(
    client: httpx.AsyncClient, body: dict[str, str], status: int, code: str
) -> None:
    refused(await client.post("/token?grant_type=pkce", json=body), status, code)
