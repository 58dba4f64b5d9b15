"""Which connection a request gets: one that is warm, best of all for the very same statement."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from backoffice.database import Database, Row
from backoffice.rest.app import RestApp
from support.database import TestDatabase
from support.rest import CONFIG, verify

CONNECTIONS = 4
ENOUGH_TO_PARSE = 3


@pytest.fixture
async def database(own_library: TestDatabase) -> AsyncIterator[Database]:
    """A pool whose connections are all made, and idle."""
    database = Database(own_library.url("authenticator"), pool_size=CONNECTIONS)
    await database.open()
    try:
        async with all_lent(database):
            pass
        yield database
    finally:
        await database.close()


@pytest.fixture
async def client(database: Database, own_library: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """Asks REST over that pool."""
    with own_library.connect("supabase_admin") as admin:
        admin.execute(
            "create function api.backend() returns int stable language sql"
            " return pg_catalog.pg_backend_pid()"
        )
    rest = RestApp(database, CONFIG, verify)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(rest),
        base_url="http://library",
        headers={"Authorization": "Bearer service_role:test"},
    ) as client:
        # Nothing but requests takes connections meanwhile.
        await rest.startup()
        await rest.keeper.stop()
        yield client


@asynccontextmanager
async def all_lent(database: Database) -> AsyncIterator[list[AsyncConnection[Row]]]:
    """Every connection; they are given back in their order."""
    lent = [await database.pool.getconn() for _ in range(CONNECTIONS)]
    try:
        yield lent
    finally:
        for connection in lent:
            await database.pool.putconn(connection)


async def test_the_last_given_back_is_lent_first(database: Database) -> None:
    async with all_lent(database) as first:
        pass
    async with all_lent(database) as second:
        assert second == first[::-1]


async def test_one_that_knows_goes_before_the_last(database: Database) -> None:
    async with all_lent(database) as lent:
        pass
    chosen = await database.pool.getconn(knows=lambda c: c in lent[:2])
    await database.pool.putconn(chosen)
    assert chosen == lent[1]
    stranger = await database.pool.getconn(knows=lambda _: False)
    await database.pool.putconn(stranger)
    assert stranger == chosen


async def test_a_statement_goes_where_it_was_parsed(
    database: Database, client: httpx.AsyncClient
) -> None:
    found = {(await client.get("/rpc/backend")).json() for _ in range(ENOUGH_TO_PARSE)}
    assert len(found) == 1
    async with all_lent(database) as lent:
        lent.sort(key=lambda connection: connection.info.backend_pid not in found)
    assert (await client.get("/rpc/backend")).json() in found


async def test_statements_that_went_from_every_connection_are_parsed_anew(
    database: Database, client: httpx.AsyncClient
) -> None:
    ask = "/publishers?id=eq.1"
    async with all_lent(database) as lent:
        for connection in lent:
            await database.pool.putconn(connection)
            for _ in range(ENOUGH_TO_PARSE):
                assert (await client.get(ask)).status_code == 200
            assert await database.pool.getconn() is connection
        for connection in lent:
            await connection.execute("deallocate all")
    answer = await client.get(ask)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("asked", "seconds"), [({}, "60"), ({"keepalives_idle": 7}, "7")])
async def test_idle_connections_are_kept_alive(
    own_library: TestDatabase, asked: dict[str, int], seconds: str
) -> None:
    database = Database(make_conninfo(own_library.url("authenticator"), **asked))
    await database.open()
    async with database.connection() as connection:
        assert connection.info.get_parameters()["keepalives_idle"] == seconds
    await database.close()
