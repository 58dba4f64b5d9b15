"""The receipt of a quality score: what was looked at, how it went, what it weighs, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backoffice.insights.conversation import Message
from backoffice.insights.text import quote

MOST_QUOTES = 3
WORST, BEST = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Quote:
    """A few words of the message that counted."""

    message_id: str
    text: str

    @classmethod
    def of(cls, message: Message) -> Quote:
        """The beginning of a message."""
        return cls(message.id, quote(message.text))


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the score: `value` 0 (bad) to 1 (good), `weight` relative to the others'."""

    name: str
    weight: float
    value: float
    quotes: tuple[Quote, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        return {
            "name": self.name,
            "weight": round(self.weight, 3),
            "value": round(self.value, 3),
            "quotes": [{"message_id": q.message_id, "text": q.text} for q in self.quotes],
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """A score with its components; `scorer` is `rules` or the judging model's name."""

    scorer: str
    version: int
    components: tuple[Component, ...]

    @property
    def score(self) -> float:
        """1 to 5 in tenths: 1 + 4 × the weighted mean of the components' values."""
        return weighted_score(self.components)

    def as_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        return {
            "scorer": self.scorer,
            "version": self.version,
            "score": self.score,
            "components": [component.as_json() for component in self.components],
        }


def weighted_score(components: Sequence[Component]) -> float:
    """1 to 5 in tenths. Raises `ValueError` without any component that weighs."""
    total = sum(component.weight for component in components)
    if total <= 0:
        raise ValueError("a score needs a component")
    mean = sum(component.weight * component.value for component in components) / total
    return round(WORST + (BEST - WORST) * min(1.0, max(0.0, mean)), 1)


def quotes(messages: Sequence[Message]) -> tuple[Quote, ...]:
    """The first few of the messages that counted."""
    return tuple(Quote.of(message) for message in messages[:MOST_QUOTES])
