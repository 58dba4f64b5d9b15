"""E-mails that are written after the answer. One the SMTP server does not take now is put off.

What is put off is the errand, not the e-mail: the link in it is made when it is sent, so that
nothing that signs somebody in lies in the queue, and its hour begins when it arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import psycopg
import structlog
from psycopg import AsyncConnection

from backoffice.auth import audit
from backoffice.auth.accounts import NewAccount, create_account
from backoffice.auth.flows import Challenge
from backoffice.auth.links import LinkType
from backoffice.auth.postman import (
    AUDITED,
    deliver,
    email_change_mails,
    link_mail,
    require_mailer,
)
from backoffice.auth.service import Auth
from backoffice.auth.users import find_user_by_email
from backoffice.database import SERVICE_CONTEXT, Row
from backoffice.errors import Problem
from backoffice.jobs import defer
from backoffice.mail import Mail, MailError
from backoffice.tokens import AUDIENCE

NAMESPACE = "auth"
TASK = "write"
FIRST_PAUSE = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What to write to whom; `newcomer` is the account to make when the address has none."""

    kind: LinkType | Literal["email_change"]
    email: str
    redirect_to: str
    challenge: Challenge | None
    newcomer: NewAccount | None = None

    def to_job(self) -> dict[str, str]:
        """The arguments of the job that does it later; by then a newcomer has their account."""
        challenge = self.challenge or Challenge("", "")
        return {
            "kind": "signup" if self.newcomer else self.kind,
            "email": self.email,
            "redirect_to": self.redirect_to,
            "challenge": challenge.code,
            "challenge_method": challenge.method,
        }


async def run_errand(auth: Auth, errand: Errand) -> None:
    """Write and send; put off what cannot be sent now."""
    try:
        async with auth.transaction() as connection:
            mails = await make_mails(auth, connection, errand)
    except (psycopg.Error, Problem) as error:
        log.error("auth.mail_not_made", error=type(error).__name__)
        return
    await deliver_or_put_off(auth, mails, errand)


async def deliver_or_put_off(auth: Auth, mails: list[Mail], errand: Errand) -> None:
    """Send; what the SMTP server may take later becomes a job."""
    try:
        await deliver(require_mailer(auth), mails)
    except MailError as error:
        if error.is_passing:
            await _put_off(auth, errand)


async def _put_off(auth: Auth, errand: Errand) -> None:
    arguments = errand.to_job()
    try:
        async with auth.state.database.transaction(SERVICE_CONTEXT) as connection:
            await defer(
                connection,
                f"{NAMESPACE}:{TASK}",
                arguments,
                queueing_lock=f"mail {arguments['kind']} {errand.email}",
                scheduled_at=datetime.now(UTC) + FIRST_PAUSE,
            )
    except psycopg.Error as error:
        log.error("auth.mail_not_put_off", error=type(error).__name__)


async def make_mails(auth: Auth, connection: AsyncConnection[Row], errand: Errand) -> list[Mail]:
    user = await find_user_by_email(connection, errand.email, AUDIENCE)
    kind = errand.kind
    if user is None and errand.newcomer is not None:
        user = await create_account(connection, errand.newcomer)
        kind = "signup"
    if user is None or await auth.is_disabled(user):
        return []
    if kind == "email_change":
        if not user.email_change:
            return []
        return await email_change_mails(
            auth,
            connection,
            user,
            user.email_change,
            redirect_to=errand.redirect_to,
            challenge=errand.challenge,
        )
    if kind == "signup" and user.email_confirmed_at:
        return []
    mail = await link_mail(
        auth,
        connection,
        user,
        kind,
        redirect_to=errand.redirect_to,
        challenge=errand.challenge,
    )
    await audit.record(connection, AUDITED[kind], user)
    return [mail]
