"""What a deployment may choose, and how the protocol behaves when the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from backoffice.auth.config import AuthConfig
from backoffice.auth.database import ADMIN
from backoffice.auth.limits import Limit, RateLimiter
from backoffice.auth.requests import LARGEST_BODY
from backoffice.database import Database
from backoffice.state import State
from support.auth import refused, serving
from support.database import TestDatabase

CREDENTIALS = {"email": "user@user.com", "password": "user"}


async def sign_in(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.post("/token?grant_type=password", json=CREDENTIALS)
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


async def refresh(client: httpx.AsyncClient, session: dict[str, Any]) -> httpx.Response:
    body = {"refresh_token": session["refresh_token"]}
    return await client.post("/token?grant_type=refresh_token", json=body)


async def test_a_time_box_ends_a_session_however_busy(state: State, database: TestDatabase) -> None:
    async with serving(state, AuthConfig(session_timebox=timedelta(hours=8))) as client:
        session = await sign_in(client)
        session = (await refresh(client, session)).json()
        with database.connect() as connection:
            connection.execute("update auth.sessions set not_after = not_after - interval '8 h'")
        refused(await refresh(client, session), 400, "session_expired")


async def test_inactivity_ends_a_session(state: State, database: TestDatabase) -> None:
    async with serving(state, AuthConfig(session_inactivity=timedelta(hours=2))) as client:
        session = (await refresh(client, await sign_in(client))).json()
        shift = "update auth.refresh_tokens set updated_at = updated_at - interval '61 minutes'"
        with database.connect() as connection:
            connection.execute(shift)
            session = (await refresh(client, session)).json()
            connection.execute(shift)
            connection.execute(shift)
        refused(await refresh(client, session), 400, "session_expired")


async def test_tokens_live_as_long_as_chosen(state: State) -> None:
    async with serving(state, AuthConfig(access_token_lifetime=timedelta(minutes=5))) as client:
        assert (await sign_in(client))["expires_in"] == 300


def test_the_limits_are_those_of_the_protocol() -> None:
    config = AuthConfig()
    assert config.sign_ins_per_address == Limit(burst=30, every=timedelta(minutes=5) / 150)
    assert config.verifications_per_address == Limit(burst=30, every=timedelta(minutes=5) / 30)
    assert config.reuse_interval == timedelta(seconds=10)
    assert config.access_token_lifetime == timedelta(hours=1)


async def test_a_burst_is_let_through_and_no_more(state: State) -> None:
    limiter = RateLimiter(state.auth_database, b"key")
    limit = Limit(burst=5, every=timedelta(hours=1))
    taken = await asyncio.gather(
        *(limiter.take("burst", "subject", limit) for _ in range(9)), return_exceptions=True
    )
    assert sum(refusal is None for refusal in taken) == 5


async def test_buckets_are_shared_between_processes(state: State) -> None:
    config = AuthConfig(sign_ins_per_address=Limit(burst=2, every=timedelta(hours=1)))
    async with serving(state, config) as one, serving(state, config) as other:
        await sign_in(one)
        await sign_in(other)
        answer = await one.post("/token?grant_type=password", json=CREDENTIALS)
        refused(answer, 429, "over_request_rate_limit")
        assert 3500 < int(answer.headers["retry-after"]) <= 3600


async def test_buckets_refill_one_by_one(state: State, database: TestDatabase) -> None:
    config = AuthConfig(sign_ins_per_address=Limit(burst=3, every=timedelta(hours=1)))
    async with serving(state, config) as client:
        for _ in range(3):
            await sign_in(client)
        with database.connect() as connection:
            connection.execute(
                "update auth.rate_limits set full_at = full_at - interval '61 minutes'"
            )
        await sign_in(client)
        answer = await client.post("/token?grant_type=password", json=CREDENTIALS)
        refused(answer, 429, "over_request_rate_limit")


async def test_full_buckets_are_swept(
    state: State, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = RateLimiter(state.auth_database, b"key")
    limit = Limit(burst=1, every=timedelta(hours=1))
    for number in range(5):
        await limiter.take("test", str(number), limit)
    with database.connect() as connection:
        connection.execute("update auth.rate_limits set full_at = now() - interval '1 second'")
    monkeypatch.setattr("backoffice.auth.limits.SWEEP_ONE_IN", 1)
    await limiter.take("test", "another", limit)
    with database.connect() as connection:
        assert connection.execute("select count(*) from auth.rate_limits").fetchall() == [(1,)]


async def test_a_database_that_is_away_keeps_sessions_alive(state: State) -> None:
    away = Database("host=127.0.0.1 port=1", acquire_timeout=0.2)
    await away.open()
    try:
        async with serving(replace(state, auth_database=away), AuthConfig()) as client:
            answer = await refresh(client, {"refresh_token": "a-refresh-token"})
            refused(answer, 503, "unavailable")
            assert answer.headers["retry-after"] == "1"
    finally:
        await away.close()


async def test_a_session_held_too_long_is_to_be_tried_again(
    state: State, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(state, AuthConfig()) as client:
        session = await sign_in(client)
        with database.connect() as connection, connection.transaction():
            connection.execute("select 1 from auth.sessions for update")
            hasty = replace(ADMIN, settings={"lock_timeout": "50ms"})
            monkeypatch.setattr("backoffice.auth.service.ADMIN", hasty)
            refused(await refresh(client, session), 503, "unavailable")
        assert (await refresh(client, session)).is_success


async def test_a_body_that_never_ends_is_cut_short(state: State) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * LARGEST_BODY:
            sent += 65_536
            yield b" " * 65_536

    async with serving(state, AuthConfig()) as client:
        answer = await client.post("/token?grant_type=password", content=endless())
    refused(answer, 413, "request_entity_too_large")
