"""HubSpot refuses, is busy, breaks, lies, forgets us; workers die: nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from backoffice.crm.tokens import rotate_tokens
from backoffice.demo.hubspot.account import RefusalError
from backoffice.keys import new_encryption_key
from backoffice.vault import SealedError, Vault
from support.database import TestDatabase
from support.hubspot import SITE, World, a_world

UPSERT = "contacts/batch/upsert"
CREATE = "notes/batch/create"


@pytest.fixture
async def world(fresh_database: TestDatabase) -> AsyncIterator[World]:
    async with a_world(fresh_database) as own:
        own.connect()
        yield own


def failures(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "select object, label, reason, field, attempts from public.crm_failures"
        " where resolved_at is null order by object, label"
    )


async def test_one_refused_record_does_not_hold_up_the_others(world: World) -> None:
    for number in range(5):
        world.visitor(number)
    refused = "person0003@company.example"
    world.hubspot.account.refused[refused] = RefusalError(
        "VALIDATION_ERROR", "This address bounces", "email"
    )
    run = await world.sync()
    assert run["state"] == "done"
    assert run["counts"]["contacts"]["created"] == 4
    assert run["counts"]["contacts"]["failed"] == 1
    assert failures(world) == [("contact", "Ada Number3", "This address bounces", "email", 1)]

    world.hubspot.account.refused.clear()
    (row,) = world.rows("select local_id from public.crm_failures")
    asked = [{"object": "contact", "local_id": str(row[0])}]
    retried = await world.sync("retry", asked)
    assert retried["state"] == "done"
    assert retried["counts"]["contacts"]["created"] == 1
    assert failures(world) == []
    assert world.count("contacts") == 5


async def test_a_record_that_fails_again_says_how_often(world: World) -> None:
    world.visitor(1)
    world.hubspot.account.refused["person0001@company.example"] = RefusalError("BAD", "No")
    await world.sync()
    await world.sync("retry")
    assert [row[4] for row in failures(world)] == [2]


async def test_a_batch_refused_as_a_whole_is_halved_down_to_the_one_to_blame(
    world: World,
) -> None:
    for number in range(8):
        world.visitor(number)
    # Two of them become the same for HubSpot, which then refuses the batch.
    world.connection.execute(
        "update public.visitors set email = 'Person0001@company.example'"
        " where email = 'person0000@company.example'"
    )
    run = await world.sync()
    assert run["state"] == "done"
    assert world.count("contacts") == 7
    assert failures(world) == []


async def test_busy_is_waited_for_by_everybody(world: World) -> None:
    world.visitor(1)
    world.hubspot.faults.add(UPSERT, 429, headers={"retry-after": "7"})
    run = await world.sync()
    assert run["state"] == "done"
    assert world.count("contacts") == 1
    assert max(world.waits) == pytest.approx(7, abs=1.5)
    # The wait was written down where other workers look.
    assert world.rows("select name from private.crm_buckets order by 1")[0] == ("calls",)


async def test_a_long_pause_puts_the_run_off_and_it_goes_on_where_it_was(world: World) -> None:
    for number in range(150):
        world.visitor(number)
    world.hubspot.faults.add(UPSERT, 429, headers={"retry-after": "600"})
    run_id = world.begin()
    resume_at = await world.syncs.run(SITE, run_id)
    run = world.run(run_id)
    assert resume_at is not None
    assert (run["state"], run["notice"]) == ("waiting", "HubSpot asked for a pause.")
    assert await world.syncs.run(SITE, run_id) is None, "not before its time"
    assert world.run(run_id)["state"] == "waiting"
    world.connection.execute("update public.crm_runs set resume_at = now()")
    world.connection.execute("delete from private.crm_buckets")
    await world.syncs.run(SITE, run_id)
    run = world.run(run_id)
    assert (run["state"], run["counts"]["contacts"]["created"]) == ("done", 150)


@pytest.mark.parametrize("status", [500, 502, 423])
async def test_passing_faults_are_outlasted(world: World, status: int) -> None:
    world.visitor(1)
    world.hubspot.faults.add("/crm/", status, times=3)
    run = await world.sync()
    assert run["state"] == "done"
    assert world.count("contacts") == 1


@pytest.mark.parametrize("body", [b"<html>gateway</html>", b"[1]", b'{"results": 7}', b"{}"])
async def test_garbage_loses_and_doubles_nothing(world: World, body: bytes) -> None:
    world.visitor(1)
    world.hubspot.faults.add(UPSERT, 200, body=body, after=True)
    run_id = world.begin()
    await world.syncs.run(SITE, run_id)
    world.connection.execute("update public.crm_runs set resume_at = now()")
    await world.syncs.run(SITE, run_id)
    assert world.run(run_id)["state"] == "done"
    assert world.count("contacts") == 1
    assert failures(world) == []


async def test_an_outage_is_given_up_after_a_while_and_says_so(world: World) -> None:
    world.visitor(1)
    world.hubspot.faults.add("/crm/", 503, times=1000)
    run_id = world.begin()
    for _ in range(8):
        await world.syncs.run(SITE, run_id)
        world.connection.execute("update public.crm_runs set resume_at = now()")
    run = world.run(run_id)
    assert run["state"] == "failed"
    assert run["error"] == "HubSpot answered 503. It was tried 8 times."
    world.hubspot.faults.waiting.clear()
    assert (await world.sync())["state"] == "done"


async def test_a_note_whose_answer_was_lost_is_not_written_twice(world: World) -> None:
    world.conversation(1, world.visitor(1, world.account(1)))
    world.hubspot.faults.add(CREATE, 504, after=True)
    run_id = world.begin()
    assert await world.syncs.run(SITE, run_id) is not None
    assert world.count("notes") == 1
    assert world.rows("select remote_id from public.crm_links where object = 'note'") == [(None,)]
    world.connection.execute("update public.crm_runs set resume_at = now()")
    await world.syncs.run(SITE, run_id)
    assert world.run(run_id)["state"] == "done"
    assert world.count("notes") == 1
    assert (await world.sync())["counts"]["notes"] == {"unchanged": 1}


async def test_a_note_that_never_arrived_is_written(world: World) -> None:
    world.conversation(1, world.visitor(1))
    world.hubspot.faults.add(CREATE, 504)
    run_id = world.begin()
    await world.syncs.run(SITE, run_id)
    assert world.count("notes") == 0
    world.connection.execute("update public.crm_runs set resume_at = now()")
    await world.syncs.run(SITE, run_id)
    assert world.count("notes") == 1


async def test_a_note_somebody_deleted_does_not_come_back(world: World) -> None:
    conversation = world.conversation(1, world.visitor(1))
    await world.sync()
    world.hubspot.account.records["notes"].clear()
    world.say(conversation, "One more thing")
    assert (await world.sync())["state"] == "done"
    assert world.count("notes") == 0
    assert failures(world) == []


async def test_a_run_whose_worker_died_is_taken_over_and_doubles_nothing(world: World) -> None:
    for number in range(250):
        world.conversation(number, world.visitor(number, world.account(number)))
    reached, released = world.hubspot.faults.hold(CREATE)
    run_id = world.begin()
    first = asyncio.create_task(world.syncs.run(SITE, run_id))
    assert await asyncio.to_thread(reached.wait, 60)
    # As when the machine goes: nothing of the worker runs any more, nothing is cleaned up.
    assert await world.syncs.run(SITE, run_id) is None, "its heartbeat is fresh"
    second = asyncio.create_task(world.syncs.run(SITE, run_id, stale=timedelta(0)))
    released.set()
    await asyncio.gather(first, second)
    run = world.run(run_id)
    assert (run["state"], run["done"], run["total"]) == ("done", 500, 500)
    assert [world.count(kind) for kind in ("contacts", "companies", "notes")] == [250] * 3
    assert (await world.sync())["counts"]["notes"] == {"unchanged": 250}


async def test_stopping_a_run_keeps_what_it_did_and_no_more(world: World) -> None:
    for number in range(150):
        world.visitor(number)
    reached, released = world.hubspot.faults.hold(UPSERT)
    run_id = world.begin()
    running = asyncio.create_task(world.syncs.run(SITE, run_id))
    assert await asyncio.to_thread(reached.wait, 60)
    world.connection.execute("select private.stop_crm_runs(%s, 'Paused by a person.')", [SITE])
    released.set()
    await running
    run = world.run(run_id)
    assert (run["state"], run["notice"]) == ("stopped", "Paused by a person.")
    assert world.count("contacts") == 100
    assert (await world.sync())["counts"]["contacts"]["created"] == 50
    assert world.count("contacts") == 150


async def test_an_expired_token_is_refreshed_and_nobody_notices(world: World) -> None:
    world.visitor(1)
    world.hubspot.consent.expire()
    assert (await world.sync())["state"] == "done"
    assert world.hubspot.consent.refreshes == 1
    assert world.count("contacts") == 1


async def test_two_workers_refresh_once(world: World) -> None:
    world.connection.execute("update private.crm_tokens set expires_at = now()")
    stores = [world.syncs.tokens(SITE) for _ in range(8)]
    tokens = await asyncio.gather(*(store.access_token() for store in stores))
    assert len(set(tokens)) == 1
    assert world.hubspot.consent.refreshes == 1


async def test_a_removed_app_asks_for_a_new_connection(world: World) -> None:
    world.visitor(1)
    world.hubspot.consent.remove_app()
    run = await world.sync()
    assert run["state"] == "failed"
    assert "HubSpot accepts the connection no more" in run["error"]
    ((state, reason),) = world.rows("select state, reason from public.crm_connections")
    assert state == "revoked"
    assert "refresh token is invalid" in reason
    world.connect()
    assert (await world.sync())["state"] == "done"


async def test_a_fault_at_refreshing_is_no_revocation(world: World) -> None:
    world.visitor(1)
    world.connection.execute("update private.crm_tokens set expires_at = now()")

    async def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    broken = world.syncs.__class__(
        world.state, world.syncs.http, httpx.MockTransport(gone), world.syncs.sleep
    )
    run_id = world.begin()
    assert await broken.run(SITE, run_id) is not None
    assert world.rows("select state from public.crm_connections") == [("connected",)]
    world.connection.execute("update public.crm_runs set resume_at = now()")
    await world.syncs.run(SITE, run_id)
    assert world.run(run_id)["state"] == "done"


async def test_timeouts_put_a_run_off(world: World) -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(slow)) as http:
        stuck = world.syncs.__class__(world.state, http, world.syncs.transport, world.syncs.sleep)
        run_id = world.begin()
        assert await stuck.run(SITE, run_id) is not None
    assert world.run(run_id)["notice"] == "HubSpot did not answer in time."


async def test_the_pace_is_kept_by_all_workers_together(world: World) -> None:
    waits = await asyncio.gather(
        *(
            world.state.database.fetch_value(
                "select private.take_crm_call(%s, 'calls', 10, 9)", [SITE]
            )
            for _ in range(100)
        )
    )
    assert sum(wait == 0 for wait in waits) <= 12
    # 100 calls: 10 at once, the last one ten seconds later.
    assert 8 < max(waits) <= 10.1


async def test_secrets_are_sealed_anew_with_the_first_key(world: World) -> None:
    old, new = world.state.keys.encryption_keys[0], new_encryption_key()
    before = await world.syncs.tokens(SITE).access_token()
    assert await rotate_tokens(world.state.database, Vault([new, old])) == 2
    (row,) = world.rows("select access_token, refresh_token from private.crm_tokens")
    assert Vault([new]).open(row[0]) == before
    with pytest.raises(SealedError):
        Vault([old]).open(row[1])


async def test_nothing_secret_is_kept_where_anybody_reads(world: World) -> None:
    world.visitor(1)
    await world.sync()
    token = await world.syncs.tokens(SITE).access_token()
    (row,) = world.rows(
        "select jsonb_build_array("
        " (select jsonb_agg(to_jsonb(c)) from public.crm_connections c),"
        " (select jsonb_agg(to_jsonb(r)) from public.crm_runs r),"
        " (select jsonb_agg(to_jsonb(d)) from public.audit_details d))"
    )
    sealed = world.rows("select access_token, refresh_token from private.crm_tokens")[0]
    kept = json.dumps(row[0])
    assert SITE in kept
    for secret in (token, *sealed):
        assert secret not in kept
