"""A second factor: enrolled, proved, required and taken away again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from supabase_auth import SyncGoTrueClient, SyncMemoryStorage

from backoffice.tokens import Tokens
from support.auth import PASSWORD, bearer, drain, refused
from support.authenticator import code_of
from support.database import TestDatabase
from support.server import TestServer

SignIn = Callable[[], dict[str, Any]]


def enrol(auth: httpx.Client, session: dict[str, Any], name: str = "phone") -> dict[str, Any]:
    answer = auth.post(
        "/factors",
        headers=bearer(session),
        json={"factor_type": "totp", "friendly_name": name, "issuer": "Rose"},
    )
    assert answer.status_code == 200, answer.text
    factor: dict[str, Any] = answer.json()
    return factor


def prove(auth: httpx.Client, session: dict[str, Any], factor_id: str, code: str) -> httpx.Response:
    path = f"/factors/{factor_id}"
    asked = auth.post(f"{path}/challenge", headers=bearer(session), json={})
    assert asked.status_code == 200, asked.text
    assert time.time() + 240 < asked.json()["expires_at"] <= time.time() + 301
    body = {"challenge_id": asked.json()["id"], "code": code}
    return auth.post(f"{path}/verify", headers=bearer(session), json=body)


@pytest.fixture
def enrolled(auth: httpx.Client, sign_in: SignIn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A verified factor and the session that proved it."""
    session = sign_in()
    factor = enrol(auth, session)
    answer = prove(auth, session, factor["id"], code_of(factor["totp"]["secret"]))
    assert answer.status_code == 200, answer.text
    return factor, answer.json()


def test_proving_a_factor_raises_the_session(
    auth: httpx.Client, sign_in: SignIn, server: TestServer
) -> None:
    other, session = sign_in(), sign_in()
    factor = enrol(auth, session)
    assert factor["totp"]["qr_code"].startswith("<svg ")
    assert f"secret={factor['totp']['secret']}" in factor["totp"]["uri"]
    [shown] = auth.get("/user", headers=bearer(session)).json()["factors"]
    assert (shown["id"], shown["status"]) == (factor["id"], "unverified")

    raised = prove(auth, session, factor["id"], code_of(factor["totp"]["secret"])).json()
    claims = Tokens(server.keys).verify(raised["access_token"])
    assert claims["aal"] == "aal2"
    assert {method["method"] for method in claims["amr"]} == {"password", "totp"}
    assert raised["user"]["factors"][0]["status"] == "verified"
    refused(auth.get("/user", headers=bearer(other)), 403, "session_not_found")
    again = auth.post(
        "/token?grant_type=refresh_token", json={"refresh_token": raised["refresh_token"]}
    ).json()
    assert Tokens(server.keys).verify(again["access_token"])["aal"] == "aal2"


def test_wrong_codes_raise_nothing(auth: httpx.Client, sign_in: SignIn, server: TestServer) -> None:
    session = sign_in()
    factor = enrol(auth, session)
    for code in ("", "000", "abcdef", code_of(factor["totp"]["secret"], step=-10)):
        refused(prove(auth, session, factor["id"], code), 422, "mfa_verification_failed")
    [shown] = auth.get("/user", headers=bearer(session)).json()["factors"]
    assert shown["status"] == "unverified"


def test_a_code_is_used_once(
    auth: httpx.Client,
    sign_in: SignIn,
    enrolled: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    factor, _ = enrolled
    secret, session = factor["totp"]["secret"], sign_in()
    code = code_of(secret, step=1)
    assert prove(auth, session, factor["id"], code).is_success
    refused(prove(auth, sign_in(), factor["id"], code), 422, "mfa_verification_failed")
    older = code_of(secret)
    refused(prove(auth, sign_in(), factor["id"], older), 422, "mfa_verification_failed")


def test_guessing_codes_is_throttled(
    auth: httpx.Client, sign_in: SignIn, server: TestServer
) -> None:
    session = sign_in()
    factor = enrol(auth, session)
    path = f"/factors/{factor['id']}"
    challenge = auth.post(f"{path}/challenge", headers=bearer(session)).json()["id"]
    body = {"challenge_id": challenge, "code": code_of(factor["totp"]["secret"])}
    drain(server, "second factor", session["user"]["id"])
    answer = auth.post(f"{path}/verify", headers=bearer(session), json=body)
    refused(answer, 429, "over_request_rate_limit")
    drain(server, "second factor challenge", session["user"]["id"])
    answer = auth.post(f"{path}/challenge", headers=bearer(session))
    refused(answer, 429, "over_request_rate_limit")


def test_challenges_expire_and_belong_to_one_factor(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    session = sign_in()
    factor, other = enrol(auth, session, "one"), enrol(auth, session, "other")
    challenge = auth.post(f"/factors/{factor['id']}/challenge", headers=bearer(session)).json()
    body = {"challenge_id": challenge["id"], "code": code_of(factor["totp"]["secret"])}
    answer = auth.post(f"/factors/{other['id']}/verify", headers=bearer(session), json=body)
    refused(answer, 404, "mfa_factor_not_found")
    with database.connect() as connection:
        connection.execute(
            "update auth.mfa_challenges set created_at = now() - interval '5 minutes 1 second'"
        )
        [(address,)] = connection.execute(
            "select ip_address::text from auth.mfa_challenges where id = %s", [challenge["id"]]
        ).fetchall()
    assert address == "0.0.0.0/32"
    answer = auth.post(f"/factors/{factor['id']}/verify", headers=bearer(session), json=body)
    refused(answer, 422, "mfa_challenge_expired")


def test_another_users_factor_is_not_there(
    auth: httpx.Client, sign_in: SignIn, enrolled: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    stranger = auth.post(
        "/token?grant_type=password", json={"email": "user@user.com", "password": "user"}
    ).json()
    path = f"/factors/{enrolled[0]['id']}"
    body = {"challenge_id": enrolled[0]["id"], "code": "000000"}
    for method, target in (("POST", "/challenge"), ("POST", "/verify"), ("DELETE", "")):
        answer = auth.request(method, path + target, headers=bearer(stranger), json=body)
        refused(answer, 404, "mfa_factor_not_found")


def test_what_cannot_be_enrolled(auth: httpx.Client, sign_in: SignIn) -> None:
    session = sign_in()
    headers = bearer(session)
    for body, status, code in (
        ({}, 400, "validation_failed"),
        ({"factor_type": "x"}, 400, "validation_failed"),
        ({"factor_type": "phone"}, 422, "mfa_phone_enroll_not_enabled"),
        ({"factor_type": "webauthn"}, 422, "mfa_webauthn_enroll_not_enabled"),
        ({"factor_type": "totp", "friendly_name": 1}, 400, "bad_json"),
        ({"factor_type": "totp", "friendly_name": "x" * 256}, 400, "bad_json"),
    ):
        refused(auth.post("/factors", headers=headers, json=body), status, code)
    enrol(auth, session, "same")
    body = {"factor_type": "totp", "friendly_name": "same"}
    refused(auth.post("/factors", headers=headers, json=body), 422, "mfa_factor_name_conflict")
    for number in range(9):
        enrol(auth, session, str(number))
    body = {"factor_type": "totp", "friendly_name": "eleventh"}
    answer = auth.post("/factors", headers=headers, json=body)
    refused(answer, 422, "too_many_enrolled_mfa_factors")
    refused(auth.post("/factors", json=body), 401, "no_authorization")


def test_abandoned_enrolments_make_room(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    session = sign_in()
    enrol(auth, session)
    with database.connect() as connection:
        connection.execute("update auth.mfa_factors set created_at = now() - interval '6 minutes'")
    enrol(auth, session)
    assert len(auth.get("/user", headers=bearer(session)).json()["factors"]) == 1


def test_a_session_below_cannot_change_the_factors(
    auth: httpx.Client, sign_in: SignIn, enrolled: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    factor, _ = enrolled
    low = sign_in()
    body = {"factor_type": "totp", "friendly_name": "mine"}
    refused(auth.post("/factors", headers=bearer(low), json=body), 403, "insufficient_aal")
    answer = auth.delete(f"/factors/{factor['id']}", headers=bearer(low))
    refused(answer, 422, "insufficient_aal")


def test_taking_the_factor_away_lowers_its_sessions(
    auth: httpx.Client,
    enrolled: tuple[dict[str, Any], dict[str, Any]],
    server: TestServer,
) -> None:
    factor, raised = enrolled
    answer = auth.delete(f"/factors/{factor['id']}", headers=bearer(raised))
    assert answer.json() == {"id": factor["id"]}
    lowered = auth.post(
        "/token?grant_type=refresh_token", json={"refresh_token": raised["refresh_token"]}
    ).json()
    claims = Tokens(server.keys).verify(lowered["access_token"])
    assert claims["aal"] == "aal1"
    assert [method["method"] for method in claims["amr"]] == ["password"]
    assert "factors" not in lowered["user"]


def test_an_administrator_takes_away_a_lost_factor(
    admin: httpx.Client, enrolled: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    factor, raised = enrolled
    path = f"/admin/users/{raised['user']['id']}/factors"
    [shown] = admin.get(path).json()
    assert (shown["id"], shown["factor_type"]) == (factor["id"], "totp")
    assert admin.delete(f"{path}/{factor['id']}").json()["id"] == factor["id"]
    assert admin.get(path).json() == []
    refused(admin.delete(f"{path}/{factor['id']}"), 404, "mfa_factor_not_found")
    refused(admin.delete(f"{path}/x"), 404, "validation_failed")


def test_an_administrator_names_a_factor(
    admin: httpx.Client, auth: httpx.Client, enrolled: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    factor, raised = enrolled
    other = enrol(auth, raised, "tablet")
    path = f"/admin/users/{raised['user']['id']}/factors/{factor['id']}"
    named = admin.put(path, json={"friendly_name": "old phone"})
    assert (named.json()["id"], named.json()["friendly_name"]) == (factor["id"], "old phone")
    assert named.json()["status"] == "verified"
    taken = admin.put(path, json={"friendly_name": other["friendly_name"]})
    refused(taken, 422, "mfa_factor_name_conflict")
    refused(auth.put(path, json={"friendly_name": "mine"}), 401, "no_authorization")


def test_the_official_client_turns_it_on_and_off(
    server: TestServer, person: dict[str, Any]
) -> None:
    with SyncGoTrueClient(
        url=f"{server.url}/auth/v1",
        headers={"apikey": server.anon_key},
        auto_refresh_token=False,
        storage=SyncMemoryStorage(),
    ) as client:
        client.sign_in_with_password({"email": person["email"], "password": PASSWORD})
        factor = client.mfa.enroll({"factor_type": "totp", "friendly_name": "app"})
        assert factor.totp is not None
        before = client.mfa.get_authenticator_assurance_level()
        assert (before.current_level, before.next_level) == ("aal1", "aal1")
        client.mfa.challenge_and_verify(
            {"factor_id": factor.id, "code": code_of(factor.totp.secret)}
        )
        after = client.mfa.get_authenticator_assurance_level()
        assert (after.current_level, after.next_level) == ("aal2", "aal2")
        assert [listed.id for listed in client.mfa.list_factors().totp] == [factor.id]
        client.mfa.unenroll({"factor_id": factor.id})
        assert client.mfa.list_factors().all == []
