"""What a weekly digest says: read as its recipient, through the RPCs the pages ask."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from backoffice.database import Database
from backoffice.errors import NotFound
from backoffice.notifications.figures import Figure, figures_of
from backoffice.notifications.recipient import context_of

MOST: Final = 5
# As on the Dashboard: engaged or hot.
HOT_SCORES: Final = (4, 5)
SCORE_NAMES: Final = {1: "Cold", 2: "Curious", 3: "Interested", 4: "Engaged", 5: "Hot"}

_SITE = "select name, timezone from public.domains where site_domain = %s and archived_at is null"
_SUMMARY = "select * from public.get_dashboard_summary(array[%s], %s, %s)"
_ACCOUNTS = (
    "select id, name, visitors, sessions, conversations, interest_score"
    " from public.get_account_stats_with_intent(array[%s], %s::jsonb, 'recent', %s)"
)
_ACCOUNT_COUNT = "select public.count_accounts(array[%s], %s::jsonb) as n"
_QUESTIONS = (
    "select coalesce(label, examples -> 0 ->> 'question') as question, asked, conversations"
    " from public.get_unanswered_questions(array[%s], %s, %s, 'open', %s)"
)
_ALERTS = (
    "select id, kind, started_at, figures from public.alerts"
    " where site_domain = %s and ended_at is null order by started_at"
)


@dataclass(frozen=True, slots=True)
class HotAccount:
    """A company whose people were engaged or hot."""

    id: UUID
    name: str
    score: int
    visitors: int
    sessions: int
    conversations: int


@dataclass(frozen=True, slots=True)
class Question:
    """What the agent could not answer, and how often it was asked."""

    text: str
    asked: int


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that has not ended."""

    kind: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """A website's week, Monday to Sunday in its own timezone, beside the week before."""

    site_domain: str
    name: str
    timezone: str
    first: date
    figures: tuple[Figure, ...]
    hot_accounts: tuple[HotAccount, ...]
    hot_account_count: int
    questions: tuple[Question, ...]
    alerts: tuple[OpenAlert, ...]

    @property
    def last(self) -> date:
        """The Sunday."""
        return self.first + timedelta(days=6)

    @property
    def is_quiet(self) -> bool:
        """Whether nobody came in either week."""
        return not any(figure.value or figure.previous for figure in self.figures)

    def link(self, url: str, page: str, **search: str) -> str:
        """A page of the backoffice with this digest's website and week as its filter."""
        scope = {"domain": self.site_domain, "from": str(self.first), "to": str(self.last)}
        return f"{url}/{page}?{urlencode(scope | search, quote_via=quote, safe=',')}"


def monday_before(day: date) -> date:
    """The Monday of the last whole week before a day."""
    return day - timedelta(days=day.weekday() + 7)


async def read_digest(
    database: Database,
    user_id: UUID,
    site_domain: str,
    first: date | None = None,
    *,
    claims: Mapping[str, Any] | None = None,
) -> Digest:
    """The digest of the week that begins on the Monday `first` (default: the last whole week).

    Raises `NotFound` when the person does not see the website.
    """
    async with (
        database.transaction(context_of(user_id, claims)) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        await cursor.execute(_SITE, [site_domain])
        site = await cursor.fetchone()
        if site is None:
            raise NotFound("There is no such website for you.")
        monday = first or await _last_monday(connection, site["timezone"])
        week = [site_domain, monday, monday + timedelta(days=6)]
        hot = {"from": str(week[1]), "to": str(week[2]), "scores": HOT_SCORES}
        await cursor.execute(_SUMMARY, week)
        summary = {row["metric"]: row for row in await cursor.fetchall()}
        await cursor.execute(_ACCOUNTS, [site_domain, json.dumps(hot), MOST])
        accounts = await cursor.fetchall()
        await cursor.execute(_ACCOUNT_COUNT, [site_domain, json.dumps(hot)])
        count = await cursor.fetchone()
        await cursor.execute(_QUESTIONS, [*week, MOST])
        questions = await cursor.fetchall()
        await cursor.execute(_ALERTS, [site_domain])
        alerts = await cursor.fetchall()
    return Digest(
        site_domain=site_domain,
        name=site["name"],
        timezone=site["timezone"],
        first=monday,
        figures=tuple(figures_of(summary)),
        hot_accounts=tuple(_account(row) for row in accounts),
        hot_account_count=count["n"] if count else 0,
        questions=tuple(Question(row["question"] or "", row["asked"]) for row in questions),
        alerts=tuple(OpenAlert(row["kind"], row["started_at"]) for row in alerts),
    )


async def _last_monday(connection: AsyncConnection[Any], timezone: str) -> date:
    cursor = await connection.execute("select (now() at time zone %s)::date", [timezone])
    row = await cursor.fetchone()
    assert row is not None
    return monday_before(row[0])


def _account(row: dict[str, Any]) -> HotAccount:
    return HotAccount(
        id=row["id"],
        name=row["name"],
        score=row["interest_score"],
        visitors=row["visitors"],
        sessions=row["sessions"],
        conversations=row["conversations"],
    )
