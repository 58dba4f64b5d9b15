"""Links and codes: made by an administrator, good once, for a while, and leading nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from supabase_auth import SyncGoTrueClient, SyncMemoryStorage

from backoffice.tokens import Tokens
from support.auth import PASSWORD, bearer, drain, refused
from support.database import TestDatabase
from support.server import TestServer

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def make(admin: httpx.Client) -> Make:
    """Makes a link; gives what the administrator is told."""

    def generate(kind: str, email: str, **more: Any) -> dict[str, Any]:
        answer = admin.post("/admin/generate_link", json={"type": kind, "email": email, **more})
        assert answer.status_code == 200, answer.text
        link: dict[str, Any] = answer.json()
        return link

    return generate


def fragment(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    parts = parse_qs(urlsplit(answer.headers["location"]).fragment)
    return {name: value for name, [value] in parts.items()}


def expire(database: TestDatabase) -> None:
    with database.connect() as connection:
        connection.execute(
            "update auth.one_time_tokens set created_at = created_at - interval '1 h 1 s'"
        )


def test_an_invited_person_comes_in_and_sets_a_password(
    auth: httpx.Client, make: Make, server: TestServer
) -> None:
    email = f"{uuid4().hex}@example.com"
    link = make("invite", email, data={"full_name": "New"})
    assert link["invited_at"]
    assert "email_confirmed_at" not in link
    assert link["verification_type"] == "invite"
    address = urlsplit(link["action_link"])
    assert address.path == "/auth/v1/verify"
    told = fragment(auth.get(f"/verify?{address.query}"))
    assert told["type"] == "invite"
    assert told["token_type"] == "bearer"
    claims = Tokens(server.keys).verify(told["access_token"])
    assert claims["amr"][0]["method"] == "otp"
    set_password = auth.put("/user", headers=bearer(told), json={"password": PASSWORD})
    assert set_password.json()["email_confirmed_at"]
    assert set_password.json()["user_metadata"]["full_name"] == "New"
    answer = auth.post("/token?grant_type=password", json={"email": email, "password": PASSWORD})
    assert answer.is_success


def test_a_code_recovers_an_account_once(
    auth: httpx.Client, make: Make, person: dict[str, Any]
) -> None:
    code = make("recovery", person["email"])["email_otp"]
    body = {"type": "recovery", "email": person["email"].upper(), "token": code}
    session = auth.post("/verify", json=body)
    assert session.status_code == 200, session.text
    assert session.json()["user"]["id"] == person["id"]
    assert "no-store" in session.headers["cache-control"]
    refused(auth.post("/verify", json=body), 403, "otp_expired")


@pytest.mark.parametrize("kind", ["magiclink", "email"])
def test_a_link_is_opened_by_its_token(
    auth: httpx.Client, make: Make, person: dict[str, Any], kind: str
) -> None:
    hashed = make("magiclink", person["email"])["hashed_token"]
    answer = auth.post("/verify", json={"type": kind, "token_hash": hashed})
    assert answer.json()["user"]["id"] == person["id"]
    refused(auth.post("/verify", json={"type": kind, "token_hash": hashed}), 403, "otp_expired")


def test_a_link_opened_twice_at_once_signs_in_once(
    auth: httpx.Client, make: Make, person: dict[str, Any]
) -> None:
    body = {"type": "magiclink", "token_hash": make("magiclink", person["email"])["hashed_token"]}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: auth.post("/verify", json=body).status_code, range(8)))
    assert sorted(answers) == [200] + [403] * 7


def test_a_new_link_replaces_the_one_before(
    auth: httpx.Client, make: Make, person: dict[str, Any]
) -> None:
    first, second = (make("recovery", person["email"])["hashed_token"] for _ in range(2))
    body = {"type": "recovery", "token_hash": first}
    refused(auth.post("/verify", json=body), 403, "otp_expired")
    assert auth.post("/verify", json={**body, "token_hash": second}).is_success


def test_links_expire(
    auth: httpx.Client, make: Make, person: dict[str, Any], database: TestDatabase
) -> None:
    link = make("recovery", person["email"])
    expire(database)
    body = {"type": "recovery", "email": person["email"], "token": link["email_otp"]}
    refused(auth.post("/verify", json=body), 403, "otp_expired")


def test_a_link_serves_its_own_purpose_only(
    auth: httpx.Client, make: Make, person: dict[str, Any]
) -> None:
    link = make("recovery", person["email"])
    body = {"type": "signup", "token_hash": link["hashed_token"]}
    refused(auth.post("/verify", json=body), 403, "otp_expired")
    other = {"type": "recovery", "email": "user@user.com", "token": link["email_otp"]}
    refused(auth.post("/verify", json=other), 403, "otp_expired")


def test_a_new_password_ends_pending_links(
    auth: httpx.Client, admin: httpx.Client, make: Make, person: dict[str, Any]
) -> None:
    hashed = make("recovery", person["email"])["hashed_token"]
    admin.put(f"/admin/users/{person['id']}", json={"password": "battery staple"})
    answer = auth.post("/verify", json={"type": "recovery", "token_hash": hashed})
    refused(answer, 403, "otp_expired")


def test_a_banned_user_stays_out(
    auth: httpx.Client, admin: httpx.Client, make: Make, person: dict[str, Any]
) -> None:
    link = make("recovery", person["email"])
    admin.put(f"/admin/users/{person['id']}", json={"ban_duration": "1h"})
    answer = auth.post("/verify", json={"type": "recovery", "token_hash": link["hashed_token"]})
    refused(answer, 403, "user_banned")
    told = fragment(auth.get(f"/verify?token={link['hashed_token']}&type=recovery"))
    assert told["error_code"] == "user_banned"


def test_links_lead_only_where_they_may(
    auth: httpx.Client, make: Make, person: dict[str, Any], server: TestServer
) -> None:
    site = server.state.settings.url
    inside = make("magiclink", person["email"], redirect_to=f"{site}/welcome")
    assert inside["redirect_to"] == f"{site}/welcome"
    outside = make("magiclink", person["email"], redirect_to="https://evil.example")
    assert outside["redirect_to"] == site
    answer = auth.get(
        "/verify",
        params={
            "token": outside["hashed_token"],
            "type": "magiclink",
            "redirect_to": f"{site}.evil.example",
        },
    )
    assert answer.headers["location"].startswith(f"{site}#access_token=")


@pytest.mark.parametrize(
    "query",
    ["", "type=recovery", "token=x", "token=x&type=y", "token=x&type=recovery",
     "token=%00&type=recovery", "token=%ff&type=%ff"],
)  # fmt: skip
def test_a_broken_link_leads_back_with_the_reason(
    auth: httpx.Client, server: TestServer, query: str
) -> None:
    answer = auth.get(f"/verify?{query}")
    assert answer.headers["location"].startswith(f"{server.state.settings.url}#")
    assert fragment(answer).keys() == {"error", "error_code", "error_description"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "recovery"},
        {"type": "recovery", "token": "1"},
        {"type": "recovery", "email": "a@b.c"},
        {"type": "recovery", "token": "1", "token_hash": "2"},
        {"type": "recovery", "email": "a@b.c", "token_hash": "2"},
        {"type": "sms", "phone": "1", "token": "1"},
        {"type": "nothing", "email": "a@b.c", "token": "1"},
        {"email": "a@b.c", "token": "1"},
    ],
)
def test_what_cannot_be_verified(auth: httpx.Client, body: dict[str, str]) -> None:
    refused(auth.post("/verify", json=body), 400, "validation_failed")


def test_guessing_codes_is_throttled(
    auth: httpx.Client, make: Make, person: dict[str, Any], server: TestServer
) -> None:
    link = make("recovery", person["email"])
    drain(server, "verify account", person["email"])
    body = {"type": "recovery", "email": person["email"], "token": link["email_otp"]}
    refused(auth.post("/verify", json=body), 429, "over_request_rate_limit")
    drain(server, "verify address", "127.0.0.1")
    body = {"type": "recovery", "token_hash": link["hashed_token"]}
    refused(auth.post("/verify", json=body), 429, "over_request_rate_limit")
    told = fragment(auth.get(f"/verify?type=recovery&token={link['hashed_token']}"))
    assert told["error_code"] == "over_request_rate_limit"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"type": "recovery", "email": "nobody@example.com"}, 404, "user_not_found"),
        ({"type": "invite", "email": "user@user.com"}, 422, "email_exists"),
        ({"type": "signup", "email": "user@user.com", "password": PASSWORD}, 422, "email_exists"),
        ({"type": "signup", "email": "x@example.com"}, 400, "validation_failed"),
        ({"type": "signup", "email": "x@example.com", "password": "x"}, 422, "weak_password"),
        ({"type": "email_change_new", "email": "user@user.com"}, 400, "validation_failed"),
        ({"type": "magiclink", "email": "nothing"}, 400, "validation_failed"),
        ({}, 400, "validation_failed"),
    ],
)
def test_what_makes_no_link(
    admin: httpx.Client, body: dict[str, str], status: int, code: str
) -> None:
    refused(admin.post("/admin/generate_link", json=body), status, code)


def test_a_magic_link_for_somebody_new_is_a_sign_up(auth: httpx.Client, make: Make) -> None:
    link = make("magiclink", f"{uuid4().hex}@example.com")
    assert link["verification_type"] == "signup"
    answer = auth.post("/verify", json={"type": "signup", "token_hash": link["hashed_token"]})
    assert answer.json()["user"]["email_confirmed_at"]


def test_only_the_service_role_makes_links(
    auth: httpx.Client, sign_in: Callable[[], dict[str, Any]]
) -> None:
    body = {"type": "recovery", "email": "admin@admin.com"}
    refused(auth.post("/admin/generate_link", json=body), 401, "no_authorization")
    answer = auth.post("/admin/generate_link", json=body, headers=bearer(sign_in()))
    refused(answer, 403, "not_admin")


def test_tokens_are_stored_as_supabase_auth_stores_them(
    make: Make, person: dict[str, Any], database: TestDatabase
) -> None:
    link = make("recovery", person["email"])
    with database.connect() as connection:
        [stored] = connection.execute(
            "select token_type::text, token_hash, relates_to, recovery_token"
            " from auth.one_time_tokens join auth.users on users.id = user_id"
            " where user_id = %s",
            [person["id"]],
        ).fetchall()
    assert stored == (
        "recovery_token",
        link["hashed_token"],
        person["email"],
        link["hashed_token"],
    )


def test_the_official_client_makes_and_opens_links(
    server: TestServer, person: dict[str, Any]
) -> None:
    admin_headers = {"Authorization": f"Bearer {server.service_role_key}"}
    with (
        SyncGoTrueClient(url=f"{server.url}/auth/v1", headers=admin_headers) as admin,
        SyncGoTrueClient(
            url=f"{server.url}/auth/v1",
            headers={"apikey": server.anon_key},
            auto_refresh_token=False,
            storage=SyncMemoryStorage(),
        ) as client,
    ):
        made = admin.admin.generate_link({"type": "magiclink", "email": person["email"]})
        assert made.user.id == person["id"]
        opened = client.verify_otp({"type": "email", "token_hash": made.properties.hashed_token})
        assert opened.session is not None
        made = admin.admin.generate_link({"type": "recovery", "email": person["email"]})
        opened = client.verify_otp(
            {"type": "recovery", "email": person["email"], "token": made.properties.email_otp}
        )
        assert opened.user is not None
        assert opened.user.id == person["id"]
