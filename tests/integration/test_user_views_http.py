"""A session that views the product as another writes nothing: every table, every route."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from psycopg import Connection, sql
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from backoffice.app import create_app
from support.database import TestDatabase
from support.server import TestServer
from support.tickets import CONVERSATION
from support.two_domains import DOMAINS, SECTION, STRANGER, TOPIC, USER, fill_two_domains

MINE, OTHERS = DOMAINS
# What is written by whoever asks, for what they are: attempts that are counted, entries of the log.
KEPT_APART = {
    "auth.rate_limits",
    "public.audit_log",
    "public.audit_details",
    "private.audit_heads",
    # Public keys and addresses of visitors, which no session has to do with.
    "private.provider_calls",
}
BODIES: dict[str, Any] = {
    "/sections/{domain}": {"slug": "new", "content": {"title": "New"}},
    "/sections/{domain}/order": {"ids": [SECTION]},
    "/sections/{domain}/{id}/publish": {"version": 1},
    "/sections/{domain}/{id}/enabled": {"enabled": False},
    "/sections/{domain}/{id}": {"version": 1, "slug": "pricing", "content": {"title": "Changed"}},
    "/agents/{domain}/{slug}": {"version": 1, "enabled": False, "reason": "Tried"},
    "/invitations": {"email": "somebody@new.example"},
    "/domains": {"user_ids": [USER], "add": [OTHERS]},
    "/view": {"user_id": STRANGER},
    "/users/{id}": {"full_name": "Changed"},
    "/users/{id}/disabled": {"disabled": True},
    "/settings": {"admins_need_second_factor": False},
}
# Mounts with protocols or senders of their own.
ELSEWHERE = {"/rest/v1", "/auth/v1", "/capture"}


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
        yield connection


@pytest.fixture
def viewing(owner: Connection[Any], server: TestServer) -> Iterator[httpx.Client]:
    """The admin, seeing what the user sees."""
    with server.signed_in("admin@admin.com", "admin") as client:
        started = client.post("/users/v1/view", json={"user_id": USER})
        assert started.status_code == 200, started.text
        yield client


def contents(owner: Connection[Any]) -> dict[str, str]:
    """A fingerprint of every table."""
    tables = owner.execute(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind = 'r' and n.nspname in ('public', 'private', 'rollup', 'auth')"
    ).fetchall()
    prints = {}
    for table in tables:
        query = sql.SQL("select md5(string_agg(t::text, '' order by t::text)) from {} t")
        row = owner.execute(query.format(sql.Identifier(*table))).fetchone()
        prints[".".join(table)] = str(row and row[0])
    return {name: value for name, value in prints.items() if name not in KEPT_APART}


def routes(app: Any) -> Iterator[tuple[str, str, Route]]:
    """Every route for signed-in people: where it is mounted, its verb and itself."""
    while not isinstance(app, Starlette):
        app = app.app if hasattr(app, "app") else app._app
    for mount in app.routes:
        if isinstance(mount, Mount) and mount.path not in ELSEWHERE:
            inner: list[BaseRoute] = list(getattr(mount.app, "routes", []))
            for route in inner:
                if isinstance(route, Route):
                    for verb in sorted(route.methods or set()):
                        yield mount.path, verb, route


def address(mount: str, route: Route) -> str:
    path = route.path
    for name, value in {
        "domain": MINE,
        "site_domain": MINE,
        "id": SECTION,
        "slug": "nurturing",
        "name": "visitors",
        "extension": "csv",
    }.items():
        path = path.replace(f"{{{name}}}", value)
    if "{" in path:
        path = path.partition("{")[0] + SECTION
    return f"{mount}{path}"


def test_no_route_writes(viewing: httpx.Client, server: TestServer, owner: Connection[Any]) -> None:
    tried = set()
    before = contents(owner)
    told = []
    for mount, verb, route in routes(create_app(server.state)):
        if verb in {"GET", "HEAD", "OPTIONS"} or (mount, verb, route.path) == (
            "/users/v1",
            "DELETE",
            "/view",
        ):
            continue
        answer = viewing.request(verb, address(mount, route), json=BODIES.get(route.path, {}))
        assert answer.status_code >= 400 or "section-css" in route.path, (mount, route, answer.text)
        told.append(answer.status_code)
        tried.add(mount)
    assert contents(owner) == before
    assert {"/content/v1", "/users/v1"} <= tried
    assert told.count(403) > 8


def test_no_table_is_written(viewing: httpx.Client, owner: Connection[Any]) -> None:
    before = contents(owner)
    tables = owner.execute(
        "select c.relname, a.attname from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum = 1"
        " where c.relnamespace = 'public'::regnamespace"
        " and c.relkind in ('r', 'p', 'v') and not c.relispartition"
    ).fetchall()
    for table, column in tables:
        some = f"?{column}=not.is.null"
        for verb, query in (("POST", ""), ("PATCH", some), ("DELETE", some)):
            body = None if verb == "DELETE" else {column: None}
            answer = viewing.request(verb, f"/rest/v1/{table}{query}", json=body)
            assert answer.status_code >= 400, (table, verb, answer.text)
    assert contents(owner) == before


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("hide_topic", {"p_site_domain": MINE, "p_topic_id": TOPIC, "p_hidden": True}),
        ("save_view", {"p_page": "visitors", "p_name": "Mine", "p_search": {}}),
        ("end_my_session", {"p_id": SECTION}),
    ],
)
def test_writing_rpcs_say_that_it_only_reads(
    name: str, body: dict[str, Any], viewing: httpx.Client, owner: Connection[Any]
) -> None:
    names = owner.execute(
        "select proargnames from pg_proc where pronamespace = 'public'::regnamespace"
        " and proname = %s",
        [name],
    ).fetchone()
    assert names is not None
    given = dict(zip(names[0], body.values(), strict=False))
    answer = viewing.post(f"/rest/v1/rpc/{name}", json=given)
    assert answer.json()["code"] == "25006", answer.text


def test_the_account_of_who_views_is_left_alone(viewing: httpx.Client) -> None:
    for method, path, body in (
        ("PUT", "/auth/v1/user", {"password": "another long sentence"}),
        ("POST", "/auth/v1/factors", {"factor_type": "totp"}),
        ("GET", "/auth/v1/reauthenticate", None),
    ):
        answer = viewing.request(method, path, json=body)
        assert (answer.status_code, "Stop viewing" in answer.text) == (403, True), answer.text
    assert viewing.get("/auth/v1/user").status_code == 200


def test_exports_follow_and_are_noted(viewing: httpx.Client, owner: Connection[Any]) -> None:
    day = quote(json.dumps({"from": "2026-05-05", "to": "2026-05-05"}))
    answer = viewing.get(f"/export/v1/visitors.json?filter={day}")
    assert {row["site_domain"] for row in answer.json()} == {MINE}
    assert viewing.get("/export/v1/users.json").status_code == 403
    noted = owner.execute(
        "select details.after ->> 'viewed_as', details.actor_label from public.audit_log entry"
        " join public.audit_details details using (site_domain, position)"
        " where entry.action = 'export' order by at desc limit 1"
    ).fetchone()
    assert noted == (USER, "Admin")


def test_a_transcript_that_is_read_is_noted_with_as_whom(
    viewing: httpx.Client, owner: Connection[Any]
) -> None:
    asked = {"p_site_domain": MINE, "p_conversation_id": CONVERSATION}
    noted = viewing.post("/rest/v1/rpc/note_transcript_view", json=asked)
    assert (noted.status_code, noted.json()) == (200, True), noted.text
    again = viewing.post("/rest/v1/rpc/note_transcript_view", json=asked)
    assert again.json() is False, "once an hour"
    entries = owner.execute(
        "select details.after ->> 'viewed_as', details.actor_label from public.audit_log entry"
        " join public.audit_details details using (site_domain, position)"
        " where entry.action = 'view' and entry.subject_id = %s",
        [CONVERSATION],
    ).fetchall()
    assert entries == [(USER, "Admin")]
    owner.execute("delete from private.transcript_views")


def test_one_ends_it_and_is_oneself_again(viewing: httpx.Client) -> None:
    access = viewing.post("/rest/v1/rpc/get_my_access", json={}).json()[0]
    assert (access["user_id"], access["is_viewing"]) == (USER, True)
    assert len(viewing.get("/rest/v1/domains?select=site_domain").json()) == 1
    assert viewing.delete("/users/v1/view").status_code == 204
    assert len(viewing.get("/rest/v1/domains?select=site_domain").json()) >= 2
    access = viewing.post("/rest/v1/rpc/get_my_access", json={}).json()[0]
    assert access["is_viewing"] is False


def test_signing_out_ends_it_too(
    viewing: httpx.Client, owner: Connection[Any], server: TestServer
) -> None:
    assert viewing.post("/auth/v1/logout?scope=local").status_code == 204
    with server.database.connect("service_role", {}) as service:
        ended = service.execute("select private.end_old_user_views()").fetchone()
    assert ended is not None and ended[0] >= 1
