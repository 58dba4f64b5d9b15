"""Finding a website's topics anew, from what is stored, and putting its conversations into them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from threadpoolctl import threadpool_limits

from backoffice.database import Database, RequestContext, Row
from backoffice.insights.conversation import Message
from backoffice.insights.known_topics import KnownTopics, join, merged_into
from backoffice.insights.queries import (
    ASSIGN_TOPICS,
    DOCUMENTS,
    FORGET_TOPICS,
    NEED_TOPICS,
    STORE_TOPICS,
    WITHOUT_TOPIC,
)
from backoffice.insights.reading import Reading
from backoffice.insights.rows import as_json
from backoffice.insights.topics.document import Document, document
from backoffice.insights.topics.fit import Fit, fit_topics
from backoffice.insights.topics.model import MODEL_VERSION

# The newest conversations topics are found in; more change no topic and cost memory.
MOST_DOCUMENTS = 6_000
FEWEST_CONVERSATIONS = 40
EVERY = timedelta(days=7)
CHUNK = 500
FIRST = UUID(int=0)
CONTEXT = RequestContext(role="service_role", settings={"statement_timeout": "60s"})

log = structlog.get_logger("backoffice.insights")


@dataclass(frozen=True, slots=True)
class Stored:
    """A conversation's document, and the topic it is in."""

    document: Document
    topic_id: str | None


@dataclass(frozen=True, slots=True)
class Refitted:
    """What a refit did: topics in all, those known before, conversations looked at and moved."""

    site: str
    topics: int
    known: int
    conversations: int
    moved: int


async def sites_in_need(database: Database, among: Sequence[str] | None = None) -> list[str]:
    """Websites whose topics are missing, a week old, or found in half of what is there now.

    `among` narrows where to look.
    """
    rows = await database.fetch_all(
        NEED_TOPICS,
        {
            "among": list(among) if among is not None else None,
            "fewest": FEWEST_CONVERSATIONS,
            "most": MOST_DOCUMENTS,
            "version": MODEL_VERSION,
            "older_than": datetime.now(UTC) - EVERY,
        },
        CONTEXT,
    )
    return [site for (site,) in rows]


async def refit(database: Database, site: str) -> Refitted | None:
    """Find a website's topics anew; None when too little was said. Topics found again stay.

    It may be broken off at any point and repeated: assignments follow the stored model.
    """
    rows = await database.fetch_all(DOCUMENTS, {"site": site, "size": MOST_DOCUMENTS}, CONTEXT)
    stored = await asyncio.to_thread(_read, rows)
    async with database.transaction(CONTEXT) as connection:
        model = await KnownTopics().model(connection, site)
    documents = [item.document for item in stored]
    if model:
        # By the model, not by what is stored: there, merged topics are no longer told apart.
        before = await asyncio.to_thread(model.join, documents)
    else:
        before = [item.topic_id for item in stored]
    previous = {
        item.conversation_id: topic for item, topic in zip(documents, before, strict=True) if topic
    }
    found = await asyncio.to_thread(_fit, documents, previous)
    if found is None:
        return None
    await _store(database, site, found, len(documents))
    moved = await _assign(database, site, found, stored)
    moved += await _join_others(database, site)
    await database.fetch_value(FORGET_TOPICS, [site, [topic.id for topic in found.topics]], CONTEXT)
    known = sum(topic.is_known for topic in found.topics)
    log.info("topics found", site=site, topics=len(found.topics), known=known, moved=moved)
    return Refitted(site, len(found.topics), known, len(documents), moved)


def _read(rows: Sequence[Row]) -> list[Stored]:
    """The documents of rows (id, topic, language, the visitor's texts)."""
    told = []
    for name, topic_id, language, texts in rows:
        readings = (
            Reading(Message(str(place), "visitor", text, datetime.min), language)
            for place, text in enumerate(texts)
        )
        told.append(
            Stored(document(str(name), language, readings), str(topic_id) if topic_id else None)
        )
    return told


def _fit(documents: Sequence[Document], previous: Mapping[str, str]) -> Fit | None:
    # One core: the rest of the machine belongs to whoever looks at pages.
    with threadpool_limits(1):
        return fit_topics(documents, previous)


async def _store(database: Database, site: str, found: Fit, count: int) -> None:
    words, arrays = found.model.dump()
    topics = [
        {"id": topic.id, "label": topic.label, "keywords": list(topic.keywords)}
        for topic in found.topics
    ]
    await database.fetch_value(
        STORE_TOPICS,
        [
            site,
            MODEL_VERSION,
            datetime.now(UTC),
            count,
            as_json(topics),
            as_json([words])[1:-1],
            arrays,
        ],
        CONTEXT,
    )


async def _assign(database: Database, site: str, found: Fit, stored: Sequence[Stored]) -> int:
    """Put the conversations of the fit into their topics; gives how many moved."""
    async with database.transaction(CONTEXT) as connection:
        targets = await merged_into(connection, site)
    changed = []
    for item in stored:
        topic = found.assigned.get(item.document.conversation_id)
        target = targets.get(topic) if topic else None
        if target != item.topic_id:
            changed.append({"conversation_id": item.document.conversation_id, "topic_id": target})
    return await _assign_in_chunks(database, site, changed)


async def _join_others(database: Database, site: str) -> int:
    """Let conversations that were too old for the fit, or not counted, join; gives how many did."""
    moved, after = 0, FIRST
    known = KnownTopics()
    while True:
        selection = {"site": site, "after": after, "size": CHUNK}
        rows = await database.fetch_all(WITHOUT_TOPIC, selection, CONTEXT)
        if not rows:
            return moved
        after = rows[-1][0]
        documents = [item.document for item in await asyncio.to_thread(_read, rows)]
        async with database.transaction(CONTEXT) as connection:
            model = await known.model(connection, site)
            targets = await merged_into(connection, site)
        joined = await asyncio.to_thread(join, model, documents, targets)
        moved += await _assign_in_chunks(
            database,
            site,
            [
                {"conversation_id": item.conversation_id, "topic_id": topic}
                for item, topic in zip(documents, joined, strict=True)
                if topic
            ],
        )


async def _assign_in_chunks(
    database: Database, site: str, changed: Sequence[Mapping[str, str | None]]
) -> int:
    moved = 0
    for start in range(0, len(changed), CHUNK):
        chunk = changed[start : start + CHUNK]
        moved += await database.fetch_value(ASSIGN_TOPICS, [site, as_json(chunk)], CONTEXT)
    return moved
