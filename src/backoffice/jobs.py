"""Background work: a queue in PostgreSQL (Procrastinate, schema `jobs`).

A capability declares its tasks on a `Blueprint` in its `tasks.py`; the worker registers them. A
task that asks for its context finds the process's `State` by `state_of(context)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import Any

from procrastinate import App, Blueprint, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from psycopg import AsyncConnection

from backoffice.state import State

__all__ = ["Blueprint", "JobContext", "defer", "jobs_app", "state_of"]

SCHEMA = "jobs"
# A job may take longer than a request; its own statements set tighter limits where they want them.
SESSION = f"-csearch_path={SCHEMA} -cstatement_timeout=0 -clock_timeout=10s"
STATE = "state"


def jobs_app(conninfo: str, blueprints: Mapping[str, Blueprint]) -> App:
    """The queue over its own connections, with the tasks of `blueprints` under their names.

    `conninfo` is of a session as `service_role` with the options `SESSION`.
    """
    app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4))
    for namespace, blueprint in blueprints.items():
        # Procrastinate renames the very tasks it is given; the module's stay as they are.
        app.add_tasks_from(deepcopy(blueprint), namespace=namespace)
    return app


def state_of(context: JobContext) -> State:
    """The `State` of the worker that runs a task."""
    state = context.additional_context[STATE]
    assert isinstance(state, State)
    return state


async def defer(
    connection: AsyncConnection[Any],
    task: str,
    arguments: Mapping[str, Any],
    *,
    queueing_lock: str | None = None,
    lock: str | None = None,
    scheduled_at: datetime | None = None,
) -> int | None:
    """Queue a job in the caller's transaction: it exists if and only if that commits.

    `task` is `<namespace>:<name>`; the transaction runs as `service_role`. Gives the job's id, or
    None when a job with the same `queueing_lock` already waits.
    """
    cursor = await connection.execute("select current_setting('search_path')")
    row = await cursor.fetchone()
    assert row is not None
    try:
        # A savepoint, because a refused queueing lock must not end the caller's transaction.
        async with connection.transaction():
            await connection.execute("select set_config('search_path', %s, true)", [SCHEMA])
            job_id = (
                await _unconnected_app()
                .configure_task(
                    task,
                    allow_unknown=True,
                    connection=connection,
                    queueing_lock=queueing_lock,
                    lock=lock,
                    schedule_at=scheduled_at,
                )
                .defer_async(**arguments)
            )
            await connection.execute("select set_config('search_path', %s, true)", [row[0]])
    except AlreadyEnqueued:
        return None
    return job_id


@cache
def _unconnected_app() -> App:
    """Knows how to write a job through somebody else's connection."""
    return App(connector=PsycopgConnector())
