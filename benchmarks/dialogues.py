"""The dialogues of `../shared/data/conversations-star.jsonl.gz`: text, and labels to compare.

The labels stay on this side: what is analysed is a `Conversation` of texts and times alone.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from backoffice.insights.conversation import Conversation, Message

DIALOGUES = Path(__file__).parents[2] / "shared/data/conversations-star.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A dialogue, and what its participants said of it afterwards."""

    conversation: Conversation
    tasks: tuple[str, ...]
    is_complete: bool
    visitor_answers: tuple[tuple[str, bool], ...]
    agent_answers: tuple[tuple[str, bool], ...]


def read_dialogues() -> list[Labelled] | None:
    """Every dialogue; None where the file is not there."""
    if not DIALOGUES.exists():
        return None
    with gzip.open(DIALOGUES) as lines:
        return [_labelled(orjson.loads(line)) for line in lines]


def _labelled(row: dict[str, Any]) -> Labelled:
    messages = tuple(
        Message(str(place), said["role"], said["text"], datetime.fromtimestamp(said["ts"], UTC))
        for place, said in enumerate(row["messages"])
    )
    return Labelled(
        Conversation("example.com", str(row["id"]), messages),
        tuple(row["tasks"]),
        row["completion"] == "Complete",
        _answers(row["user_questionnaire"]),
        _answers(row["agent_questionnaire"]),
    )


def _answers(questionnaire: list[dict[str, Any]] | None) -> tuple[tuple[str, bool], ...]:
    return tuple((entry["Question"], entry["Answer"]) for entry in questionnaire or ())
