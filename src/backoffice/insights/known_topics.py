"""The topics a website has: its model, read once and again when it was fitted anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from psycopg import AsyncConnection

from backoffice.database import Row
from backoffice.insights.queries import MODEL, MODEL_STAMP, TOPIC_TARGETS
from backoffice.insights.topics.document import Document
from backoffice.insights.topics.model import MODEL_VERSION, TopicModel, UnreadableModelError

MOST_MODELS = 32

log = structlog.get_logger("backoffice.insights")


@dataclass(slots=True)
class KnownTopics:
    """Models by website; the least recently used one goes when there are too many."""

    models: dict[str, tuple[datetime, TopicModel]] = field(default_factory=dict)

    async def model(self, connection: AsyncConnection[Row], site: str) -> TopicModel | None:
        """The website's model; None when it has none this version can read."""
        row = await (await connection.execute(MODEL_STAMP, [site])).fetchone()
        if not row or row[0] != MODEL_VERSION:
            return None
        kept = self.models.pop(site, None)
        if kept is None or kept[0] != row[1]:
            kept = await self._read(connection, site, row[1])
        if kept is None:
            return None
        self.models[site] = kept
        while len(self.models) > MOST_MODELS:
            del self.models[next(iter(self.models))]
        return kept[1]

    async def _read(
        self, connection: AsyncConnection[Row], site: str, fitted_at: datetime
    ) -> tuple[datetime, TopicModel] | None:
        row = await (await connection.execute(MODEL, [site])).fetchone()
        if row is None:
            return None
        try:
            return fitted_at, TopicModel.load(row[0], bytes(row[1]))
        except UnreadableModelError as error:
            # The next refit replaces it; until then conversations stay without a topic.
            log.error("a topic model cannot be read", site=site, reason=str(error))
            return None


async def merged_into(connection: AsyncConnection[Row], site: str) -> dict[str, str]:
    """For each topic of a website the one its conversations belong to, after merging."""
    rows = await (await connection.execute(TOPIC_TARGETS, [site])).fetchall()
    targets = {str(topic): str(into) if into else None for topic, into in rows}
    resolved = {}
    for topic in targets:
        end, seen = topic, {topic}
        while (following := targets.get(end)) and following not in seen:
            end = following
            seen.add(end)
        resolved[topic] = end
    return resolved


def join(
    model: TopicModel | None, documents: Sequence[Document], targets: dict[str, str]
) -> list[str | None]:
    """The topic of each document, after merging; None for none, or one that is gone."""
    if model is None:
        return [None] * len(documents)
    return [targets.get(topic) if topic else None for topic in model.join(documents)]
