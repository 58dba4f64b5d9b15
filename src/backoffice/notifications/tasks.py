"""When notifications are made and sent."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

import structlog

from backoffice.database import Database
from backoffice.jobs import Blueprint, JobContext, state_of
from backoffice.mail import make_mailer
from backoffice.notifications.outbox import Outbox
from backoffice.notifications.unsubscribing import Unsubscribing
from backoffice.state import State

NAMESPACE: Final = "notifications"
# What is left of six weeks' days is counted by the runs after this one.
LONGEST_SECONDS: Final = 30.0

notifications = Blueprint()
log = structlog.get_logger("backoffice.notifications")


def outbox_of(state: State) -> Outbox:
    """How this process sends notifications."""
    return Outbox(
        state.database,
        make_mailer(state.settings),
        Unsubscribing(state.keys.encryption_keys),
        state.settings.url,
    )


async def watch(database: Database, now: datetime) -> list[tuple[str, str, str]]:
    """Count what is usual, and open and end alerts; gives (website, kind, change)."""
    started = time.monotonic()
    hours = await database.fetch_all("select since, until from private.hours_to_note(%s)", [now])
    for since, until in hours:
        await database.fetch_value("select private.note_activity(%s, %s)", [since, until])
        if time.monotonic() - started > LONGEST_SECONDS:
            break
    changes = await database.fetch_all(
        "select site_domain, kind, change from private.check_alerts(%s)", [now]
    )
    return [(site, kind, change) for site, kind, change in changes]


@notifications.periodic(cron="*/10 * * * *")
@notifications.task(
    name="watch", queueing_lock="notifications:watch", lock="notifications:watch", pass_context=True
)
async def watch_websites(context: JobContext, timestamp: int = 0) -> None:
    """Look whether agents answer and visitors come as usual."""
    for site, kind, change in await watch(state_of(context).database, datetime.now(UTC)):
        log.info("alert", site_domain=site, kind=kind, change=change)


@notifications.periodic(cron="* * * * *")
@notifications.task(
    name="send", queueing_lock="notifications:send", lock="notifications:send", pass_context=True
)
async def send(context: JobContext, timestamp: int = 0) -> None:
    """Make the digests that are due, and send what waits."""
    state = state_of(context)
    await state.database.fetch_value("select private.queue_digests(now())")
    sent = await outbox_of(state).send_waiting()
    if sent:
        log.info("notifications sent", count=sent)


@notifications.periodic(cron="53 4 * * *")
@notifications.task(name="forget", queueing_lock="notifications:forget", pass_context=True)
async def forget(context: JobContext, timestamp: int = 0) -> None:
    """Delete what nothing is compared with any more, and last year's rows."""
    await state_of(context).database.fetch_value("select private.forget_notifications(now())")
