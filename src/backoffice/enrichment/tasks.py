"""What enrichment does in the background."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from backoffice.enrichment.batch import enrich_due
from backoffice.jobs import Blueprint, JobContext, state_of

NAMESPACE: Final = "enrichment"

enrichment = Blueprint()
log = structlog.get_logger("backoffice.enrichment")


@enrichment.periodic(cron="* * * * * */15")
@enrichment.task(
    name="enrich", queueing_lock="enrichment:enrich", lock="enrichment:enrich", pass_context=True
)
async def enrich(context: JobContext, timestamp: int = 0) -> None:
    """Look into every visitor who told something new."""
    totals = await enrich_due(state_of(context).database)
    if totals.visitors:
        log.info("looked into visitors", visitors=totals.visitors, changed=totals.changed)


@enrichment.periodic(cron="27 3 * * *")
@enrichment.task(name="forget_addresses", queueing_lock="forget_addresses", pass_context=True)
async def forget_addresses(context: JobContext, timestamp: int = 0) -> None:
    """Delete hashes of addresses that were last seen too long ago."""
    state = state_of(context)
    before = datetime.now(UTC) - timedelta(days=state.settings.address_retention_days)
    await state.database.fetch_value("select private.forget_addresses(%s)", [before])
