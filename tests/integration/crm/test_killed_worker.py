"""A worker process that is killed in the middle of a sync, and the one that goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.crm.tasks import defer_run, syncs_of
from backoffice.stack.processes import wait_until
from support.database import TestDatabase
from support.hubspot import SITE, World, a_world, running_hubspot, start_worker


@pytest.fixture
async def world(fresh_database: TestDatabase) -> AsyncIterator[World]:
    with running_hubspot() as (hubspot, url):
        async with a_world(fresh_database, hubspot_url=url, hubspot_app_url=url) as own:
            own.hubspot = hubspot
            own.connect()
            yield own


async def test_nothing_is_lost_or_doubled(world: World, tmp_path: Path) -> None:
    for number in range(130):
        world.conversation(number, world.visitor(number, world.account(number)))
    reached, released = world.hubspot.faults.hold("notes/batch/create")
    run_id = world.begin()
    async with world.state.database.transaction() as connection:
        await defer_run(connection, SITE, run_id)

    log = tmp_path / "worker.log"
    worker = start_worker(world, log)
    try:
        assert wait_until(lambda: reached.is_set() or worker.poll() is not None, 60)
        assert reached.is_set(), log.read_text()
    finally:
        worker.kill()
        worker.wait()
        released.set()
    # The notes are there, and nobody was told.
    assert world.run(run_id)["state"] == "running"
    assert world.count("notes") == 100

    async with syncs_of(world.state) as syncs:
        assert await syncs.run(SITE, run_id) is None
        assert world.run(run_id)["state"] == "running", "it may still be at work"
        await syncs.run(SITE, run_id, stale=timedelta(0))
    run = world.run(run_id)
    assert (run["state"], run["error"]) == ("done", None)
    assert [world.count(kind) for kind in ("contacts", "companies", "notes")] == [130] * 3
    assert world.rows("select count(*) from public.crm_links where remote_id is null") == [(0,)]
