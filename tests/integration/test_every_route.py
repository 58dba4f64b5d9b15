"""Every route for signed-in people, as nobody and as somebody of another website.

What there is comes from the application itself, so a new route is asked as soon as it exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from psycopg import Connection, sql
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from backoffice.app import create_app
from backoffice.tokens import AUDIENCE, Tokens
from support.database import TestDatabase
from support.server import TestServer
from support.two_domains import DOMAINS, USER, fill_two_domains

MINE, OTHERS = DOMAINS
# REST and auth speak protocols of their own, and have tests of their own.
ELSEWHERE = {"/rest/v1", "/auth/v1"}
# What a path may be filled with, so that it is understood.
VALUES = {"domain": OTHERS, "target": OTHERS, "name": "users", "extension": "csv"}
# Who proves who they are in another way than by a token.
OTHERWISE = {
    ("POST", "/support/v1/linear/webhook"),
    ("GET", "/notifications/v1/unsubscribe"),
    ("POST", "/notifications/v1/unsubscribe"),
}
# What is the same for everybody who is signed in, or only their own.
FOR_EVERYBODY = {
    ("GET", "/support/v1/linear"),
    ("GET", "/notifications/v1/mail"),
    ("DELETE", "/users/v1/view"),
}


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Method and path of each, with something in place of its parameters."""
    while not isinstance(app, Starlette):
        app = app.app
    for mount in app.routes:
        if not isinstance(mount, Mount) or mount.path in ELSEWHERE:
            continue
        for route in mount.routes:
            assert isinstance(route, Route), route
            for method in sorted(set(route.methods or ()) - {"HEAD", "OPTIONS"}):
                yield method, mount.path + re.sub(r"{(\w+)(:\w+)?}", filled, route.path)


def filled(parameter: re.Match[str]) -> str:
    """A value for a parameter of a path."""
    return VALUES.get(parameter[1], str(UUID(int=7)))


@pytest.fixture(scope="module")
def asked(server: TestServer, database: TestDatabase) -> list[tuple[str, str]]:
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
    found = list(routes(create_app(server.state)))
    assert len(found) > 60
    return found


def contents(connection: Connection[Any]) -> dict[str, Any]:
    """A hash of every table's rows."""
    tables = connection.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace"
        " and relkind in ('r', 'p') and not relispartition order by 1"
    ).fetchall()
    query = sql.SQL("select md5(string_agg(t::text, '' order by t::text)) from public.{} as t")
    return {
        name: connection.execute(query.format(sql.Identifier(name))).fetchone()
        for (name,) in tables
    }


def test_nobody_gets_in(server: TestServer, asked: list[tuple[str, str]]) -> None:
    for headers in (
        {},
        {"Authorization": f"Bearer {server.anon_key}"},
        {"Authorization": "Bearer x.y.z"},
    ):
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as nobody:
            let_in = {
                (method, path, answer.status_code)
                for method, path in asked
                if (answer := nobody.request(method, path, json={})).status_code != 401
                and (method, path) not in OTHERWISE
            }
        assert let_in == set(), headers


def test_somebody_of_another_website_changes_and_sees_nothing(
    server: TestServer, database: TestDatabase, asked: list[tuple[str, str]]
) -> None:
    token = Tokens(server.keys).sign({"sub": USER, "role": "authenticated", "aud": AUDIENCE})
    with database.connect("postgres") as owner, server.client(token) as person:
        before = contents(owner)
        answers = {
            (method, path): person.request(method, path, json={})
            for method, path in asked
            if (method, path) not in OTHERWISE
        }
        after = contents(owner)
    failed = {key: answer.text for key, answer in answers.items() if answer.status_code >= 500}
    assert failed == {}
    let_in = {key for key, answer in answers.items() if answer.is_success}
    assert let_in == FOR_EVERYBODY
    assert after == before
    for key, answer in answers.items():
        if key not in FOR_EVERYBODY:
            assert "Other Inc" not in answer.text, key
