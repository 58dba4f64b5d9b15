"""What tests of the auth protocol say again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from backoffice.auth.app import create_auth_app
from backoffice.auth.config import AuthConfig
from backoffice.auth.limits import bucket_name
from backoffice.mailbox import Mailbox, Received
from backoffice.state import State
from support.server import TestServer

PASSWORD = "correct horse"


def bearer(session: dict[str, Any]) -> dict[str, str]:
    """The header that proves a session."""
    return {"Authorization": f"Bearer {session['access_token']}"}


def as_admin(state: State) -> dict[str, str]:
    """The header of the service role key."""
    return {"Authorization": f"Bearer {state.keys.service_role_key}"}


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """Assert the one error shape, with its header."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["x-sb-error-code"] == code
    assert answer.headers["x-supabase-api-version"] == "2024-01-01"
    assert set(answer.json()) <= {"code", "message", "weak_password"}


def drain(server: TestServer, kind: str, subject: str) -> None:
    """Let `subject` have used all its attempts, for a day to come."""
    with server.database.connect() as connection:
        connection.execute(
            "insert into auth.rate_limits (bucket, full_at) values (%s, now() + interval '1 day')"
            " on conflict (bucket) do update set full_at = excluded.full_at",
            [bucket_name(server.keys.ip_hash_key, kind, subject)],
        )


@asynccontextmanager
async def serving(state: State, config: AuthConfig) -> AsyncIterator[httpx.AsyncClient]:
    """The auth protocol alone, configured by the test; what follows an answer is done by then."""
    transport = httpx.ASGITransport(create_auth_app(state, config), client=("192.0.2.1", 1))
    headers = {"X-Supabase-Api-Version": "2024-01-01"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://auth.test", headers=headers
    ) as client:
        yield client


def mails_to(state: State, address: str) -> list[Received]:
    """What the local mailbox keeps for an address, the newest first."""
    kept = Mailbox.of(state.settings).newest_first()
    return [mail for mail in kept if mail.to == address]
