"""`/admin/audit`: what was done to accounts."""

from __future__ import annotations

from typing import Any

import httpx

from support.auth import PASSWORD, refused

AUDIT = "/admin/audit"


def test_who_did_what_is_listed(
    auth: httpx.Client, admin: httpx.Client, person: dict[str, Any]
) -> None:
    body = {"email": person["email"], "password": PASSWORD}
    assert auth.post("/token?grant_type=password", json=body).is_success
    newest, made = admin.get(AUDIT, params={"per_page": "2"}).json()
    assert newest["payload"]["action"] == "login"
    assert newest["payload"]["actor_id"] == person["id"]
    assert newest["ip_address"] == ""
    assert newest["created_at"].endswith("Z")
    assert made["payload"]["traits"]["user_email"] == person["email"]


def test_the_list_is_searched_and_paged(admin: httpx.Client, person: dict[str, Any]) -> None:
    found = admin.get(AUDIT, params={"query": "action:user_signedup", "per_page": "1"})
    assert [one["payload"]["action"] for one in found.json()] == ["user_signedup"]
    assert int(found.headers["X-Total-Count"]) >= 1
    assert "/admin/audit?page=" in found.headers["Link"]
    assert admin.get(AUDIT, params={"query": "author:nobody"}).json() == []
    assert admin.get(AUDIT, params={"query": "type:team"}).json()
    for query in ("x", "payload:x", "action:"):
        refused(admin.get(AUDIT, params={"query": query}), 400, "validation_failed")
    refused(admin.get(AUDIT, params={"page": "0"}), 400, "validation_failed")


def test_only_administrators_read_it(auth: httpx.Client) -> None:
    refused(auth.get(AUDIT), 401, "no_authorization")
    headers = {"Authorization": f"Bearer {auth.headers['apikey']}"}
    refused(auth.get(AUDIT, headers=headers), 403, "not_admin")
