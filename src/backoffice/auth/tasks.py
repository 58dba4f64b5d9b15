"""Jobs of the auth protocol: e-mails that could not be sent when they were asked for."""

from __future__ import annotations

from typing import Any, cast

import structlog
from procrastinate import RetryStrategy

from backoffice.auth.errands import NAMESPACE, TASK, Errand, make_mails
from backoffice.auth.flows import Challenge
from backoffice.auth.postman import deliver, require_mailer
from backoffice.auth.service import Auth
from backoffice.jobs import Blueprint, JobContext, state_of
from backoffice.mail import MailError

__all__ = ["NAMESPACE", "mails"]

# After 1, 2, 3 … minutes: for the better part of an hour. Whoever waits longer asks again.
RETRY = RetryStrategy(max_attempts=9, wait=60, linear_wait=60, retry_exceptions=[MailError])

mails = Blueprint()
log = structlog.get_logger(__name__)


@mails.task(name=TASK, pass_context=True, retry=RETRY)
async def write(
    context: JobContext,
    kind: str,
    email: str,
    redirect_to: str,
    challenge: str,
    challenge_method: str,
) -> None:
    """Write and send with a fresh link; tried again for as long as the SMTP server says later."""
    auth = Auth.build(state_of(context))
    errand = Errand(
        kind=cast("Any", kind),
        email=email,
        redirect_to=redirect_to,
        challenge=Challenge(challenge, challenge_method) if challenge else None,
    )
    async with auth.transaction() as connection:
        written = await make_mails(auth, connection, errand)
    try:
        await deliver(require_mailer(auth), written)
    except MailError as error:
        if error.is_passing:
            raise
