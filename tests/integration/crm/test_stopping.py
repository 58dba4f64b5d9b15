"""What stops a run under way, and what does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from backoffice.crm.runs import MOST_ATTEMPTS, Run, StoppedError
from backoffice.database import RequestContext
from backoffice.privacy.erasure import Erasures
from support.database import TestDatabase
from support.hubspot import SITE, World, a_world
from support.somebody import mentions


@pytest.fixture
async def world(fresh_database: TestDatabase) -> AsyncIterator[World]:
    async with a_world(fresh_database) as own:
        own.connect()
        yield own


async def test_an_erasure_stops_the_run_that_may_have_read_the_visitor(world: World) -> None:
    visitor = world.visitor(1)
    run_id = world.begin("dry_run")
    run = await Run.claimed(world.state.database, SITE, run_id)
    assert run is not None
    run.show({"object": "contact", "properties": {"firstname": "Ada", "city": "Lyon"}})
    await run.commit()
    # Read, but not kept yet.
    run.show({"object": "contact", "properties": {"email": "person0001@company.example"}})
    state = world.state
    context = RequestContext(role="service_role")
    await Erasures(state.database, context, state.vault, SITE).erase([visitor])
    with pytest.raises(StoppedError):
        await run.commit()
    kept = world.run(run_id)
    assert (kept["state"], kept["notice"], kept["examples"]) == (
        "stopped",
        "A visitor was erased.",
        [],
    )
    assert mentions(world.connection, ["person0001"]) == []
    assert (await world.sync())["state"] == "done", "the next one begins anew"


async def test_a_run_does_not_begin_while_a_visitor_is_erased(world: World) -> None:
    visitor = world.visitor(1)
    erasing = world.connection
    with erasing.transaction():
        erasing.execute(
            "select private.erase_visitors(%s, %s::uuid[], '{}')", [SITE, [str(visitor)]]
        )
        async with world.state.database.transaction() as connection:
            cursor = await connection.execute(
                "insert into public.crm_runs (site_domain, kind, is_full, created_at)"
                " values (%s, 'sync', true, now()) returning id",
                [SITE],
            )
            (run_id,) = await cursor.fetchone() or (None,)
        claim = asyncio.create_task(Run.claimed(world.state.database, SITE, run_id))
        with world.database.connect("postgres") as onlooker:
            waiting = "select 1 from pg_locks where not granted"
            while onlooker.execute(waiting).fetchone() is None:
                await asyncio.wait([claim], timeout=0.02)
                assert not claim.done()
    assert await claim is not None


async def test_another_portal_stops_the_run_of_the_one_before(world: World) -> None:
    world.visitor(1)
    run_id = world.begin()
    world.connect()
    assert world.run(run_id)["state"] == "waiting", "the same portal again"
    world.hubspot.account.portal_id += 1
    world.connect()
    stopped = world.run(run_id)
    assert (stopped["state"], stopped["notice"]) == (
        "stopped",
        "Another HubSpot account was connected.",
    )
    assert (await world.sync())["state"] == "done"


async def test_a_pause_after_it_got_on_is_the_first_again(world: World) -> None:
    world.conversation(1, world.visitor(1))
    run_id = world.begin()
    world.connection.execute("update public.crm_runs set attempts = %s", [MOST_ATTEMPTS - 1])
    world.hubspot.faults.add("notes/batch/create", 429, headers={"retry-after": "600"})
    assert await world.syncs.run(SITE, run_id) is not None
    assert world.count("contacts") == 1, "the contacts were sent before"
    assert (world.run(run_id)["state"], world.run(run_id)["attempts"]) == ("waiting", 1)


async def test_only_what_got_on_counts_anew(world: World) -> None:
    run_id = world.begin()

    async def claimed(attempts: int) -> Run:
        world.connection.execute(
            "update public.crm_runs set attempts = %s, resume_at = now()", [attempts]
        )
        run = await Run.claimed(world.state.database, SITE, run_id)
        assert run is not None
        return run

    run = await claimed(MOST_ATTEMPTS - 1)
    run.position["after"] = "a"
    await run.commit()
    assert await run.postpone("HubSpot asked for a pause.", 0.0) is not None
    assert (world.run(run_id)["state"], world.run(run_id)["attempts"]) == ("waiting", 1)

    stuck = await claimed(MOST_ATTEMPTS - 1)
    stuck.position["after"] = "a"
    await stuck.commit()
    assert await stuck.postpone("HubSpot asked for a pause.", 0.0) is None
    assert world.run(run_id)["state"] == "failed", "where it was is no progress"
