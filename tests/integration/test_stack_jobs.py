"""The queue: a job exists if its transaction commits, and the worker runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backoffice.database import SERVICE_CONTEXT, RequestContext
from backoffice.jobs import SESSION, STATE, Blueprint, JobContext, defer, jobs_app, state_of
from backoffice.stack.maintenance import NAMESPACE, maintenance
from backoffice.stack.runtime import make_state
from backoffice.state import State
from support.database import TestDatabase

SIGN_INS = RequestContext(role="supabase_auth_admin")


@pytest.fixture
async def state(fresh_database: TestDatabase) -> AsyncIterator[State]:
    cluster = fresh_database.cluster
    async with make_state(cluster.settings, cluster.keys, fresh_database.address).opened() as own:
        yield own


async def run_waiting_jobs(
    state: State, database: TestDatabase, **blueprints: Blueprint
) -> list[tuple[Any, ...]]:
    """Run what is queued as the worker does; gives (task, status) of every job."""
    app = jobs_app(database.address.with_role("service_role", SESSION), blueprints)
    async with app.open_async():
        await app.run_worker_async(
            wait=False, listen_notify=False, additional_context={STATE: state}
        )
    with database.connect() as connection:
        return connection.execute(
            "select task_name, status::text from jobs.procrastinate_jobs order by id"
        ).fetchall()


async def test_a_job_is_queued_with_its_transaction_and_run(
    state: State, fresh_database: TestDatabase
) -> None:
    seen: list[tuple[str, object]] = []
    greetings = Blueprint()

    @greetings.task(name="greet", pass_context=True)
    async def greet(context: JobContext, name: str) -> None:
        role = await state_of(context).database.fetch_value("select current_user")
        seen.append((name, role))

    async with state.database.transaction(SERVICE_CONTEXT) as connection:
        before = await (await connection.execute("show search_path")).fetchone()
        assert await defer(connection, "greetings:greet", {"name": "Ada"})
        assert await (await connection.execute("show search_path")).fetchone() == before
    jobs = await run_waiting_jobs(state, fresh_database, greetings=greetings)
    assert jobs == [("greetings:greet", "succeeded")]
    assert seen == [("Ada", "service_role")]


async def test_a_job_of_a_failed_transaction_never_existed(
    state: State, fresh_database: TestDatabase
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with state.database.transaction(SERVICE_CONTEXT) as connection:
            await defer(connection, "greetings:greet", {"name": "nobody"})
            raise ZeroDivisionError
    assert await run_waiting_jobs(state, fresh_database) == []


async def test_a_job_that_waits_already_is_not_queued_twice(state: State) -> None:
    async with state.database.transaction(SERVICE_CONTEXT) as connection:
        assert await defer(connection, "crm:sync", {}, queueing_lock="star")
        assert await defer(connection, "crm:sync", {}, queueing_lock="star") is None
        cursor = await connection.execute("select 'the transaction goes on'")
        assert await cursor.fetchone() == ("the transaction goes on",)


async def test_maintenance_folds_makes_partitions_and_forgets(
    state: State, fresh_database: TestDatabase
) -> None:
    async with state.auth_database.transaction(SIGN_INS) as connection:
        await connection.execute(
            "insert into auth.sessions (id, user_id, not_after)"
            " select gen_random_uuid(), id, now() + ends * interval '1 day'"
            " from auth.users, unnest(array[-1, 1]) as ends where email = 'user@user.com'"
        )
    async with state.database.transaction(SERVICE_CONTEXT) as connection:
        for task in ("fold_rollups", "make_partitions", "forget_sign_ins", "forget_jobs"):
            await defer(connection, f"{NAMESPACE}:{task}", {"timestamp": 0})
        await defer(connection, f"{NAMESPACE}:retry_stalled_jobs", {"timestamp": 0})
    jobs = await run_waiting_jobs(state, fresh_database, **{NAMESPACE: maintenance})
    assert len({task for task, _ in jobs}) == 5
    assert {status for _, status in jobs} == {"succeeded"}
    with fresh_database.connect() as connection:
        (ahead,) = connection.execute(
            "select to_regclass('private.events_' || to_char("
            " now() at time zone 'UTC' + interval '2 months', 'YYYY_MM'))"
        ).fetchone() or (None,)
        (sessions,) = connection.execute("select count(*) from auth.sessions").fetchone() or (0,)
    assert ahead is not None
    assert sessions == 1


async def test_a_job_whose_worker_died_is_taken_up_again(
    state: State, fresh_database: TestDatabase
) -> None:
    ran: list[str] = []
    work = Blueprint()

    @work.task(name="once")
    async def once() -> None:
        ran.append("once")

    async with state.database.transaction(SERVICE_CONTEXT) as connection:
        await defer(connection, "work:once", {})
    with fresh_database.connect() as connection:
        connection.execute("set search_path = jobs")
        connection.execute(
            "with dead as (insert into jobs.procrastinate_workers (last_heartbeat)"
            " values (now() - interval '1 hour') returning id)"
            " update jobs.procrastinate_jobs set status = 'doing', worker_id = dead.id from dead"
        )
    async with state.database.transaction(SERVICE_CONTEXT) as connection:
        await defer(connection, f"{NAMESPACE}:retry_stalled_jobs", {"timestamp": 0})
    jobs = await run_waiting_jobs(state, fresh_database, work=work, **{NAMESPACE: maintenance})
    assert ran == ["once"]
    assert {status for _, status in jobs} == {"succeeded"}


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_the_queue_is_closed_to_the_api(fresh_database: TestDatabase, role: str) -> None:
    with fresh_database.connect() as connection:
        (allowed,) = connection.execute(
            """
            select has_schema_privilege(%(role)s, 'jobs', 'usage')
              or exists (
                select from pg_class where relnamespace = 'jobs'::regnamespace and relkind = 'r'
                and has_table_privilege(%(role)s, oid, 'select, insert, update, delete')
              )
              or exists (
                select from pg_proc where pronamespace = 'jobs'::regnamespace
                and has_function_privilege(%(role)s, oid, 'execute')
              )
            """,
            {"role": role},
        ).fetchone() or (True,)
    assert not allowed
