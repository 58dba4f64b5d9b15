"""Signing in with a password, and everything that may stop it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from backoffice.auth.limits import bucket_name
from support.auth import PASSWORD, bearer, drain, refused
from support.database import TestDatabase
from support.server import TestServer

GRANT = "/token?grant_type=password"


def test_the_local_users_sign_in(auth: httpx.Client) -> None:
    for email, password in (("admin@admin.com", "admin"), ("user@user.com", "user")):
        answer = auth.post(GRANT, json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        assert answer.json()["user"]["email"] == email


def test_a_session_has_what_clients_read(sign_in: Any, person: dict[str, Any]) -> None:
    session = sign_in()
    assert session["token_type"] == "bearer"
    assert session["expires_in"] == 3600
    assert len(session["refresh_token"]) >= 12
    user = session["user"]
    assert user["id"] == person["id"]
    assert user["aud"] == user["role"] == "authenticated"
    assert user["app_metadata"] == {"provider": "email", "providers": ["email"]}
    assert user["user_metadata"]["full_name"] == "Ada"
    assert [identity["provider"] for identity in user["identities"]] == ["email"]
    assert user["last_sign_in_at"].endswith("Z")
    assert "encrypted_password" not in str(session)
    assert "weak_password" not in session


def test_the_access_token_verifies_with_the_published_keys(
    auth: httpx.Client, sign_in: Any, server: TestServer
) -> None:
    session = sign_in()
    published = auth.get("/.well-known/jwks.json")
    assert "max-age=600" in published.headers["cache-control"]
    token = jwt.decode(session["access_token"], KeySet.import_key_set(published.json()))
    assert token.header["alg"] == "ES256"
    claims = token.claims
    user = session["user"]
    assert claims["iss"] == f"{server.state.settings.url}/auth/v1"
    assert claims["sub"] == user["id"]
    assert claims["exp"] == session["expires_at"] == claims["iat"] + 3600
    for claim in ("email", "phone", "app_metadata", "user_metadata", "role", "aud", "is_anonymous"):
        assert claims[claim] == user[claim]
    assert claims["aal"] == "aal1"
    assert [method["method"] for method in claims["amr"]] == ["password"]
    assert set(claims) == {
        "iss", "sub", "aud", "exp", "iat", "email", "phone", "app_metadata", "user_metadata",
        "role", "aal", "amr", "session_id", "is_anonymous",
    }  # fmt: skip


def test_the_e_mail_is_found_in_any_case(auth: httpx.Client, person: dict[str, Any]) -> None:
    answer = auth.post(GRANT, json={"email": person["email"].upper(), "password": PASSWORD})
    assert answer.status_code == 200


def test_unknown_and_known_accounts_are_answered_alike(
    auth: httpx.Client, person: dict[str, Any]
) -> None:
    wrong = auth.post(GRANT, json={"email": person["email"], "password": "wrong password"})
    unknown = auth.post(GRANT, json={"email": "nobody@example.com", "password": PASSWORD})
    refused(wrong, 400, "invalid_credentials")
    assert wrong.content == unknown.content
    varying = {"date", "x-request-id"}
    assert {k: v for k, v in wrong.headers.items() if k not in varying} == {
        k: v for k, v in unknown.headers.items() if k not in varying
    }


def test_disabled_and_unconfirmed_accounts_are_told_only_to_their_owner(
    auth: httpx.Client, admin: httpx.Client, person: dict[str, Any]
) -> None:
    admin.put(f"/admin/users/{person['id']}", json={"ban_duration": "24h"})
    wrong = auth.post(GRANT, json={"email": person["email"], "password": "wrong password"})
    refused(wrong, 400, "invalid_credentials")
    right = auth.post(GRANT, json={"email": person["email"], "password": PASSWORD})
    refused(right, 400, "user_banned")
    admin.put(f"/admin/users/{person['id']}", json={"ban_duration": "none"})
    assert auth.post(GRANT, json={"email": person["email"], "password": PASSWORD}).is_success


def test_an_unconfirmed_address_cannot_sign_in(auth: httpx.Client, admin: httpx.Client) -> None:
    body = {"email": "unconfirmed@example.com", "password": PASSWORD}
    assert admin.post("/admin/users", json=body).is_success
    refused(auth.post(GRANT, json=body), 400, "email_not_confirmed")


def test_a_weak_password_still_signs_in_and_is_named(auth: httpx.Client) -> None:
    answer = auth.post(GRANT, json={"email": "user@user.com", "password": "user"})
    assert answer.json()["weak_password"]["reasons"] == ["length"]


def test_signing_in_leaves_no_address_behind(
    sign_in: Any, person: dict[str, Any], database: TestDatabase
) -> None:
    sign_in()
    with database.connect() as connection:
        [(ip, agent)] = connection.execute(
            "select ip, user_agent from auth.sessions where user_id = %s", [person["id"]]
        ).fetchall()
        entries = connection.execute(
            "select payload ->> 'action', payload -> 'traits' ->> 'provider', ip_address"
            " from auth.audit_log_entries where payload ->> 'actor_id' = %s",
            [person["id"]],
        ).fetchall()
        buckets = connection.execute("select bucket from auth.rate_limits").fetchall()
    assert ip is None
    assert agent.startswith("python-httpx/")
    assert entries == [("login", "email", "")]
    assert not any("127.0.0.1" in bucket or person["email"] in bucket for (bucket,) in buckets)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_json"),
        (b"{", 400, "bad_json"),
        (b"[]", 400, "bad_json"),
        (b'"text"', 400, "bad_json"),
        (b"null", 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (b'{"email": "\\ud800", "password": "x"}', 400, "bad_json"),
        (b"[" * 100_000, 400, "bad_json"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400, "bad_json"),
        (b'{"email": 1, "password": "x"}', 400, "bad_json"),
        (b'{"email": ["a"], "password": {}}', 400, "bad_json"),
        (b'{"email": "a\\u0000@b.c", "password": "x"}', 400, "validation_failed"),
        (b'{"email": "a@b.c", "password": "\\u0000"}', 400, "validation_failed"),
        (b"{}", 400, "validation_failed"),
        (b'{"email": null, "password": null}', 400, "validation_failed"),
        (b'{"email": "a@b.c", "phone": "1"}', 400, "validation_failed"),
        (b'{"phone": "1", "password": "x"}', 422, "phone_provider_disabled"),
        (b'{"email": "a@b.c"}', 400, "invalid_credentials"),
        (b'{"email": "a@b.c", "password": "' + b"x" * 100_000 + b'"}', 400, "invalid_credentials"),
        (b'{"email": "' + b"x" * 100_000 + b'", "password": "x"}', 400, "invalid_credentials"),
        (b'{"email": "' + b"x" * 300_000 + b'"}', 413, "request_entity_too_large"),
    ],
)
def test_bad_bodies_are_told_what_is_wrong(
    auth: httpx.Client, body: bytes, status: int, code: str
) -> None:
    refused(auth.post(GRANT, content=body), status, code)


def test_the_field_of_a_wrong_type_is_named(auth: httpx.Client) -> None:
    assert "password" in auth.post(GRANT, json={"email": "a", "password": 1}).json()["message"]


@pytest.mark.parametrize("grant", ["", "?grant_type=", "?grant_type=x"])
def test_grants_that_do_not_exist_are_refused(auth: httpx.Client, grant: str) -> None:
    refused(auth.post(f"/token{grant}", json={}), 400, "invalid_credentials")


def test_without_an_api_version_errors_have_the_older_shape(server: TestServer) -> None:
    for headers in ({}, {"X-Supabase-Api-Version": "yesterday"}):
        answer = httpx.post(
            f"{server.url}/auth/v1/token?grant_type=password",
            headers=headers,
            json={"email": "a@b.c", "password": "x"},
        )
        assert answer.json() == {
            "code": 400,
            "error_code": "invalid_credentials",
            "msg": "Invalid login credentials",
        }
        assert answer.headers["x-sb-error-code"] == "invalid_credentials"
        assert "x-supabase-api-version" not in answer.headers


def test_sign_ins_are_throttled_by_address(auth: httpx.Client, server: TestServer) -> None:
    drain(server, "sign-in address", "127.0.0.1")
    answer = auth.post(GRANT, json={"email": "user@user.com", "password": "user"})
    refused(answer, 429, "over_request_rate_limit")


def test_guessing_one_account_is_throttled_whatever_its_spelling(
    auth: httpx.Client, person: dict[str, Any], server: TestServer
) -> None:
    drain(server, "sign-in account", person["email"])
    for email in (person["email"], person["email"].upper()):
        answer = auth.post(GRANT, json={"email": email, "password": PASSWORD})
        refused(answer, 429, "over_request_rate_limit")
    assert auth.post(GRANT, json={"email": "user@user.com", "password": "user"}).is_success


def test_an_account_that_does_not_exist_is_throttled_alike(
    auth: httpx.Client, server: TestServer
) -> None:
    drain(server, "sign-in account", "nobody@example.com")
    answer = auth.post(GRANT, json={"email": "nobody@example.com", "password": "x"})
    refused(answer, 429, "over_request_rate_limit")


def test_signing_in_forgives_earlier_mistakes(
    auth: httpx.Client, person: dict[str, Any], server: TestServer
) -> None:
    bucket = bucket_name(server.keys.ip_hash_key, "sign-in account", person["email"])

    def kept() -> int:
        with server.database.connect() as connection:
            counted = "select count(*) from auth.rate_limits where bucket = %s"
            [(count,)] = connection.execute(counted, [bucket]).fetchall()
        return int(count)

    auth.post(GRANT, json={"email": person["email"], "password": "wrong"})
    assert kept() == 1
    assert auth.post(GRANT, json={"email": person["email"], "password": PASSWORD}).is_success
    assert kept() == 0


def test_a_user_disabled_in_their_profile_is_out_at_once(
    auth: httpx.Client, sign_in: Any, person: dict[str, Any], database: TestDatabase
) -> None:
    session = sign_in()
    with database.connect() as connection:
        connection.execute(
            "update public.profiles set disabled_at = now() where id = %s", [person["id"]]
        )
    refused(
        auth.post(GRANT, json={"email": person["email"], "password": PASSWORD}), 400, "user_banned"
    )
    refresh = {"refresh_token": session["refresh_token"]}
    # Disabling ended their sessions.
    refused(
        auth.post("/token?grant_type=refresh_token", json=refresh), 400, "refresh_token_not_found"
    )
    refused(auth.get("/user", headers=bearer(session)), 403, "session_not_found")


def test_nobody_signs_up(auth: httpx.Client) -> None:
    body = {"email": "new@example.com", "password": PASSWORD}
    refused(auth.post("/signup", json=body), 422, "signup_disabled")
    refused(auth.post("/signup", json={"data": {}}), 422, "anonymous_provider_disabled")


def test_what_is_not_there_is_said_not_to_be(auth: httpx.Client) -> None:
    refused(auth.post("/nowhere", json={}), 404, "not_found")
    for path in ("/sso", "/sso/saml/metadata", "/admin/sso/providers"):
        refused(auth.get(path), 404, "saml_provider_disabled")
    refused(auth.post("/sso", json={"domain": "example.com"}), 404, "saml_provider_disabled")
    for path in ("/oauth/authorize", "/admin/oauth/clients", "/user/oauth/grants"):
        refused(auth.get(path), 404, "feature_disabled")
    refused(auth.post("/passkeys/authentication/options", json={}), 404, "passkey_disabled")
    refused(auth.post("/token?grant_type=web3", json={}), 422, "web3_provider_disabled")
    refused(auth.get("/token"), 405, "method_not_allowed")


def test_settings_say_which_ways_in_exist(auth: httpx.Client) -> None:
    answer = auth.get("/settings").json()
    assert answer["disable_signup"] is True
    assert [name for name, on in answer["external"].items() if on] == ["email"]
    assert auth.get("/health").status_code == 200


def test_browsers_of_other_origins_may_ask(auth: httpx.Client) -> None:
    answer = auth.options(
        "/token?grant_type=password",
        headers={
            "Origin": "https://example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "apikey,authorization,x-supabase-api-version",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-supabase-api-version" in answer.headers["access-control-allow-headers"]
    refusal = auth.get("/user", headers={"Origin": "https://example.com"})
    assert refusal.headers["access-control-allow-origin"] == "*"
    assert "x-sb-error-code" in refusal.headers["access-control-expose-headers"].lower()
