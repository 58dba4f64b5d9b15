"""`/admin/users`, for the holder of the service role key and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import bcrypt
import httpx
import pytest

from support.auth import PASSWORD, bearer, refused
from support.database import TestDatabase
from support.server import TestServer

GRANT = "/token?grant_type=password"
NOBODY = "00000000-0000-4000-8000-000000000000"
ROUTES = [
    ("GET", "/admin/users"),
    ("POST", "/admin/users"),
    ("GET", f"/admin/users/{NOBODY}"),
    ("PUT", f"/admin/users/{NOBODY}"),
    ("DELETE", f"/admin/users/{NOBODY}"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_only_the_service_role_comes_in(
    auth: httpx.Client,
    sign_in: Callable[[], dict[str, Any]],
    server: TestServer,
    method: str,
    path: str,
) -> None:
    refused(auth.request(method, path), 401, "no_authorization")
    refused(auth.request(method, path, headers=bearer(sign_in())), 403, "not_admin")
    anon = {"Authorization": f"Bearer {server.anon_key}"}
    refused(auth.request(method, path, headers=anon), 403, "not_admin")
    bad = {"Authorization": "Bearer x"}
    refused(auth.request(method, path, headers=bad), 403, "bad_jwt")


def test_a_user_is_created_as_asked(admin: httpx.Client, auth: httpx.Client) -> None:
    user_id = str(uuid4())
    user = admin.post(
        "/admin/users",
        json={
            "id": user_id,
            "email": "Grace@Example.com",
            "password": PASSWORD,
            "email_confirm": True,
            "user_metadata": {"full_name": "Grace", "nothing": None},
            "app_metadata": {"team": 1},
        },
    ).json()
    assert user["id"] == user_id
    assert user["email"] == "grace@example.com"
    assert user["app_metadata"] == {"provider": "email", "providers": ["email"], "team": 1}
    assert user["user_metadata"] == {"full_name": "Grace", "email_verified": True}
    [identity] = user["identities"]
    assert identity["identity_data"]["email"] == "grace@example.com"
    assert identity["user_id"] == identity["id"] == user_id
    assert admin.get(f"/admin/users/{user_id}").json() == user
    assert auth.post(GRANT, json={"email": user["email"], "password": PASSWORD}).is_success


def test_a_user_without_a_password_cannot_sign_in_with_one(
    admin: httpx.Client, auth: httpx.Client
) -> None:
    body = {"email": "nopassword@example.com", "email_confirm": True}
    assert admin.post("/admin/users", json=body).is_success
    for password in ("", " ", "x"):
        answer = auth.post(GRANT, json={"email": body["email"], "password": password})
        refused(answer, 400, "invalid_credentials")


def test_a_user_comes_with_the_hash_of_another_system(
    admin: httpx.Client, auth: httpx.Client
) -> None:
    for prefix in (b"2a", b"2b"):
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, prefix=prefix)).decode()
        email = f"{prefix.decode()}@example.com"
        body = {"email": email, "password_hash": hashed, "email_confirm": True}
        assert admin.post("/admin/users", json=body).is_success
        assert auth.post(GRANT, json={"email": email, "password": PASSWORD}).is_success


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "validation_failed"),
        ({"email": "not an address"}, 400, "validation_failed"),
        ({"email": "a@b@c"}, 400, "validation_failed"),
        ({"email": "x" * 300 + "@example.com"}, 400, "validation_failed"),
        ({"email": "admin@admin.com"}, 422, "email_exists"),
        ({"email": "ADMIN@admin.com"}, 422, "email_exists"),
        ({"email": "a@example.com", "password": "short"}, 422, "weak_password"),
        ({"email": "a@example.com", "password_hash": "plain"}, 400, "validation_failed"),
        ({"email": "a@example.com", "ban_duration": "a week"}, 400, "validation_failed"),
        ({"email": "a@example.com", "ban_duration": "9999999999h"}, 400, "validation_failed"),
        ({"email": "a@example.com", "id": "1"}, 400, "validation_failed"),
        ({"email": "a@example.com", "role": "x" * 256}, 400, "bad_json"),
        ({"email": "a@example.com", "user_metadata": {"a": "x" * 9000}}, 400, "validation_failed"),
        ({"email": "a@example.com", "app_metadata": []}, 400, "bad_json"),
        ({"phone": "+0555"}, 400, "validation_failed"),
        ({"phone": "1555 ext. 3"}, 400, "validation_failed"),
    ],
)
def test_what_makes_no_user(
    admin: httpx.Client, body: dict[str, Any], status: int, code: str
) -> None:
    before = admin.get("/admin/users").headers["x-total-count"]
    refused(admin.post("/admin/users", json=body), status, code)
    assert admin.get("/admin/users").headers["x-total-count"] == before


def test_an_id_is_used_once(admin: httpx.Client, person: dict[str, Any]) -> None:
    answer = admin.post("/admin/users", json={"email": "again@example.com", "id": person["id"]})
    refused(answer, 409, "conflict")


def test_users_are_listed_by_page(admin: httpx.Client, person: dict[str, Any]) -> None:
    first = admin.get("/admin/users?page=1&per_page=2")
    total = int(first.headers["x-total-count"])
    assert first.json()["users"][0]["id"] == person["id"]
    assert first.json()["aud"] == "authenticated"
    assert 'rel="next"' in first.headers["link"]
    assert f'page={-(-total // 2)}&per_page=2>; rel="last"' in first.headers["link"]
    seen = [
        user["id"]
        for page in range(1, total // 2 + 2)
        for user in admin.get(f"/admin/users?page={page}&per_page=2").json()["users"]
    ]
    assert len(seen) == len(set(seen)) == total
    oldest = admin.get("/admin/users?sort=created_at+asc").json()["users"]
    assert [user["id"] for user in oldest] == seen[::-1]


def test_users_are_found_by_e_mail_and_name(admin: httpx.Client, person: dict[str, Any]) -> None:
    found = admin.get("/admin/users", params={"filter": person["email"][:20].upper()})
    assert [user["id"] for user in found.json()["users"]] == [person["id"]]
    assert found.headers["x-total-count"] == "1"
    assert admin.get("/admin/users", params={"filter": "%"}).json()["users"] == []


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "per_page=0", "page=99999999999999999999", "page=²",
     "sort=email", "filter=%00"],
)  # fmt: skip
def test_bad_pages_are_refused(admin: httpx.Client, query: str) -> None:
    refused(admin.get(f"/admin/users?{query}"), 400, "validation_failed")


def test_a_page_beyond_the_last_is_empty(admin: httpx.Client) -> None:
    answer = admin.get("/admin/users?page=999999999")
    assert (answer.status_code, answer.json()["users"]) == (200, [])


def test_a_user_is_changed(admin: httpx.Client, auth: httpx.Client, person: dict[str, Any]) -> None:
    email = f"new-{person['email']}"
    changed = admin.put(
        f"/admin/users/{person['id']}",
        json={
            "email": email,
            "email_confirm": True,
            "password": "battery staple",
            "role": "authenticated",
            "app_metadata": {"team": 2},
            "user_metadata": {"full_name": None},
        },
    ).json()
    assert changed["email"] == email
    assert changed["identities"][0]["email"] == email
    assert changed["app_metadata"]["team"] == 2
    assert "full_name" not in changed["user_metadata"]
    assert auth.post(GRANT, json={"email": email, "password": "battery staple"}).is_success
    old = auth.post(GRANT, json={"email": person["email"], "password": PASSWORD})
    refused(old, 400, "invalid_credentials")


def test_a_password_is_never_made_empty(admin: httpx.Client, person: dict[str, Any]) -> None:
    answer = admin.put(f"/admin/users/{person['id']}", json={"password": ""})
    refused(answer, 422, "weak_password")


def test_an_address_in_use_is_refused(admin: httpx.Client, person: dict[str, Any]) -> None:
    answer = admin.put(f"/admin/users/{person['id']}", json={"email": "User@user.com"})
    refused(answer, 422, "email_exists")


@pytest.mark.parametrize("change", [{"password": "battery staple"}, {"ban_duration": "1h30m"}])
def test_a_new_password_or_a_ban_ends_every_session(
    admin: httpx.Client,
    auth: httpx.Client,
    sign_in: Callable[[], dict[str, Any]],
    person: dict[str, Any],
    change: dict[str, str],
) -> None:
    session = sign_in()
    assert admin.put(f"/admin/users/{person['id']}", json=change).is_success
    answer = auth.post(
        "/token?grant_type=refresh_token", json={"refresh_token": session["refresh_token"]}
    )
    refused(answer, 400, "refresh_token_not_found")


def test_a_user_is_deleted_with_all_that_is_theirs(
    admin: httpx.Client,
    auth: httpx.Client,
    sign_in: Callable[[], dict[str, Any]],
    person: dict[str, Any],
    database: TestDatabase,
) -> None:
    session = sign_in()
    answer = admin.delete(f"/admin/users/{person['id']}")
    assert (answer.status_code, answer.json()) == (200, {})
    refused(auth.get("/user", headers=bearer(session)), 403, "user_not_found")
    refused(admin.get(f"/admin/users/{person['id']}"), 404, "user_not_found")
    with database.connect() as connection:
        [(left,)] = connection.execute(
            "select (select count(*) from auth.identities where user_id = %(id)s)"
            " + (select count(*) from auth.sessions where user_id = %(id)s)"
            " + (select count(*) from auth.refresh_tokens where user_id = %(id)s::text)",
            {"id": person["id"]},
        ).fetchall()
        entries = connection.execute(
            "select payload ->> 'actor_username' from auth.audit_log_entries"
            " where payload ->> 'action' = 'user_deleted'"
            " and payload -> 'traits' ->> 'user_id' = %s",
            [person["id"]],
        ).fetchall()
    assert left == 0
    assert entries == [("service_role",)]


def test_a_soft_deletion_keeps_the_id_and_nothing_else(
    admin: httpx.Client, auth: httpx.Client, person: dict[str, Any]
) -> None:
    path = f"/admin/users/{person['id']}"
    for _ in range(2):
        answer = admin.request("DELETE", path, json={"should_soft_delete": True})
        assert answer.is_success
    left = admin.get(path).json()
    assert left["deleted_at"]
    assert left["identities"] == []
    assert left["user_metadata"] == left["app_metadata"] == {}
    assert person["email"] not in str(left)
    answer = auth.post(GRANT, json={"email": person["email"], "password": PASSWORD})
    refused(answer, 400, "invalid_credentials")
    again = admin.post("/admin/users", json={"email": person["email"]})
    assert again.is_success


def test_ids_that_are_none_are_not_found(admin: httpx.Client) -> None:
    for method in ("GET", "PUT", "DELETE"):
        refused(admin.request(method, "/admin/users/x", json={}), 404, "validation_failed")
        refused(admin.request(method, f"/admin/users/{uuid4()}", json={}), 404, "user_not_found")
