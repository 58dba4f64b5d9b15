"""What the database needs regularly, whatever else the worker does."""

from __future__ import annotations

import structlog

from backoffice.database import RequestContext
from backoffice.jobs import Blueprint, JobContext, state_of

NAMESPACE = "maintenance"
KEEP_JOBS_HOURS = 14 * 24
AUTH_ADMIN = RequestContext(role="supabase_auth_admin")

# A session nobody can refresh any more, and what hangs on it by foreign key; then what is never
# asked for again.
FORGET_SIGN_INS = (
    "delete from auth.sessions where not_after < now()",
    "delete from auth.refresh_tokens where revoked and updated_at < now() - interval '30 days'",
    "delete from auth.one_time_tokens where created_at < now() - interval '7 days'",
    "delete from auth.flow_state where created_at < now() - interval '1 day'",
    "delete from auth.mfa_challenges where created_at < now() - interval '1 day'",
    "delete from auth.rate_limits where full_at < now()",
)

maintenance = Blueprint()
log = structlog.get_logger("backoffice.maintenance")


@maintenance.periodic(cron="* * * * *")
@maintenance.task(name="fold_rollups", queueing_lock="fold_rollups", pass_context=True)
async def fold_rollups(context: JobContext, timestamp: int) -> None:
    """Turn pending deltas into daily rows, so that readers have less to add up."""
    await state_of(context).database.fetch_value("select rollup.fold()")


@maintenance.periodic(cron="17 3 * * *")
@maintenance.task(name="make_partitions", queueing_lock="make_partitions", pass_context=True)
async def make_partitions(context: JobContext, timestamp: int) -> None:
    """Make next months' partitions ahead of the first event that needs them."""
    await state_of(context).database.fetch_value(
        "select private.make_event_partitions(now(), now() + interval '2 months')"
    )


@maintenance.periodic(cron="*/20 * * * *")
@maintenance.task(name="forget_sign_ins", queueing_lock="forget_sign_ins", pass_context=True)
async def forget_sign_ins(context: JobContext, timestamp: int) -> None:
    """Delete ended sessions, used-up tokens and full rate limits."""
    async with state_of(context).auth_database.transaction(AUTH_ADMIN) as connection:
        for statement in FORGET_SIGN_INS:
            await connection.execute(statement)


@maintenance.periodic(cron="*/2 * * * *")
@maintenance.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died back to the queue; every task is safe to repeat."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        log.warning("retrying a stalled job", job=job.id, task=job.task_name)
        await manager.retry_job(job)


@maintenance.periodic(cron="41 4 * * *")
@maintenance.task(name="forget_jobs", queueing_lock="forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:
    """Delete jobs that ended two weeks ago."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_JOBS_HOURS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )
