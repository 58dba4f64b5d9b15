"""Sending tickets to Linear, each exactly once.

A ticket is lent to one sender (`private.claim_ticket`), and its issue's id was chosen before: when
a sender dies between Linear's answer and the note of it, the next one finds the issue by that id.
And should two ask at once, Linear makes one issue of one id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import SystemRandom
from typing import Any, Final
from uuid import UUID

import orjson
import structlog

from backoffice.database import Database
from backoffice.settings import Settings
from backoffice.support.failures import LinearError
from backoffice.support.issue_text import issue_description, issue_title
from backoffice.support.linear import Draft, Linear
from backoffice.support.news import Issue

LOAN: Final = timedelta(minutes=2)
FIRST_WAIT: Final = 30.0
LONGEST_WAIT: Final = 3600.0
# How long nothing at all is sent after a failure that is not one ticket's own.
PAUSES: Final = {"rate_limited": 60.0, "key_refused": 60.0, "team_missing": 60.0}
PAUSE: Final = 15.0
_ERASED: Final = (
    "select erased_at is not null from public.tickets where site_domain = %s and id = %s"
)

log = structlog.get_logger("backoffice.support")


@dataclass(slots=True)
class Sender:
    """Sends what waits. What Linear calls the team and the labels is asked for once."""

    database: Database
    settings: Settings
    linear: Linear
    _team: str | None = None
    _labels: dict[str, str] = field(default_factory=dict)

    async def send_due(self) -> int:
        """Send every ticket that is due, until one fails for what is not its own fault."""
        sent = 0
        while (ticket := await self._claim()) is not None:
            try:
                made = await self._send(ticket)
            except LinearError as error:
                await self._note_failure(ticket, error)
                if not error.is_final:
                    break
                continue
            if made is None:
                continue
            issue, missing = made
            await self._call(
                "private.note_ticket_sent(%s, %s, %s::jsonb, %s::text[])",
                [*_key(ticket), issue, missing],
            )
            sent += 1
        return sent

    async def _claim(self) -> dict[str, Any] | None:
        claimed = await self.database.fetch_value("select private.claim_ticket(%s)", [LOAN])
        return claimed if isinstance(claimed, dict) else None

    async def _send(self, ticket: dict[str, Any]) -> tuple[Issue, list[str]] | None:
        """The issue, and those labels that Linear does not have; None of one erased meanwhile."""
        identifier = UUID(ticket["linear_id"])
        if ticket["attempts"] > 1:
            known = await self.linear.find(identifier)
            if known is not None:
                return known, []
        await self._prepare()
        assert self._team is not None
        wanted = self.settings.linear_label_of.get(ticket["kind"])
        label = self._labels.get(wanted.lower()) if wanted else None
        draft = Draft(
            id=identifier,
            team=self._team,
            labels=[label] if label else [],
            title=issue_title(ticket),
            description=issue_description(ticket, self.settings.url),
        )
        if await self.database.fetch_value(_ERASED, _key(ticket)):
            return None
        try:
            issue = await self.linear.create(draft)
        except LinearError as error:
            # An id that is taken is refused as well: then it is ours already.
            found = await self.linear.find(identifier) if error.is_final else None
            if found is None:
                raise
            issue = found
        return issue, [wanted] if wanted and label is None else []

    async def _prepare(self) -> None:
        if self._team is None:
            team = await self.linear.team(self.settings.linear_team or "")
            names = sorted(set(self.settings.linear_label_of.values()))
            self._labels = await self.linear.labels(team, names)
            self._team = team

    async def _note_failure(self, ticket: dict[str, Any], error: LinearError) -> None:
        now = datetime.now(UTC)
        log.warning("a ticket did not go out", reason=error.reason, attempt=ticket["attempts"])
        again = None if error.is_final else now + timedelta(seconds=wait_of(ticket, error))
        await self._call(
            "private.note_ticket_failure(%s, %s, %s, %s, %s)",
            [*_key(ticket), error.reason, error.detail, again],
        )
        if not error.is_final:
            pause = error.wait or PAUSES.get(error.reason, PAUSE)
            await self._call(
                "private.note_linear_failure(%s, %s, %s)",
                [error.reason, error.detail, now + timedelta(seconds=pause)],
            )

    async def _call(self, function: str, parameters: Sequence[Any]) -> None:
        given = [dumped(each) if isinstance(each, Issue) else each for each in parameters]
        await self.database.fetch_value(f"select {function}".encode(), given)


def wait_of(ticket: dict[str, Any], error: LinearError) -> float:
    """Seconds until a ticket is tried again: twice as long each time, and as long as is asked."""
    doubled = FIRST_WAIT * 2.0 ** min(ticket["attempts"] - 1, 20)
    backoff: float = min(doubled, LONGEST_WAIT) * SystemRandom().uniform(0.9, 1.1)
    return max(backoff, error.wait or 0.0)


def dumped(issue: Issue) -> str:
    """An issue as the database takes it."""
    return orjson.dumps(issue.stored).decode()


def _key(ticket: dict[str, Any]) -> tuple[str, str]:
    return ticket["site_domain"], ticket["id"]
