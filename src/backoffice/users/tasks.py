"""What happens to views in the background."""

from __future__ import annotations

from typing import Final

from backoffice.database import SERVICE_CONTEXT, RequestContext
from backoffice.jobs import Blueprint, JobContext, state_of

NAMESPACE: Final = "users"
CONTEXT = RequestContext(
    role=SERVICE_CONTEXT.role, settings={"backoffice.actor": "End of a view's time or session"}
)

users = Blueprint()


@users.periodic(cron="* * * * *")
@users.task(name="end_views", queueing_lock="users:end_views", pass_context=True)
async def end_views(context: JobContext, timestamp: int = 0) -> None:
    """Have the log say which views ended by themselves; they stopped working when they did."""
    database = state_of(context).database
    await database.fetch_value("select private.end_old_user_views()", None, CONTEXT)
