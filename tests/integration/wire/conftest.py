"""The whole server, with the library among its schemas, as the official clients meet it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from backoffice import app
from support.auth import PASSWORD
from support.database import TestCluster, TestDatabase
from support.fake_openid import CLIENT_ID, SECRET, FakeOpenId, running_fake_openid
from support.javascript import Report, run_points
from support.rest import LIBRARY
from support.server import TestServer, running_server
from support.wire import client_of

OWN = Path(__file__).with_name("wire.sql")
MAX_ROWS = 10


@contextmanager
def serving(database: TestDatabase, **options: Any) -> Iterator[TestServer]:
    """A server of which REST has other options; those that start beside it have the usual ones."""
    usual = app.rest_config
    with ExitStack() as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(app, "rest_config", lambda settings: replace(usual(settings), **options))
            server = running.enter_context(running_server(database))
        yield server


@pytest.fixture(scope="session")
def wire_database(cluster: TestCluster) -> Iterator[TestDatabase]:
    """The product's database and the library beside it."""
    with cluster.cloned("wire") as database:
        with database.connect("supabase_admin") as connection:
            connection.execute(LIBRARY.read_text())
            connection.execute(OWN.read_text())
        yield database


@pytest.fixture(scope="session")
def wire(wire_database: TestDatabase) -> Iterator[TestServer]:
    """Serves the library with all options on; only `Prefer: tx=commit` leaves anything behind."""
    options: dict[str, Any] = {
        "schemas": ("public", "api", "archive"),
        "aggregates_enabled": True,
        "plan_enabled": True,
        "tx_end": "rollback-allow-override",
        "max_rows": MAX_ROWS,
    }
    with serving(wire_database, **options) as running:
        yield running


@pytest.fixture(scope="session")
def closed(wire_database: TestDatabase) -> Iterator[TestServer]:
    """Serves nobody who has not signed in."""
    with serving(wire_database, anon_role=None) as running:
        yield running


@pytest.fixture(scope="session")
def open_server(wire_database: TestDatabase) -> Iterator[TestServer]:
    """Anybody may sign up, and is signed in at once."""
    with running_server(wire_database, sign_up=True, sign_up_autoconfirm=True) as running:
        yield running


@pytest.fixture(scope="session")
def openid() -> Iterator[FakeOpenId]:
    """A service to sign in at."""
    with running_fake_openid() as fake:
        yield fake


@pytest.fixture(scope="session")
def service_server(wire_database: TestDatabase, openid: FakeOpenId) -> Iterator[TestServer]:
    """People may sign in at the service."""
    with running_server(
        wire_database,
        google_client_id=CLIENT_ID,
        google_secret=SecretStr(SECRET),
        google_url=openid.url,
        manual_linking=True,
    ) as running:
        yield running


def signed_tokens(server: TestServer) -> dict[str, str]:
    """Tokens as a hosted project's legacy secret signs them now, by what they are."""
    now, secret = int(time.time()), OctKey.import_key(server.keys.jwt_secret)
    person = {"role": "authenticated", "aud": "authenticated", "sub": str(uuid4())}

    def signed(**claims: object) -> str:
        return jwt.encode({"alg": "HS256", "typ": "JWT"}, dict(claims), secret)

    ten_years = {"iss": "supabase", "ref": "abcdefghijklmnopqrst", "iat": now, "exp": now + 10**8}
    return {
        "anon": signed(**ten_years, role="anon"),
        "service_role": signed(**ten_years, role="service_role"),
        "person": signed(**person, exp=now + 3600),
        "just_expired": signed(**person, exp=now - 1),
        "expired": signed(**person, exp=now - 120),
        "of_others": signed(**{**person, "aud": "others"}, exp=now + 3600),
    }


@pytest.fixture
def tokens(wire: TestServer) -> dict[str, str]:
    """Tokens that were signed a moment ago."""
    return signed_tokens(wire)


@pytest.fixture(autouse=True)
def _full_buckets(wire_database: TestDatabase) -> None:
    """Every test may sign in as often as it likes before it is throttled."""
    with wire_database.connect() as connection:
        connection.execute("delete from auth.rate_limits")


@pytest.fixture
def person(wire: TestServer) -> dict[str, str]:
    """A confirmed user of this test alone: `id`, `email`, `password`."""
    email = f"{uuid4().hex}@example.com"
    with client_of(wire, wire.service_role_key) as supabase:
        made = supabase.auth.admin.create_user(
            {"email": email, "password": PASSWORD, "email_confirm": True}
        )
    return {"id": made.user.id, "email": email, "password": PASSWORD}


@pytest.fixture(scope="session")
def given(wire: TestServer, closed: TestServer) -> dict[str, object]:
    """What the cases in JavaScript are told."""
    return {
        "url": wire.url,
        "closedUrl": closed.url,
        "anonKey": wire.anon_key,
        "serviceRoleKey": wire.service_role_key,
        "publishableKey": wire.keys.publishable_key,
        "secretKey": wire.keys.secret_key,
        "tokens": signed_tokens(wire),
        "password": PASSWORD,
        "maxRows": MAX_ROWS,
    }


@pytest.fixture(scope="session")
def rest_report(wire: TestServer, given: dict[str, object]) -> Report:
    """What the cases of REST found, by name."""
    given = {**given, "tokens": signed_tokens(wire)}
    return {
        **run_points("wire-rest-read.mjs", **given),
        **run_points("wire-rest-write.mjs", **given),
    }


@pytest.fixture(scope="session")
def auth_report(
    wire_database: TestDatabase,
    given: dict[str, object],
    open_server: TestServer,
    service_server: TestServer,
    openid: FakeOpenId,
) -> Report:
    """What the cases of auth found, by name."""
    email = f"{uuid4().hex}@example.com"
    openid.person = {"sub": str(uuid4().int % 10**12), "email": email, "email_verified": True}
    more = {
        "openUrl": open_server.url,
        "serviceUrl": service_server.url,
        "knownElsewhere": email,
    }
    sessions = run_points("wire-auth.mjs", **given, **more)
    with wire_database.connect() as connection:
        connection.execute("delete from auth.rate_limits")
    return {**sessions, **run_points("wire-auth-admin.mjs", **given, **more)}
