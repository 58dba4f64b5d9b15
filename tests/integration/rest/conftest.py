"""A library served by PostgREST's protocol alone, in any configuration a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from backoffice.rest.config import RestConfig
from support.database import EMPTY_TEMPLATE, TestCluster, TestDatabase
from support.rest import CONFIG, LIBRARY, RestServer, serving
from support.rest_command import SHOP, Running, Start, environment, running


@pytest.fixture(scope="session")
def library(cluster: TestCluster) -> Iterator[TestDatabase]:
    """The library's database. Tests leave it as they found it."""
    with cluster.cloned("library", EMPTY_TEMPLATE) as database:
        with database.connect("supabase_admin") as connection:
            connection.execute(LIBRARY.read_text())
        yield database


@pytest.fixture
def own_library(cluster: TestCluster) -> Iterator[TestDatabase]:
    """A library for one test alone, which may change it."""
    with cluster.cloned("own_library", EMPTY_TEMPLATE) as database:
        with database.connect("supabase_admin") as connection:
            connection.execute(LIBRARY.read_text())
        yield database


@pytest.fixture(scope="session")
def rest(library: TestDatabase) -> Iterator[RestServer]:
    """The library, served so that nothing lasts unless a request says `Prefer: tx=commit`."""
    with serving(library, CONFIG) as server:
        yield server


@pytest.fixture
def serve() -> Iterator[Callable[..., RestServer]]:
    """Serves a database in another configuration, until the test ends."""
    with ExitStack() as running:

        def start(database: TestDatabase, config: RestConfig, **options: Any) -> RestServer:
            return running.enter_context(serving(database, config, **options))

        yield start


@pytest.fixture(scope="session")
def api(rest: RestServer) -> Iterator[httpx.Client]:
    """Speaks as the service role."""
    with rest.client() as client:
        yield client


@pytest.fixture(scope="module")
def shop(cluster: TestCluster) -> Iterator[TestDatabase]:
    """A database that has nothing of the product."""
    with cluster.cloned("shop", "template0") as database:
        with database.connect("supabase_admin") as connection:
            connection.execute(SHOP)
        yield database


@pytest.fixture
def start(shop: TestDatabase, tmp_path: Path) -> Iterator[Start]:
    """Starts the command with options by name, until the test ends."""
    with ExitStack() as held:

        def begin(*arguments: str, **options: str) -> Running:
            variables = environment(shop, **options)
            return held.enter_context(running(tmp_path, variables, *arguments))

        yield begin
