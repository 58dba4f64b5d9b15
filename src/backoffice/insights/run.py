"""Analysing conversations in batches: claimed, understood, stored in one transaction each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from backoffice.database import Database, RequestContext, Row, sqlstate
from backoffice.insights.analysis import INSIGHTS_VERSION, Insights, analyze
from backoffice.insights.known_topics import KnownTopics, join, merged_into
from backoffice.insights.quality.judge import Judge
from backoffice.insights.queries import (
    CLAIM,
    EVERY,
    GROUPS,
    OPEN_GROUPS,
    OUTDATED,
    SITES,
    STORE,
)
from backoffice.insights.rows import Claimed, as_json, as_stored, claimed
from backoffice.insights.unanswered import QuestionGroup, group_questions, question_key

BATCH = 200
# A judge takes seconds for a conversation; a transaction should not wait for many.
JUDGED_BATCH = 8
ATTEMPTS = 4
# Serialization failure, deadlock, lock timeout: others write at the same time.
RETRIED = frozenset({"40001", "40P01", "55P03"})
FIRST = UUID(int=0)
CONTEXT = RequestContext(role="service_role", settings={"statement_timeout": "60s"})

Advance = Callable[[int], None]


def _silently(_done: int) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Analyst:
    """Analyses a database's conversations; keeps topic models between batches.

    `touched` collects the websites whose conversations were analysed.
    """

    database: Database
    quiet: timedelta
    judge: Judge | None = None
    topics: KnownTopics = field(default_factory=KnownTopics)
    touched: set[str] = field(default_factory=set)

    @property
    def batch_size(self) -> int:
        """How many conversations are claimed in one transaction."""
        return JUDGED_BATCH if self.judge else BATCH

    async def analyze_quiet(
        self,
        site: str | None = None,
        *,
        until: datetime | None = None,
        advance: Advance = _silently,
    ) -> int:
        """Analyse what is due and quiet, the newest first, until all is done or time is up."""
        total = 0
        while until is None or datetime.now(UTC) < until:
            quiet_before = datetime.now(UTC) - self.quiet
            done = await self._batch(CLAIM, {"site": site, "quiet_before": quiet_before})
            total += done
            advance(done)
            if not done:
                break
        return total

    async def analyze_outdated(
        self,
        site: str | None = None,
        *,
        until: datetime | None = None,
        advance: Advance = _silently,
    ) -> int:
        """Analyse anew what an older version analysed."""
        total = 0
        while until is None or datetime.now(UTC) < until:
            done = await self._batch(OUTDATED, {"site": site, "version": INSIGHTS_VERSION})
            total += done
            advance(done)
            if not done:
                break
        return total

    async def analyze_all(self, site: str | None = None, *, advance: Advance = _silently) -> int:
        """Analyse every conversation anew, in the order of ids."""
        total = 0
        for (name,) in await self.database.fetch_all(SITES, {"site": site}, CONTEXT):
            after = FIRST
            while True:
                rows = await self._rows(EVERY, {"site": name, "after": after})
                if not rows:
                    break
                after = rows[-1][1]
                total += len(rows)
                advance(len(rows))
        return total

    async def _batch(self, query: LiteralString, selection: dict[str, Any]) -> int:
        return len(await self._rows(query, selection))

    async def _rows(self, query: LiteralString, selection: dict[str, Any]) -> list[Row]:
        """Claim, understand and store one batch; again when others interfere."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.database.transaction(CONTEXT) as connection:
                    read_at = datetime.now(UTC)
                    cursor = await connection.execute(query, {**selection, "size": self.batch_size})
                    rows = await cursor.fetchall()
                    await self._understand(connection, rows, read_at)
                    return rows
            except psycopg.Error as error:
                if sqlstate(error) not in RETRIED or attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(0.2 * attempt)
        raise AssertionError

    async def _understand(
        self, connection: AsyncConnection[Row], rows: Sequence[Row], read_at: datetime
    ) -> None:
        batch = [claimed(row) for row in rows]
        for site in sorted({item.conversation.site_domain for item in batch}):
            own = [item for item in batch if item.conversation.site_domain == site]
            # In a thread: the worker's other jobs and its heartbeat go on.
            insights = await asyncio.to_thread(_analyze, own)
            if self.judge:
                insights = await self.judge.review([item.conversation for item in own], insights)
            await self._store(connection, site, own, insights, read_at)
            self.touched.add(site)

    async def _store(
        self,
        connection: AsyncConnection[Row],
        site: str,
        batch: Sequence[Claimed],
        insights: Sequence[Insights],
        read_at: datetime,
    ) -> None:
        model = await self.topics.model(connection, site)
        targets = await merged_into(connection, site)
        joined = await asyncio.to_thread(join, model, [i.document for i in insights], targets)
        groups = await _group(connection, site, insights)
        stored = [
            as_stored(
                insight,
                item,
                analyzed_at=read_at,
                topic_id=_topic(item, topic),
                groups=groups,
            )
            for item, insight, topic in zip(batch, insights, joined, strict=True)
        ]
        await connection.execute(STORE, [site, as_json(stored)])


def _topic(item: Claimed, joined: str | None) -> str | None:
    """A conversation stays in its topic unless it went on and is about another now."""
    if item.topic_id and (item.is_known or joined is None):
        return item.topic_id
    return joined


def _analyze(batch: Sequence[Claimed]) -> list[Insights]:
    return [analyze(item.conversation) for item in batch]


async def _group(
    connection: AsyncConnection[Row], site: str, insights: Sequence[Insights]
) -> dict[str, str]:
    """The group of each unanswered question by message id; new groups are stored."""
    asked = [question for insight in insights for question in insight.unanswered]
    if not asked:
        return {}
    rows = await (await connection.execute(GROUPS, [site])).fetchall()
    # The key of a label is made in the languages its stems are compared in.
    languages = {insight.language.code for insight in insights if insight.unanswered}
    known = [
        QuestionGroup(str(group), label, question_key(label, language))
        for group, label in rows
        for language in sorted(languages)
    ]
    joined, opened = group_questions(site, asked, known)
    if opened:
        described = [{"id": group.id, "label": group.label} for group in opened]
        await connection.execute(OPEN_GROUPS, [site, as_json(described)])
    return {question.message_id: group for question, group in joined.items()}
