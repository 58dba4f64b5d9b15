"""What is done about tickets in the background; nothing, while Linear is not configured."""

from __future__ import annotations

from typing import Final

import structlog

from backoffice.jobs import Blueprint, JobContext, state_of
from backoffice.support.store import NAMESPACE, SEND

__all__ = ["NAMESPACE", "support"]

POLL: Final = f"{NAMESPACE}:poll"

support = Blueprint()
log = structlog.get_logger("backoffice.support")


@support.periodic(cron="* * * * * */10")
@support.task(name="send", queueing_lock=SEND, lock=SEND, pass_context=True)
async def send(context: JobContext, timestamp: int = 0) -> None:
    """Send every ticket that is due. The table is the queue: what a job missed the next takes."""
    state = state_of(context)
    if state.settings.linear_missing:
        return
    from backoffice.support.linear import Linear
    from backoffice.support.sending import Sender

    async with Linear.opened(state.settings) as linear:
        sent = await Sender(state.database, state.settings, linear).send_due()
    if sent:
        log.info("sent tickets to Linear", tickets=sent)


@support.periodic(cron="*/5 * * * *")
@support.task(name="poll", queueing_lock=POLL, lock=POLL, pass_context=True)
async def poll(context: JobContext, timestamp: int = 0) -> None:
    """Ask how the issues of tickets are."""
    state = state_of(context)
    if state.settings.linear_missing:
        return
    from backoffice.support.linear import Linear
    from backoffice.support.polling import read_news

    async with Linear.opened(state.settings) as linear:
        await read_news(state.database, linear)
