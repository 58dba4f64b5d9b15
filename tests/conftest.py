"""Fixtures every test may use: a real PostgreSQL, one's own database, the real server.

`database` is shared by the tests of a module, which starts from the migrated and seeded template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from psycopg import Connection

from support.database import TestCluster, TestDatabase, throwaway_cluster
from support.server import TestServer, running_server

settings.register_profile(
    "backoffice", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("backoffice")


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the developer's settings or writes to their data folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("BACKOFFICE_DATABASE_URL", "BACKOFFICE_HOST", "PORT"):
            patch.delenv(name, raising=False)
        patch.setenv("BACKOFFICE_DATA_DIR", str(tmp_path_factory.mktemp("unused") / "data"))
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[TestCluster]:
    """The PostgreSQL of this test run."""
    with throwaway_cluster() as running:
        yield running


@pytest.fixture(scope="module")
def database(cluster: TestCluster, request: pytest.FixtureRequest) -> Iterator[TestDatabase]:
    """A database with migrations and seed, shared by the tests of a module."""
    name = Path(str(request.node.path)).stem
    with cluster.cloned(name) as clone:
        yield clone


@pytest.fixture
def fresh_database(cluster: TestCluster, request: pytest.FixtureRequest) -> Iterator[TestDatabase]:
    """A database with migrations and seed for one test alone."""
    with cluster.cloned(re.sub(r"\W+", "_", request.node.name)) as clone:
        yield clone


@pytest.fixture
def database_url(database: TestDatabase) -> Callable[[str], str]:
    """Gives the connection string of `postgres`, `authenticator`, `anon`, `authenticated`, …"""
    return database.url


@pytest.fixture
def connect(database: TestDatabase) -> Iterator[Callable[..., Connection[Any]]]:
    """Opens autocommit connections, `connect("authenticated", {"sub": …})`, and closes them."""
    with ExitStack() as opened:

        def open_one(
            role: str = "postgres", claims: dict[str, Any] | None = None
        ) -> Connection[Any]:
            connection: AbstractContextManager[Connection[Any]] = database.connect(role, claims)
            return opened.enter_context(connection)

        yield open_one


@pytest.fixture(scope="module")
def server(database: TestDatabase) -> Iterator[TestServer]:
    """The real server on the module's database: `server.url`, `server.sign_in(…)`, …."""
    with running_server(database) as running:
        yield running
