"""`/user`: reading and changing one's own account, and who is not believed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backoffice.keys import generate_keys
from backoffice.tokens import Tokens
from support.auth import bearer, refused
from support.database import TestDatabase
from support.server import TestServer

SignIn = Callable[[], dict[str, Any]]


def test_the_user_is_read_with_identities(auth: httpx.Client, sign_in: SignIn) -> None:
    session = sign_in()
    assert auth.get("/user", headers=bearer(session)).json() == session["user"]


def test_metadata_is_merged_and_null_takes_away(auth: httpx.Client, sign_in: SignIn) -> None:
    session = sign_in()
    change = {"data": {"full_name": None, "theme": {"dark": None}, "n": 1}}
    changed = auth.put("/user", headers=bearer(session), json=change).json()
    assert changed["user_metadata"] == {"email_verified": True, "theme": {"dark": None}, "n": 1}
    again = auth.put("/user", headers=bearer(session), json={"data": {"n": 2}}).json()
    assert again["user_metadata"]["theme"] == {"dark": None}
    assert again["user_metadata"]["n"] == 2


def test_metadata_that_no_token_could_carry_is_refused(auth: httpx.Client, sign_in: SignIn) -> None:
    session = sign_in()
    answer = auth.put("/user", headers=bearer(session), json={"data": {"a": "x" * 9000}})
    refused(answer, 400, "validation_failed")
    assert auth.get("/user", headers=bearer(session)).json() == session["user"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"password": "short"}, 422, "weak_password"),
        ({"password": ""}, 422, "weak_password"),
        ({"password": "x" * 73}, 400, "validation_failed"),
        ({"password": "é" * 37}, 400, "validation_failed"),
        ({"password": "correct horse"}, 422, "same_password"),
        ({"password": 123456}, 400, "bad_json"),
        ({"data": []}, 400, "bad_json"),
        ({"data": {"a": "\x00"}}, 400, "validation_failed"),
        ({"data": {"\x00": 1}}, 400, "validation_failed"),
        ({"app_metadata": {"role": "admin"}}, 403, "not_admin"),
        ({"email": "admin@admin.com"}, 422, "email_exists"),
        ({"email": "nothing"}, 400, "validation_failed"),
        ({"phone": "+1555"}, 422, "phone_provider_disabled"),
    ],
)
def test_what_may_not_be_changed(
    auth: httpx.Client, sign_in: SignIn, change: dict[str, Any], status: int, code: str
) -> None:
    session = sign_in()
    refused(auth.put("/user", headers=bearer(session), json=change), status, code)
    assert auth.get("/user", headers=bearer(session)).json() == session["user"]


def test_a_weak_password_is_told_why(auth: httpx.Client, sign_in: SignIn) -> None:
    answer = auth.put("/user", headers=bearer(sign_in()), json={"password": "short"})
    assert answer.json()["weak_password"] == {"reasons": ["length"]}


def test_a_user_cannot_raise_their_role(auth: httpx.Client, sign_in: SignIn) -> None:
    session = sign_in()
    auth.put("/user", headers=bearer(session), json={"role": "service_role", "aud": "x", "n": 1})
    assert auth.get("/user", headers=bearer(session)).json()["role"] == "authenticated"


def test_with_a_second_factor_a_password_needs_it(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    session = sign_in()
    with database.connect() as connection:
        connection.execute(
            "insert into auth.mfa_factors"
            " (id, user_id, factor_type, status, created_at, updated_at, secret)"
            " values (%s, %s, 'totp', 'verified', now(), now(), 'JBSWY3DPEHPK3PXP')",
            [uuid4(), session["user"]["id"]],
        )
    answer = auth.put("/user", headers=bearer(session), json={"password": "battery staple"})
    refused(answer, 401, "insufficient_aal")
    [factor] = auth.get("/user", headers=bearer(session)).json()["factors"]
    assert (factor["factor_type"], factor["status"]) == ("totp", "verified")
    assert "secret" not in factor
    with database.connect() as connection:
        connection.execute(
            "update auth.sessions set aal = 'aal2' where user_id = %s", [session["user"]["id"]]
        )
    change = {"password": "battery staple"}
    assert auth.put("/user", headers=bearer(session), json=change).is_success


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "bearer  a b", "token"])
def test_without_a_bearer_token_nobody_is_signed_in(auth: httpx.Client, header: str) -> None:
    refused(auth.get("/user", headers={"Authorization": header}), 401, "no_authorization")


@pytest.mark.parametrize("token", ["x", "a.b.c", "....", "x" * 20_000])
def test_what_is_no_token_is_a_bad_one(auth: httpx.Client, token: str) -> None:
    refused(auth.get("/user", headers={"Authorization": f"Bearer {token}"}), 403, "bad_jwt")


def test_forged_tokens_are_refused(auth: httpx.Client, sign_in: SignIn, server: TestServer) -> None:
    session = sign_in()
    own = Tokens(server.keys)
    claims = dict(own.verify(session["access_token"]))
    header, body, signature = session["access_token"].split(".")
    now = int(time.time())
    forged = {
        "unsigned": f"{header}.{body}.",
        "another body": f"{header}.{session['access_token'].split('.')[1][:-2]}AA.{signature}",
        "another key": Tokens(generate_keys()).sign(claims),
        "expired": own.sign({**claims, "exp": now - 31}),
        "from the future": own.sign({**claims, "iat": now + 60}),
        "not yet": own.sign({**claims, "nbf": now + 60}),
        "another audience": own.sign({**claims, "aud": "somebody else"}),
        "no subject": own.sign({**claims, "sub": ""}),
        "no session's id": own.sign({**claims, "session_id": "x"}),
    }
    for what, token in forged.items():
        answer = auth.get("/user", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "bad_jwt"), what


def test_tokens_of_what_is_gone_are_refused(
    auth: httpx.Client, sign_in: SignIn, server: TestServer
) -> None:
    session = sign_in()
    own = Tokens(server.keys)
    claims = dict(own.verify(session["access_token"]))

    def get(**changes: Any) -> httpx.Response:
        token = own.sign({**claims, **changes})
        return auth.get("/user", headers={"Authorization": f"Bearer {token}"})

    refused(get(sub=str(uuid4())), 403, "user_not_found")
    refused(get(session_id=str(uuid4())), 403, "session_not_found")
    refused(get(sub="a0000000-0000-4000-8000-000000000001"), 403, "bad_jwt")
    refused(get(sub="admin"), 400, "bad_jwt")


def test_project_keys_are_nobody(auth: httpx.Client, server: TestServer) -> None:
    for key in (server.anon_key, server.service_role_key):
        refused(auth.get("/user", headers={"Authorization": f"Bearer {key}"}), 403, "bad_jwt")
