"""What happens at night: texts that were kept long enough go, and the audit log is verified."""

from __future__ import annotations

from typing import Final

import structlog

from backoffice.jobs import Blueprint, JobContext, state_of
from backoffice.privacy.retention import delete_due
from backoffice.privacy.verification import verify_and_keep

NAMESPACE: Final = "privacy"
DELETE_TEXTS: Final = "delete_texts"

privacy = Blueprint()
log = structlog.get_logger("backoffice.privacy")


@privacy.periodic(cron="41 2 * * *")
@privacy.task(
    name=DELETE_TEXTS, queueing_lock="delete_texts", lock="delete_texts", pass_context=True
)
async def delete_texts(context: JobContext, timestamp: int = 0) -> None:
    """Delete texts that were kept as long as their website wants."""
    for site, deleted in (await delete_due(state_of(context).database)).items():
        log.info("texts deleted", site=site, messages=deleted.messages, events=deleted.events)


@privacy.periodic(cron="11 4 * * *")
@privacy.task(name="verify_audit_log", queueing_lock="verify_audit_log", pass_context=True)
async def verify_audit_log(context: JobContext, timestamp: int = 0) -> None:
    """Prove that nobody altered the audit log since last night."""
    for check in await verify_and_keep(state_of(context).database):
        if check.reason is not None:
            log.error(
                "audit log broken",
                site=check.site_domain,
                position=check.broken_at,
                reason=check.reason,
            )
