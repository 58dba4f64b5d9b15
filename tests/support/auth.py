"""What tests of the auth protocol say again and again."""

from __future__ import annotations

from typing import Any

import httpx

from backoffice.auth.limits import bucket_name
from support.server import TestServer

PASSWORD = "correct horse"


def bearer(session: dict[str, Any]) -> dict[str, str]:
    """The header that proves a session."""
    return {"Authorization": f"Bearer {session['access_token']}"}


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
