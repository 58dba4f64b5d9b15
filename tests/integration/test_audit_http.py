"""A write over REST is in the audit log with its actor, request id and hashed address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backoffice.audit import verify
from support.database import TestDatabase
from support.server import TestServer

ADMIN = "a0000000-0000-4000-8000-000000000001"
HOSTS = "/rest/v1/domain_hosts"


@pytest.fixture(scope="module")
def writable(server: TestServer, database: TestDatabase) -> Iterator[TestServer]:
    """Staff may write hosts here, so that a person's own request is what is audited."""
    with database.connect("postgres") as owner:
        owner.execute("grant insert, update, delete on public.domain_hosts to authenticated")
        owner.execute(
            "create policy staff on public.domain_hosts for all to authenticated"
            " using ((select private.is_admin())) with check ((select private.is_admin()))"
        )
        owner.execute("notify pgrst, 'reload schema'")
    yield server


def newest(client: httpx.Client, **filters: str) -> list[dict[str, Any]]:
    answer = client.post(
        "/rest/v1/rpc/list_audit_log",
        json={"p_site_domains": ["abtasty.com", ""], "p_filter": filters},
    )
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()
    return rows


def test_a_persons_own_write(writable: TestServer, database: TestDatabase) -> None:
    with writable.signed_in("admin@admin.com", "admin") as admin:
        row = {"site_domain": "abtasty.com", "host": "rest.example"}
        written = admin.post(HOSTS, json=row, headers={"X-Request-Id": "my-request-1"})
        assert written.status_code == 201, written.text
        (entry,) = newest(admin, subject_id="rest.example")
    assert entry["label"] == "Host added: rest.example"
    assert (entry["actor_id"], entry["actor_role"], entry["actor_label"]) == (
        ADMIN,
        "admin",
        "Admin",
    )
    assert entry["request_id"] == "my-request-1"
    assert len(entry["address_hash"]) == 64
    with database.connect("service_role") as connection:
        assert verify(connection).breaks == []


def test_a_request_without_an_id_gets_one(writable: TestServer) -> None:
    with (
        writable.client(writable.service_role_key) as service,
        writable.signed_in("admin@admin.com", "admin") as admin,
    ):
        written = service.patch(f"{HOSTS}?host=eq.localhost", json={"environment": "staging"})
        assert written.status_code == 204, written.text
        (entry,) = newest(admin, subject_id="localhost", action="update")
    assert (entry["actor_role"], entry["actor_label"]) == ("service", "Server key")
    assert entry["request_id"] == written.headers["x-request-id"]
    assert (entry["changed"], entry["after"]["environment"]) == (["environment"], "staging")


def test_nobody_says_who_they_are_by_a_header(writable: TestServer) -> None:
    with writable.signed_in("admin@admin.com", "admin") as admin:
        forged = {"backoffice.actor_id": "x", "backoffice.address_hash": "x"}
        row = {"site_domain": "abtasty.com", "host": "forged.example"}
        assert admin.post(HOSTS, json=row, headers=forged).status_code == 201
        (entry,) = newest(admin, subject_id="forged.example")
        (other,) = newest(admin, subject_id="rest.example")
    assert (entry["actor_id"], entry["address_hash"]) == (ADMIN, other["address_hash"])


def test_a_new_account_is_in_the_chain_of_no_website(writable: TestServer) -> None:
    with (
        writable.client(writable.service_role_key) as service,
        writable.signed_in("admin@admin.com", "admin") as admin,
        writable.signed_in("user@user.com", "user") as user,
    ):
        made = service.post(
            "/auth/v1/admin/users",
            json={"email": "new@abtasty.com", "password": "a long password", "email_confirm": True},
        )
        assert made.status_code == 200, made.text
        (entry,) = newest(admin, subject_type="profile", search="new@abtasty.com")
        assert (entry["site_domain"], entry["label"]) == ("", "Person added: new@abtasty.com")
        assert entry["request_id"] == made.headers["x-request-id"]
        assert newest(user, subject_type="profile") == []


def test_nobody_writes_the_log_over_rest(writable: TestServer) -> None:
    for token in (writable.service_role_key, writable.sign_in("admin@admin.com", "admin")):
        with writable.client(token) as client:
            table = "/rest/v1/audit_log"
            for answer in (
                client.post(table, json={"site_domain": "abtasty.com", "position": 1}),
                client.patch(f"{table}?position=eq.1", json={"action": "none"}),
                client.delete(f"{table}?position=eq.1"),
            ):
                assert answer.status_code == 403, answer.text


def test_what_is_asked_wrongly_is_refused(writable: TestServer) -> None:
    with writable.signed_in("user@user.com", "user") as user:
        for wrong, message in (
            ({"p_filter": {"nothing": 1}}, 'p_filter has no key "nothing"'),
            ({"p_filter": {"from": "yesterday"}}, 'p_filter.from is not valid: "yesterday"'),
            ({"p_filter": {"search": 1}}, "p_filter.search is not valid: 1"),
            ({"p_filter": []}, "p_filter must be an object"),
            ({"p_after": {"at": "now"}}, "p_after must be the cursor of a row"),
        ):
            answer = user.post(
                "/rest/v1/rpc/list_audit_log", json={"p_site_domains": None, **wrong}
            )
            assert (answer.status_code, answer.json()["message"]) == (400, message)
