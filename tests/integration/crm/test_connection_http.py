"""Connecting over HTTP, by consent and back; what staff may do; what nobody else may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from backoffice.demo.hubspot.site import DemoHubSpot
from support.database import TestDatabase
from support.hubspot import running_hubspot, secret
from support.server import TestServer, running_server
from support.two_domains import STRANGER, fill_two_domains

MINE, OTHERS = "abtasty.com", "other.example"
HERE = f"/crm/v1/domains/{MINE}"


@pytest.fixture(scope="module")
def hubspot() -> Iterator[tuple[DemoHubSpot, str]]:
    with running_hubspot() as running:
        yield running


@pytest.fixture(scope="module")
def server(database: TestDatabase, hubspot: tuple[DemoHubSpot, str]) -> Iterator[TestServer]:
    fake, url = hubspot
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
        for table in ("crm_failures", "crm_runs", "crm_mappings", "crm_connections", "crm_links"):
            connection.execute(f"delete from public.{table}".encode())
        connection.execute("delete from private.crm_tokens")
        connection.execute(
            "update public.visitors set email = 'ada@company.example', counts = true"
        )
    with running_server(
        database,
        hubspot_client_id=fake.consent.client_id,
        hubspot_client_secret=secret(fake.consent.client_secret),
        hubspot_url=url,
        hubspot_app_url=url,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("admin@admin.com", "admin") as client:
        yield client


@pytest.fixture(scope="module")
def user(server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("user@user.com", "user") as client:
        yield client


def ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def consent(url: str, decision: str = "connect") -> dict[str, str]:
    """What HubSpot gives the browser."""
    page = httpx.get(url)
    assert page.status_code == 200, page.text
    asked = {name: found[0] for name, found in parse_qs(urlsplit(url).query).items()}
    back = httpx.post(url.partition("?")[0], data={**asked, "decision": decision})
    target = urlsplit(back.headers["location"])
    assert target.path == "/integrations/hubspot"
    return {name: found[0] for name, found in parse_qs(target.query).items()}


def connected(admin: httpx.Client) -> None:
    back = consent(ok(admin.post(f"{HERE}/connect"))["url"])
    ok(admin.post("/crm/v1/hubspot/finish", json=back))


def test_consent_connects_and_no_token_leaves_the_server(
    admin: httpx.Client, hubspot: tuple[DemoHubSpot, str]
) -> None:
    fake, _ = hubspot
    url = ok(admin.post(f"{HERE}/connect"))["url"]
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert "crm.objects.contacts.write" in asked["scope"][0]
    back = consent(url)
    answer = admin.post("/crm/v1/hubspot/finish", json=back)
    assert ok(answer) == {"site_domain": MINE}
    status = admin.get(HERE)
    connection = ok(status)["connection"]
    assert connection["state"] == "connected"
    assert connection["portal_name"] == fake.account.domain
    assert connection["connected_by"] == "Admin"
    for token in (*fake.consent.access, *fake.consent.refresh):
        assert token not in answer.text + status.text
    again = admin.post("/crm/v1/hubspot/finish", json=back)
    assert again.status_code == 400, "a state is good for one connection"


def test_a_state_is_of_who_began(
    admin: httpx.Client, server: TestServer, database: TestDatabase
) -> None:
    back = consent(ok(admin.post(f"{HERE}/connect"))["url"])
    with database.connect("postgres") as owner:
        owner.execute("update public.profiles set role = 'admin' where id = %s", [STRANGER])
    try:
        from backoffice.tokens import AUDIENCE, Tokens

        token = Tokens(server.keys).sign(
            {"sub": STRANGER, "role": "authenticated", "aud": AUDIENCE}
        )
        with server.client(token) as other:
            assert other.post("/crm/v1/hubspot/finish", json=back).status_code == 400
    finally:
        with database.connect("postgres") as owner:
            owner.execute("update public.profiles set role = 'user' where id = %s", [STRANGER])
    forged = back | {"state": f"{MINE}.guessed"}
    assert admin.post("/crm/v1/hubspot/finish", json=forged).status_code == 400
    assert admin.post("/crm/v1/hubspot/finish", json={"state": "x", "code": "y"}).status_code == 422


def test_a_code_hubspot_does_not_know_says_so(admin: httpx.Client) -> None:
    back = consent(ok(admin.post(f"{HERE}/connect"))["url"]) | {"code": "another"}
    answer = admin.post("/crm/v1/hubspot/finish", json=back)
    assert answer.status_code == 409
    assert "invalid or expired" in answer.json()["message"]


def test_saying_no_gives_no_code(admin: httpx.Client) -> None:
    back = consent(ok(admin.post(f"{HERE}/connect"))["url"], "cancel")
    assert back["error"] == "access_denied"
    assert "code" not in back


ROUTES = [
    ("GET", HERE, None),
    ("POST", f"{HERE}/connect", None),
    ("POST", f"{HERE}/pause", {"paused": True}),
    ("POST", f"{HERE}/disconnect", None),
    ("GET", f"{HERE}/properties", None),
    ("PUT", f"{HERE}/mapping", {"version": 0, "fields": []}),
    ("POST", f"{HERE}/mapping/preview", {"version": 0, "fields": []}),
    ("POST", f"{HERE}/runs", {"kind": "sync"}),
    ("POST", f"{HERE}/runs/stop", None),
    ("POST", f"{HERE}/failures/retry", {}),
    (
        "POST",
        f"{HERE}/failures/dismiss",
        {"object": "contact", "local_id": "00000000-0000-4000-8000-000000000001"},
    ),
    ("POST", "/crm/v1/hubspot/finish", {"state": f"{MINE}.x", "code": "y"}),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_everything_is_for_staff(
    method: str, path: str, body: Any, user: httpx.Client, server: TestServer
) -> None:
    assert user.request(method, path, json=body).status_code == 403
    with server.client() as nobody:
        assert nobody.request(method, path, json=body).status_code == 401
    with httpx.Client(base_url=server.url) as nothing:
        assert nothing.request(method, path, json=body).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), ROUTES[:-1])
def test_a_website_there_is_not(method: str, path: str, body: Any, admin: httpx.Client) -> None:
    answer = admin.request(method, path.replace(MINE, "nothing.example"), json=body)
    assert answer.status_code in (404, 422), answer.text


def test_a_disabled_admin_may_nothing(server: TestServer, database: TestDatabase) -> None:
    email, password = "other-admin@staff.example", "a long enough password"
    made = httpx.post(
        f"{server.url}/auth/v1/admin/users",
        headers={"Authorization": f"Bearer {server.service_role_key}"},
        json={"email": email, "password": password, "email_confirm": True},
    )
    person = made.json()["id"]
    with database.connect("postgres") as owner:
        owner.execute("update public.profiles set role = 'admin' where id = %s", [person])
        with server.signed_in(email, password) as other:
            assert other.get(HERE).status_code == 200
            owner.execute("update public.profiles set disabled_at = now() where id = %s", [person])
            assert other.get(HERE).status_code in (401, 403)


def test_a_run_is_queued_once_and_can_be_stopped(
    admin: httpx.Client, database: TestDatabase
) -> None:
    connected(admin)
    run_id = ok(admin.post(f"{HERE}/runs", json={"kind": "sync"}), 202)["id"]
    again = admin.post(f"{HERE}/runs", json={"kind": "dry_run"})
    assert again.status_code == 409
    with database.connect("postgres") as owner:
        queued = owner.execute(
            "select args ->> 'run_id', lock from jobs.procrastinate_jobs"
            " where task_name = 'crm:run'"
        ).fetchall()
    assert queued == [(run_id, f"crm:{MINE}")]
    ok(admin.post(f"{HERE}/runs/stop"))
    rows = admin.get("/rest/v1/crm_runs", params={"id": f"eq.{run_id}"}).json()
    assert (rows[0]["state"], rows[0]["notice"]) == ("stopped", "Stopped by a person.")


def test_pause_and_resume(admin: httpx.Client) -> None:
    connected(admin)
    ok(admin.post(f"{HERE}/pause", json={"paused": True}))
    answer = admin.post(f"{HERE}/runs", json={"kind": "sync"})
    assert (answer.status_code, answer.json()["message"]) == (
        409,
        "The connection is paused. Resume it first.",
    )
    ok(admin.post(f"{HERE}/pause", json={"paused": False}))
    ok(admin.post(f"{HERE}/runs", json={"kind": "sync"}), 202)
    ok(admin.post(f"{HERE}/runs/stop"))


def test_disconnecting_revokes_and_keeps_the_data(
    admin: httpx.Client, hubspot: tuple[DemoHubSpot, str], database: TestDatabase
) -> None:
    fake, _ = hubspot
    connected(admin)
    with database.connect("postgres") as owner:
        owner.execute(
            "insert into public.crm_links values (%s, 'note', gen_random_uuid(), '1', 'h', now())",
            [MINE],
        )
        assert ok(admin.post(f"{HERE}/disconnect")) == {"revoked": True}
        tokens = owner.execute("select count(*) from private.crm_tokens").fetchone()
        links = owner.execute("select count(*) from public.crm_links").fetchone()
    assert fake.consent.revoked[-1] not in fake.consent.refresh
    assert (tokens, links) == ((0,), (1,))
    assert ok(admin.get(HERE))["connection"]["state"] == "disconnected"
    assert admin.post(f"{HERE}/disconnect").status_code == 409
    assert admin.post(f"{HERE}/runs", json={"kind": "sync"}).status_code == 409


def test_disconnecting_while_hubspot_is_down_goes_on_trying(
    admin: httpx.Client, hubspot: tuple[DemoHubSpot, str], database: TestDatabase
) -> None:
    fake, _ = hubspot
    connected(admin)
    # Everything but the routes of tokens goes through the faults, so the app's secret changes.
    fake.consent.client_secret = "another"
    try:
        assert ok(admin.post(f"{HERE}/disconnect")) == {"revoked": False}
    finally:
        fake.consent.client_secret = "demo-secret"
    with database.connect("postgres") as owner:
        kept = owner.execute("select count(*) from private.crm_tokens").fetchone()
        jobs = owner.execute(
            "select count(*) from jobs.procrastinate_jobs where task_name = 'crm:revoke'"
        ).fetchone()
    assert kept == (1,)
    assert jobs and jobs[0] >= 1


def field(source: str, name: str, kind: str = "contact") -> dict[str, str]:
    return {"object": kind, "source": source, "property": name}


KEYS = [field("email", "email"), field("domain", "domain", "company")]


def test_a_mapping_is_checked_previewed_and_kept(admin: httpx.Client) -> None:
    connected(admin)
    status = ok(admin.get(HERE))
    assert status["mapping"] == status["default_mapping"]
    asked = {"version": 0, "fields": [*KEYS, field("language", "jobtitle")]}
    preview = ok(admin.post(f"{HERE}/mapping/preview", json=asked))
    assert preview["errors"] == []
    assert preview["examples"]["contact"]["properties"]["email"] == "ada@company.example"
    saved = ok(admin.put(f"{HERE}/mapping", json=asked))
    assert saved["version"] == 1
    quicker = admin.put(f"{HERE}/mapping", json=asked)
    assert quicker.status_code == 409
    assert quicker.json()["theirs"]["version"] == 1
    audit = admin.get(
        "/rest/v1/audit_log", params={"subject_type": "eq.crm_mapping", "select": "action"}
    ).json()
    assert audit


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ([field("domain", "domain", "company")], "fields"),
        ([*KEYS, field("nothing", "jobtitle")], "fields.2.source"),
        ([*KEYS, field("first_name", "First Name")], "fields.2.property"),
        ([*KEYS, field("first_name", "no_such_property")], "fields.2.property"),
        ([*KEYS, field("first_name", "createdate")], "fields.2.property"),
        ([*KEYS, field("first_name", "hs_language")], "fields.2.property"),
        (
            [*KEYS, field("first_name", "jobtitle"), field("last_name", "jobtitle")],
            "fields.3.property",
        ),
        ([field("email", "jobtitle"), KEYS[1]], "fields.0.property"),
        ([*KEYS, field("first_name", "email")], "fields.2.property"),
        ([*KEYS, {"object": "deal", "source": "x", "property": "y"}], "fields.2.object"),
    ],
)
def test_what_cannot_be_mapped(admin: httpx.Client, fields: Any, place: str) -> None:
    connected(admin)
    answer = admin.put(f"{HERE}/mapping", json={"version": 1, "fields": fields})
    assert answer.status_code == 422, answer.text
    assert place in [each["field"] for each in answer.json()["errors"]]


@pytest.mark.parametrize("version", [-1, 2**31 - 1, 2**40])
def test_a_version_that_cannot_be(admin: httpx.Client, version: int) -> None:
    connected(admin)
    answer = admin.put(f"{HERE}/mapping", json={"version": version, "fields": KEYS})
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == ["version"]


def test_hubspots_properties_can_be_chosen_from(admin: httpx.Client) -> None:
    connected(admin)
    names = {each["name"] for each in ok(admin.get(f"{HERE}/properties"))["contact"]}
    assert {"firstname", "jobtitle", "rose_interest_score"} <= names
    assert "createdate" not in names


def test_without_an_app_the_page_says_what_is_missing(database: TestDatabase) -> None:
    with running_server(database) as bare, bare.signed_in("admin@admin.com", "admin") as admin:
        status = ok(admin.get(HERE))
        assert status["configured"] is False
        assert status["missing"] == [
            "BACKOFFICE_HUBSPOT_CLIENT_ID",
            "BACKOFFICE_HUBSPOT_CLIENT_SECRET",
        ]
        answer = admin.post(f"{HERE}/connect")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_configured")
