"""Two websites with conversations, and who exports them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from support.database import TestDatabase
from support.exports import MINE, OTHERS, USER
from support.server import TestServer
from support.talks import fill_domain


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> Iterator[TestDatabase]:
    """Both websites, one of which the user may see, with their figures counted."""
    with database.connect("supabase_admin") as admin:
        for domain in (MINE, OTHERS):
            fill_domain(admin, domain, "Europe/Paris", 60)
            with admin.transaction():
                admin.execute("set transaction isolation level repeatable read")
                admin.execute("select rollup.rebuild(%s)", [domain])
        admin.execute("insert into public.user_domains values (%s, %s)", [USER, MINE])
    yield database


@pytest.fixture(scope="module")
def admin(filled: TestDatabase, server: TestServer) -> Iterator[httpx.Client]:
    """Staff, who see both websites."""
    with server.signed_in("admin@admin.com", "admin") as client:
        yield client


@pytest.fixture(scope="module")
def user(filled: TestDatabase, server: TestServer) -> Iterator[httpx.Client]:
    """A client's person, who sees one of them."""
    with server.signed_in("user@user.com", "user") as client:
        yield client
