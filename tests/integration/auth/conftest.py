"""What the tests of the auth protocol share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backoffice.auth import passwords
from backoffice.stack.runtime import make_state
from backoffice.state import State
from support.auth import PASSWORD
from support.database import TestDatabase
from support.fake_openid import FakeOpenId, running_fake_openid
from support.server import TestServer


@pytest.fixture(scope="module", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """New passwords cost the least to hash: hundreds are, and none is attacked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", 4)
        yield


@pytest.fixture(autouse=True)
def _full_buckets(database: TestDatabase) -> None:
    """Every test may sign in as often as it likes before it is throttled."""
    with database.connect() as connection:
        connection.execute("delete from auth.rate_limits")


@pytest.fixture
async def state(database: TestDatabase) -> AsyncIterator[State]:
    """The state of a server without a port, for tests that configure it."""
    made = make_state(database.cluster.settings, database.cluster.keys, database.address)
    async with made.opened():
        yield made


@pytest.fixture
def auth(server: TestServer) -> Iterator[httpx.Client]:
    """Speaks to `/auth/v1` as supabase-js does before anybody is signed in."""
    headers = {"apikey": server.anon_key, "X-Supabase-Api-Version": "2024-01-01"}
    with httpx.Client(base_url=f"{server.url}/auth/v1", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def admin(server: TestServer) -> Iterator[httpx.Client]:
    """Speaks to `/auth/v1` with the service role key."""
    headers = {
        "Authorization": f"Bearer {server.service_role_key}",
        "X-Supabase-Api-Version": "2024-01-01",
    }
    with httpx.Client(base_url=f"{server.url}/auth/v1", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def person(admin: httpx.Client) -> dict[str, Any]:
    """A confirmed user of this test alone, whose password is `PASSWORD`."""
    answer = admin.post(
        "/admin/users",
        json={
            "email": f"{uuid4().hex}@example.com",
            "password": PASSWORD,
            "email_confirm": True,
            "user_metadata": {"full_name": "Ada"},
        },
    )
    assert answer.status_code == 200, answer.text
    user: dict[str, Any] = answer.json()
    return user


@pytest.fixture
def sign_in(auth: httpx.Client, person: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """Starts another session of `person`."""

    def start() -> dict[str, Any]:
        answer = auth.post(
            "/token?grant_type=password", json={"email": person["email"], "password": PASSWORD}
        )
        assert answer.status_code == 200, answer.text
        session: dict[str, Any] = answer.json()
        return session

    return start


@pytest.fixture(scope="module")
def openid_service() -> Iterator[FakeOpenId]:
    """A service to sign in at, for the tests of a module."""
    with running_fake_openid() as fake:
        yield fake


@pytest.fixture
def openid(openid_service: FakeOpenId) -> FakeOpenId:
    """The service, as somebody nobody knows yet sees it."""
    openid_service.person = {
        "sub": str(uuid4().int % 10**12),
        "email": f"{uuid4().hex}@example.com",
        "email_verified": True,
    }
    openid_service.claims = {}
    openid_service.refusal = ""
    openid_service.hides_email = False
    return openid_service
