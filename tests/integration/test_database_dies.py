"""PostgreSQL is killed in the middle of what outside services are told: nothing is lost or doubled.

A PostgreSQL of its own, which keeps what it committed: that of the test run does not, and whatever
else is connected to it would be cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from backoffice.crm.tasks import defer_run
from backoffice.errors import Unavailable
from backoffice.stack.processes import wait_until
from backoffice.stack.runtime import make_state
from backoffice.state import State
from backoffice.support.linear import Linear
from backoffice.support.sending import Sender
from support.database import TestCluster, TestDatabase, throwaway_cluster
from support.fake_linear import KEY, FakeLinear
from support.hubspot import SITE, World, a_world, running_hubspot, start_worker
from support.tickets import acting_as, other
from support.two_domains import USER, fill_two_domains

PLACES = ["contacts/batch/upsert", "associations/", "notes/batch/create", "/owners"]
PEOPLE = 130


@pytest.fixture(scope="module")
def cluster() -> Iterator[TestCluster]:
    with throwaway_cluster(fsync=True) as running:
        yield running


async def database_is_back(state: State) -> None:
    """The pool has given up its broken connections and found a new one."""
    async with asyncio.timeout(60):
        while True:
            try:
                await state.database.pool.check()
                await state.database.fetch_value("select 1")
            except (psycopg.OperationalError, Unavailable):
                continue
            return


@pytest.mark.parametrize("comes_back", ["at once", "later"])
@pytest.mark.parametrize("place", PLACES)
async def test_a_sync(fresh_database: TestDatabase, place: str, comes_back: str) -> None:
    cluster = fresh_database.cluster
    async with a_world(fresh_database) as world:
        world.connect()
        for number in range(PEOPLE):
            world.conversation(number, world.visitor(number, world.account(number)))
        reached, released = world.hubspot.faults.hold(place)
        run_id = world.begin()
        syncing = asyncio.create_task(world.syncs.run(SITE, run_id))
        assert await asyncio.to_thread(reached.wait, 60)
        # HubSpot has done what it was asked, and its answer is on the way.
        cluster.kill()
        if comes_back == "at once":
            cluster.start()
        released.set()
        resume_at = await syncing
        if comes_back == "later":
            assert resume_at is None
            cluster.start()
        await database_is_back(world.state)
        with fresh_database.connect() as world.connection:
            await assert_goes_on(world, run_id, "waiting" if resume_at else "running")


async def test_a_worker(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """It ends, as its supervisor starts it anew, and the run goes on without anybody's doing."""
    cluster, log = fresh_database.cluster, tmp_path / "worker.log"
    with running_hubspot() as (hubspot, url):
        async with a_world(fresh_database, hubspot_url=url, hubspot_app_url=url) as world:
            world.hubspot = hubspot
            world.connect()
            for number in range(PEOPLE):
                world.conversation(number, world.visitor(number))
            reached, released = hubspot.faults.hold("notes/batch/create")
            run_id = world.begin()
            async with world.state.database.transaction() as connection:
                await defer_run(connection, SITE, run_id)
            worker = start_worker(world, log)
            try:
                assert wait_until(reached.is_set, 60), log.read_text()
                cluster.kill()
                cluster.start()
                released.set()
                with fresh_database.connect() as world.connection:
                    assert wait_until(lambda: worker.poll() is not None, 60), log.read_text()
                    # Put off, or left as it was when the worker ended before the database was back.
                    assert world.run(run_id)["state"] in ("waiting", "running")
                    # The half minute it is put off is over, and the minutes it may be silent.
                    world.connection.execute(
                        "update public.crm_runs set resume_at = now(),"
                        " heartbeat_at = heartbeat_at - interval '1 hour'"
                    )
                    worker = start_worker(world, log)
                    assert wait_until(lambda: world.run(run_id)["state"] == "done", 120)
            finally:
                released.set()
                worker.terminate()
                worker.wait()
    assert [world.count(kind) for kind in ("contacts", "notes")] == [PEOPLE] * 2


async def assert_goes_on(world: World, run_id: UUID, state: str) -> None:
    run = world.run(run_id)
    assert (run["state"], run["error"]) == (state, None)
    world.connection.execute("update public.crm_runs set resume_at = now() where id = %s", [run_id])
    await world.syncs.run(SITE, run_id, stale=timedelta(0))
    run = world.run(run_id)
    assert (run["state"], run["error"]) == ("done", None)
    assert (run["done"], run["total"]) == (2 * PEOPLE, 2 * PEOPLE)
    assert [world.count(kind) for kind in ("contacts", "companies", "notes")] == [PEOPLE] * 3
    assert world.rows("select count(*) from public.crm_failures") == [(0,)]
    again = (await world.sync())["counts"]
    assert [again[kind]["unchanged"] for kind in ("contacts", "companies", "notes")] == [PEOPLE] * 3


@asynccontextmanager
async def sender(state: State, linear: FakeLinear) -> AsyncIterator[Sender]:
    async def handle(request: httpx.Request) -> httpx.Response:
        # In the main thread: PostgreSQL, started by it, ends with it.
        return linear.handle(request)

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(handle), headers={"authorization": KEY}
    ) as client:
        yield Sender(state.database, state.settings, Linear("https://linear.test", client))


@pytest.mark.parametrize("comes_back", ["at once", "later"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_tickets(fresh_database: TestDatabase, when: str, comes_back: str) -> None:
    cluster, linear = fresh_database.cluster, FakeLinear()
    configured = cluster.settings.model_copy(
        update={"linear_api_key": SecretStr(KEY), "linear_team": "ROSE"}
    )
    with fresh_database.connect() as connection:
        fill_two_domains(connection)
        connection.execute("delete from public.ticket_events")
        connection.execute("delete from public.ticket_comments")
        connection.execute("delete from public.tickets")

    def die() -> None:
        cluster.kill()
        if comes_back == "at once":
            cluster.start()

    troubles = linear.before if when == "before" else linear.after
    async with make_state(configured, cluster.keys, fresh_database.address).opened() as state:
        reported = {await report(state) for _ in range(3)}
        # In the middle: the first one has gone out.
        troubles["CreateIssue"] = [lambda: None, die]
        async with sender(state, linear) as sending:
            with pytest.raises((psycopg.OperationalError, Unavailable)):
                await sending.send_due()
        if comes_back == "later":
            cluster.start()
        await database_is_back(state)
        with fresh_database.connect() as connection:
            assert deliveries(connection) == [("sent", 1), ("waiting", 0), ("waiting", 1)]
            # The loan of the one that was under way ends.
            connection.execute(
                "update public.tickets set next_attempt_at = now() where delivery = 'waiting'"
            )
            async with sender(state, linear) as sending:
                assert await sending.send_due() == 2
            assert deliveries(connection) == [("sent", 1), ("sent", 1), ("sent", 2)]
            told = connection.execute(
                "select count(*) from public.ticket_events where kind = 'sent'"
            ).fetchone()
    assert set(linear.issues) == reported
    assert linear.names().count("CreateIssue") == 3, "none was made, or asked for, twice"
    assert told == (3,)


async def report(state: State) -> str:
    """A ticket of the user; gives the id that its issue will have."""
    body: dict[str, Any] = other()
    row = await state.database.fetch_one(
        "select linear_id::text from private.create_ticket(%s, %s, %s)",
        [SITE, body.pop("id"), Jsonb(body)],
        acting_as(USER),
    )
    assert row is not None
    return str(row[0])


def deliveries(connection: psycopg.Connection[Any]) -> list[tuple[str, int]]:
    return [
        (str(delivery), int(attempts))
        for delivery, attempts in connection.execute(
            "select delivery, attempts from public.tickets order by delivery, attempts"
        )
    ]
