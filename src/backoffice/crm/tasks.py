"""What HubSpot's exchange does in the background."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import httpx
import structlog
from procrastinate import RetryStrategy
from psycopg import AsyncConnection

from backoffice.crm.erasures import FORGET, SITES, erase_in_hubspot
from backoffice.crm.failures import LaterError
from backoffice.crm.oauth import missing_settings
from backoffice.crm.sync import Syncs
from backoffice.jobs import Blueprint, JobContext, defer, state_of
from backoffice.state import State

NAMESPACE: Final = "crm"
KEEP_RUNS: Final = "30 days"

crm = Blueprint()
log = structlog.get_logger("backoffice.crm")

_DUE: Final = """
insert into public.crm_runs (site_domain, kind, is_full, created_at)
select
  connection.site_domain,
  'sync',
  coalesce(connection.compared_at, '-infinity') < clock_timestamp() - interval '1 day',
  clock_timestamp()
from public.crm_connections as connection
join public.domains as domain
  on domain.site_domain = connection.site_domain and domain.archived_at is null
where connection.state = 'connected'
on conflict (site_domain) where state in ('waiting', 'running') do nothing
"""
_WAITING: Final = """
select run.site_domain, run.id
from public.crm_runs as run
join public.crm_connections as connection
  on connection.site_domain = run.site_domain and connection.state = 'connected'
where run.state = 'waiting' and coalesce(run.resume_at, '-infinity') <= clock_timestamp()
  or run.state = 'running' and run.heartbeat_at < clock_timestamp() - interval '2 minutes'
order by run.created_at
limit 200
"""
_FORGET: Final = """
delete from public.crm_runs as run
where run.finished_at < clock_timestamp() - %s::interval
  and not exists (
    select 1 from public.crm_failures as failure
    where failure.site_domain = run.site_domain and failure.run_id = run.id
  )
"""


@asynccontextmanager
async def syncs_of(state: State) -> AsyncIterator[Syncs]:
    """Runs over a client of their own."""
    async with httpx.AsyncClient(follow_redirects=False) as http:
        yield Syncs(state, http)


async def defer_run(connection: AsyncConnection[Any], site_domain: str, run_id: UUID) -> None:
    """Queue a run in the caller's transaction, which runs as `service_role`."""
    await defer(
        connection,
        f"{NAMESPACE}:run",
        {"site_domain": site_domain, "run_id": str(run_id)},
        queueing_lock=f"crm:{run_id}",
        lock=f"crm:{site_domain}",
    )


@crm.task(name="run", pass_context=True)
async def run(context: JobContext, site_domain: str, run_id: str) -> None:
    """Do a run, or go on with one whose worker died; what has to wait is queued by `resume`."""
    async with syncs_of(state_of(context)) as syncs:
        await syncs.run(site_domain, UUID(run_id))


@crm.periodic(cron="* * * * * */20")
@crm.task(name="resume", queueing_lock="crm:resume", pass_context=True)
async def resume(context: JobContext, timestamp: int = 0) -> None:
    """Queue runs whose pause is over, whose worker died, or whose job was lost."""
    state = state_of(context)
    if missing_settings(state.settings):
        return
    async with state.database.transaction() as connection:
        cursor = await connection.execute(_WAITING)
        for site_domain, run_id in await cursor.fetchall():
            await defer_run(connection, site_domain, run_id)


@crm.periodic(cron="*/15 * * * *")
@crm.task(name="sync_connected", queueing_lock="crm:sync_connected", pass_context=True)
async def sync_connected(context: JobContext, timestamp: int = 0) -> None:
    """Begin a run of every connected website; once a day everything is compared."""
    state = state_of(context)
    if missing_settings(state.settings):
        return
    async with state.database.transaction() as connection:
        await connection.execute(_DUE)
    await resume(context)


@crm.task(
    name="revoke",
    pass_context=True,
    retry=RetryStrategy(max_attempts=10, wait=60, linear_wait=120, retry_exceptions=[LaterError]),
)
async def revoke(context: JobContext, site_domain: str) -> None:
    """Take back the token of a website that was disconnected."""
    async with syncs_of(state_of(context)) as syncs:
        if await syncs.tokens(site_domain).revoke():
            log.info("revoked the token", site=site_domain)


@crm.periodic(cron="51 3 * * *")
@crm.task(name="forget_runs", queueing_lock="crm:forget_runs", pass_context=True)
async def forget_runs(context: JobContext, timestamp: int = 0) -> None:
    """Delete old runs that no failed record is of."""
    async with state_of(context).database.transaction() as connection:
        await connection.execute(_FORGET, [KEEP_RUNS])


@crm.periodic(cron="*/5 * * * *")
@crm.task(name="pass_erasures_on", queueing_lock="crm:pass_erasures_on", pass_context=True)
async def pass_erasures_on(context: JobContext, timestamp: int = 0) -> None:
    """Queue the erasures that HubSpot has not heard of, between the runs of each website."""
    async with state_of(context).database.transaction() as connection:
        await connection.execute(FORGET)
        for (site_domain,) in await (await connection.execute(SITES)).fetchall():
            await defer(
                connection,
                f"{NAMESPACE}:erase",
                {"site_domain": site_domain},
                queueing_lock=f"crm:erase:{site_domain}",
                lock=f"crm:{site_domain}",
            )


@crm.task(name="erase", pass_context=True)
async def erase(context: JobContext, site_domain: str) -> None:
    """Have HubSpot erase visitors that were erased here."""
    async with syncs_of(state_of(context)) as syncs:
        if done := await erase_in_hubspot(syncs, site_domain):
            log.info("erased in HubSpot", site=site_domain, contacts=done)
