"""What tests of configuration share."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from support.database import TestDatabase
from support.server import TestServer
from support.two_domains import fill_two_domains


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> Iterator[TestDatabase]:
    """Two websites that nobody has configured."""
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
        for table in ("client_configs", "config_versions", "agent_switches"):
            connection.execute(f"delete from public.{table}".encode())
    yield database


@pytest.fixture(scope="module")
def admin(filled: TestDatabase, server: TestServer) -> Iterator[httpx.Client]:
    """Rose's staff."""
    with server.signed_in("admin@admin.com", "admin") as client:
        yield client


@pytest.fixture(scope="module")
def user(filled: TestDatabase, server: TestServer) -> Iterator[httpx.Client]:
    """Somebody of the first website."""
    with server.signed_in("user@user.com", "user") as client:
        yield client
