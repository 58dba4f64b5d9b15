"""Sending what waits in `notification_mails`, each row once.

A row is taken, written as its recipient, and only then marked as being handed over. A worker that
dies before that has sent nothing, and the row is taken again; one that dies after it may have sent
the e-mail, and the row becomes `unclear` and is never sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from psycopg.rows import dict_row

from backoffice.database import Database
from backoffice.errors import NotFound
from backoffice.mail import Mail, Mailer, MailError
from backoffice.metrics import MAILS
from backoffice.notifications.alert_mail import Alert, alert_mail
from backoffice.notifications.digest import read_digest
from backoffice.notifications.digest_mail import digest_mail
from backoffice.notifications.recipient import context_of
from backoffice.notifications.unsubscribing import Choice, Subscription, Unsubscribing

MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=2)
NO_MAILER = "This server sends no e-mail: BACKOFFICE_SMTP_HOST is not set."

_TAKE = "select * from private.take_mail(%s)"
_MOVE = "select private.move_mail(%s, %s, %s, %s, %s, %s, %s, %s)"
_ALERT = (
    "select alert.*, domain.name, domain.timezone from public.alerts as alert"
    " join public.domains as domain on domain.site_domain = alert.site_domain"
    " where alert.site_domain = %s and alert.id = %s"
)

log = structlog.get_logger("backoffice.notifications")


@dataclass(frozen=True, slots=True)
class Taken:
    """A row this process sends now."""

    site_domain: str
    user_id: UUID
    kind: str
    occasion: str
    attempts: int
    taken_at: datetime
    email: str

    @property
    def choice(self) -> Choice:
        """What its recipient chose to get it."""
        return "digest" if self.kind == "digest" else "alerts"

    @property
    def identifier(self) -> str:
        """The same for every attempt."""
        whole = f"{self.kind} {self.site_domain} {self.user_id} {self.occasion}"
        return sha256(whole.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Outbox:
    """Writes and sends; `url` is the backoffice's address. Without a mailer every e-mail fails."""

    database: Database
    mailer: Mailer | None
    unsubscribing: Unsubscribing
    url: str

    async def send_waiting(self, clock: Callable[[], datetime] | None = None) -> int:
        """Send until nothing waits; gives how many were sent."""
        now = clock or (lambda: datetime.now(UTC))
        sent = 0
        while taken := await self._take(now()):
            sent += await self._send(taken)
        return sent

    async def written(self, taken: Taken) -> Mail:
        """The e-mail of a row. Raises `NotFound` when its recipient may not see it any more."""
        subscription = Subscription(taken.user_id, taken.site_domain, taken.choice)
        unsubscribe = self.unsubscribing.link(self.url, subscription)
        if taken.kind == "digest":
            first = date.fromisoformat(taken.occasion)
            digest = await read_digest(self.database, taken.user_id, taken.site_domain, first)
            mail = digest_mail(digest, taken.email, url=self.url, unsubscribe=unsubscribe)
        else:
            alert = await self._alert(taken)
            mail = alert_mail(
                alert,
                taken.email,
                ended=taken.kind == "alert_ended",
                url=self.url,
                unsubscribe=unsubscribe,
            )
        headers = self.unsubscribing.headers(self.url, subscription)
        return Mail(mail.to, mail.subject, mail.text, mail.html, headers, taken.identifier)

    async def _take(self, now: datetime) -> Taken | None:
        row = await self.database.fetch_one(_TAKE, [now])
        return Taken(*row) if row else None

    async def _send(self, taken: Taken) -> bool:
        if self.mailer is None:
            await self._end(taken, "failed", NO_MAILER)
            return False
        try:
            mail = await self.written(taken)
        except NotFound:
            await self._end(taken, "skipped", "No longer yours to see.")
            return False
        if not await self._move(taken, "sending"):
            return False
        try:
            await self.mailer.send(mail)
        except MailError as error:
            await self._failed(taken, error)
            return False
        await self._end(taken, "sent")
        return True

    async def _failed(self, taken: Taken, error: MailError) -> None:
        log.warning("notification not sent", kind=taken.kind, error=str(error))
        if error.is_passing and taken.attempts < MAX_ATTEMPTS:
            later = taken.taken_at + FIRST_PAUSE * 2 ** (taken.attempts - 1)
            await self._move(taken, "waiting", str(error), later)
            MAILS.add(taken.kind, "put off")
        else:
            await self._end(taken, "failed", str(error))

    async def _end(self, taken: Taken, status: str, problem: str | None = None) -> None:
        await self._move(taken, status, problem)
        MAILS.add(taken.kind, status)

    async def _move(
        self,
        taken: Taken,
        status: str,
        problem: str | None = None,
        next_at: datetime | None = None,
    ) -> bool:
        key = [taken.site_domain, taken.user_id, taken.kind, taken.occasion, taken.taken_at]
        return bool(await self.database.fetch_value(_MOVE, [*key, status, problem, next_at]))

    async def _alert(self, taken: Taken) -> Alert:
        async with (
            self.database.transaction(context_of(taken.user_id)) as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(_ALERT, [taken.site_domain, taken.occasion])
            row: dict[str, Any] | None = await cursor.fetchone()
        if row is None:
            raise NotFound("There is no such alert for this person.")
        return Alert(**{name: value for name, value in row.items() if name != "id"})
