"""Between the database's rows and the values the algorithms know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from backoffice.database import Row
from backoffice.insights.analysis import INSIGHTS_VERSION, Insights
from backoffice.insights.conversation import Conversation, Message
from backoffice.insights.language import UNDETERMINED
from backoffice.insights.quality.rules import SCORER

LIKED = frozenset(("up", "positive", "good", "like", "thumbs_up", "true", "1"))
DISLIKED = frozenset(("down", "negative", "bad", "dislike", "thumbs_down", "false", "-1", "0"))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A conversation to analyse, with what is known of it.

    `message_count` is the database's, while very long conversations are read in part; `edited_at`
    is when one of them last got another text. `is_known`: the same messages were analysed before.
    """

    conversation: Conversation
    message_count: int
    edited_at: datetime | None
    topic_id: str | None
    is_known: bool


def claimed(row: Row) -> Claimed:
    """A row of the queries that claim conversations."""
    site, conversation_id, message_count, edited_at, topic_id, is_known, messages = row
    return Claimed(
        Conversation(site, str(conversation_id), tuple(_message(said) for said in messages or ())),
        message_count,
        edited_at,
        str(topic_id) if topic_id else None,
        is_known,
    )


def _message(said: Mapping[str, Any]) -> Message:
    return Message(
        said["id"],
        said["role"],
        said["text"],
        datetime.fromisoformat(said["sent_at"]),
        said["latency_ms"],
        feedback(said["feedback"]),
    )


def feedback(value: object) -> bool | None:
    """A thumb of the visitor, in the spellings backends use; None for anything else."""
    if isinstance(value, Mapping):
        value = value.get("rating", value.get("value"))
    said = str(value).strip().lower()
    if said in LIKED:
        return True
    return False if said in DISLIKED else None


def as_stored(
    insights: Insights,
    item: Claimed,
    *,
    analyzed_at: datetime,
    topic_id: str | None,
    groups: Mapping[str, str],
) -> dict[str, Any]:
    """What was found in `item` as `private.store_insights` takes it; `groups` by message id."""
    receipt = insights.receipt
    code = insights.language.code
    return {
        "conversation_id": insights.conversation_id,
        "version": INSIGHTS_VERSION,
        "analyzed_at": analyzed_at.isoformat(),
        "message_count": item.message_count,
        "edited_at": item.edited_at.isoformat() if item.edited_at else None,
        "language": None if code == UNDETERMINED else code,
        "language_confidence": insights.language.confidence,
        "intent": insights.intent,
        "signals": [
            {"kind": signal.kind, "message_id": signal.message_id, "quote": signal.quote}
            for signal in insights.signals
        ],
        "signal_score": insights.signal_score,
        "quality_score": receipt.score if receipt else None,
        "quality_receipt": receipt.as_json() if receipt else None,
        "scorer": receipt.scorer if receipt else SCORER,
        "scorer_error": insights.scorer_error,
        "messages": [
            {
                "id": message.id,
                "intent": message.intent,
                "signals": list(message.signals),
                "answered": message.answered,
            }
            for message in insights.messages
        ],
        "topic_id": topic_id,
        "unanswered": [
            {
                "message_id": asked.message_id,
                "question": asked.question,
                "group_id": groups.get(asked.message_id),
            }
            for asked in insights.unanswered
        ],
    }


def as_json(value: Sequence[Mapping[str, Any]]) -> str:
    """A JSON text for a parameter."""
    return orjson.dumps(value).decode()
