"""A visitor's data over HTTP: who gets it, who erases it, and what the log says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from psycopg import Connection

from support import somebody
from support.database import TestDatabase
from support.server import TestServer
from support.somebody import DOMAIN, EMAIL, MARKS, mentions
from support.two_domains import STRANGER

BASE = f"/privacy/v1/domains/{DOMAIN}"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as connection:
        yield connection


@pytest.fixture(scope="module")
def visitor(owner: Connection[Any]) -> str:
    return somebody.visit(owner)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody signed in, or nobody."""

    http: httpx.Client

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, path, json=body)


@pytest.fixture(scope="module")
def admin(server: TestServer) -> Iterator[Caller]:
    with server.signed_in("admin@admin.com", "admin") as http:
        yield Caller(http)


@pytest.fixture(scope="module")
def user(server: TestServer) -> Iterator[Caller]:
    with server.signed_in("user@user.com", "user") as http:
        yield Caller(http)


@pytest.fixture(scope="module")
def other(owner: Connection[Any]) -> str:
    """A visitor of a website that the user has no part in."""
    owner.execute("select private.create_domain('other.example', 'Other', 'UTC', 'Other Inc')")
    owner.execute("insert into auth.users (id, email) values (%s, 's@other.example')", [STRANGER])
    return somebody.visit(owner, "other.example")


def test_everything_is_in_the_export(user: Caller, owner: Connection[Any], visitor: str) -> None:
    answer = user.ask("GET", f"{BASE}/visitors/{visitor}/export")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["visitor"]["email"] == EMAIL
    assert len(told["ids"]) == 2
    assert len(told["events"]) == 7
    (conversation,) = told["conversations"]
    assert [m["earlier_texts"][0]["text"][-2:] for m in conversation["messages"]] == ["?!", "?!"]
    assert conversation["reviews"][0]["corrected_answer"] == "Dear Quuxley"
    assert conversation["understood"]["signals"][0]["quote"] == "I am Jane Quuxley"
    assert conversation["unanswered_questions"][0]["question"].endswith("Quuxley?")
    assert {each["kind"] for each in told["evidence"]} == {"reveal", "address"}
    assert told["enrichment"][0]["raw"] == {"mail": EMAIL}
    assert {each["kind"] for each in told["conversions"]} == {"email_captured"}
    entry = owner.execute(
        "select action, actor_role from public.audit_log"
        " where subject_type = 'visitor' and subject_id = %s",
        [visitor],
    ).fetchall()
    assert entry == [("export", "user")]


@pytest.mark.parametrize("path", ["/export", "/erasure"])
def test_another_websites_visitor_is_nobodys_business(
    user: Caller, admin: Caller, other: str, path: str
) -> None:
    elsewhere = f"/privacy/v1/domains/other.example/visitors/{other}{path}"
    assert user.ask("GET", elsewhere).status_code in (403, 404)
    assert admin.ask("GET", elsewhere).status_code == 200
    assert user.ask("GET", f"{BASE}/visitors/{other}{path}").status_code in (403, 404)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"{BASE}/visitors/{NOBODY}/erasure", None),
        ("POST", f"{BASE}/visitors/{NOBODY}/erasure", {"confirm": "erase"}),
        ("GET", f"{BASE}/retention?days=30", None),
        ("PUT", f"{BASE}/retention", {"days": 30}),
        ("POST", "/privacy/v1/retention/run", None),
        ("POST", "/privacy/v1/audit/verify", None),
    ],
)
def test_clients_and_strangers_are_refused(
    server: TestServer, user: Caller, method: str, path: str, body: Any
) -> None:
    refused = user.ask(method, path, body)
    assert refused.status_code == 403, refused.text
    assert refused.json()["code"] == "forbidden"
    assert httpx.request(method, server.url + path, json=body).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/visitors/{NOBODY}/erasure", {"confirm": "erase"}, 404),
        ("/visitors/nobody/erasure", {"confirm": "erase"}, 404),
        (f"/visitors/{NOBODY}/erasure", {"confirm": "yes"}, 422),
        (f"/visitors/{NOBODY}/erasure", {"confirm": "erase", "others": ["x"]}, 422),
        (f"/visitors/{NOBODY}/erasure", {"confirm": "erase", "everybody": True}, 422),
    ],
)
def test_bad_requests_say_why(admin: Caller, path: str, body: Any, status: int) -> None:
    refused = admin.ask("POST", BASE + path, body)
    assert refused.status_code == status
    assert refused.json()["message"]


@pytest.mark.parametrize("days", ["", "0", "x", "-3", "4000", "1e3"])
def test_days_are_days(admin: Caller, days: str) -> None:
    assert admin.ask("GET", f"{BASE}/retention?days={days}").status_code in (400, 422)


def test_an_erasure_from_the_dry_run_to_the_receipt(
    admin: Caller, user: Caller, owner: Connection[Any], visitor: str
) -> None:
    dry = admin.ask("GET", f"{BASE}/visitors/{visitor}/erasure").json()
    assert dry["counts"]["messages"] == 2
    assert dry["erased_at"] is None
    assert mentions(owner, ["quuxley"]) != []

    done = admin.ask("POST", f"{BASE}/visitors/{visitor}/erasure", {"confirm": "erase"})
    assert done.status_code == 200, done.text
    # Of whom the log says an export was is an id that leads to nobody any more.
    assert {(t, column) for t, column, _ in mentions(owner, [visitor])} == {
        ("audit_log", "subject_id")
    }
    left = owner.execute(
        "select count(*) from public.messages where site_domain = %s and text <> ''", [DOMAIN]
    ).fetchone()
    assert left == (0,)

    receipt = admin.ask("GET", f"{BASE}/erasures/{done.json()['id']}")
    told = receipt.json()
    assert "attachment" in receipt.headers["content-disposition"]
    assert told["by"] | {"id": None} == {"id": None, "role": "admin", "name": "Admin"}
    assert told["hash"] == done.json()["hash"]
    assert not any(mark in receipt.text.lower() for mark in [*MARKS, visitor])
    assert admin.ask("GET", f"{BASE}/erasures/{NOBODY}").status_code == 404
    again = admin.ask("POST", f"{BASE}/visitors/{visitor}/erasure", {"confirm": "erase"})
    assert again.status_code == 404
    shown = user.ask("GET", "/rest/v1/erasures?select=id")
    assert [row["id"] for row in shown.json()] == [told["id"]]
    assert admin.ask("POST", "/privacy/v1/audit/verify").json()["checks"]
    broken = owner.execute("select site_domain from public.audit_checks where reason is not null")
    assert broken.fetchall() == []


def test_what_verifying_finds_is_kept(admin: Caller, owner: Connection[Any]) -> None:
    assert admin.ask("POST", "/privacy/v1/audit/verify").status_code == 200
    owner.execute("alter table public.audit_log disable trigger refuse_change")
    owner.execute(
        "update public.audit_log set request_id = 'forged' where site_domain = 'other.example'"
        " and position = 1"
    )
    owner.execute("alter table public.audit_log enable always trigger refuse_change")
    found = admin.ask("POST", "/privacy/v1/audit/verify").json()["checks"]
    (check,) = [each for each in found if each["site_domain"] == "other.example"]
    assert (check["broken_at"], check["reason"]) == (1, "the entry was altered")
    kept = owner.execute(
        "select broken_at, reason from public.audit_checks where site_domain = 'other.example'"
    ).fetchone()
    assert kept == (1, "the entry was altered")


def test_retention_over_http(admin: Caller, owner: Connection[Any], other: str) -> None:
    at = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    conversation = somebody.name_of("lately")
    owner.execute(
        "select private.put_conversation(%s, %s, %s)",
        ["other.example", conversation, json.dumps({"distinct_id": "d", "started_at": at})],
    )
    elsewhere = "/privacy/v1/domains/other.example/retention"
    found = admin.ask("GET", f"{elsewhere}?days=30").json()
    assert (found["conversations"], found["messages"]) == (1, 2)
    assert admin.ask("PUT", elsewhere, {"days": 30}).status_code == 204
    assert admin.ask("PUT", elsewhere, {"days": "soon"}).status_code == 422
    assert admin.ask("POST", "/privacy/v1/retention/run").status_code == 202
    queued = owner.execute(
        "select count(*) from jobs.procrastinate_jobs where task_name = 'privacy:delete_texts'"
        " and status in ('todo', 'doing', 'succeeded')"
    ).fetchone()
    assert queued == (1,)
    assert admin.ask("PUT", elsewhere, {"days": None}).status_code == 204
    assert owner.execute("select count(*) from public.retention_policies").fetchone() == (0,)
