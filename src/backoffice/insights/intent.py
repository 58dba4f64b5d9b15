"""What a visitor's message wants, and what a whole conversation was about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

from backoffice.insights.reading import Reading

Intent = Literal["SUPPORT", "LEARN", "CONTEXT", "OFFTOPIC", "OTHER"]
INTENTS: tuple[Intent, ...] = get_args(Intent)

# Words of evidence. What a phrase says outright weighs more than that something is asked at all.
EVIDENCE: dict[Intent, dict[str, float]] = {
    "SUPPORT": {"support": 1.5},
    "LEARN": {"learn": 1.0, "pricing": 1.0, "competitor": 1.0, "roi": 1.0, "demo": 1.0},
    "CONTEXT": {"context": 1.0, "use_case": 0.5},
    "OFFTOPIC": {"offtopic": 3.0},
}
ASKING: dict[Intent, float] = {"LEARN": 1.5}
STATING: dict[Intent, float] = {"CONTEXT": 1.0}


def message_intent(reading: Reading) -> Intent:
    """The intent with the most evidence; OTHER for small talk, addresses, emoji and nothing known.

    Equal evidence goes to the first of SUPPORT, LEARN, CONTEXT, OFFTOPIC.
    """
    if reading.is_small_talk:
        return "OFFTOPIC" if reading.length_of("offtopic") else "OTHER"
    scores = {
        intent: sum(weight * reading.length_of(name) for name, weight in evidence.items())
        for intent, evidence in EVIDENCE.items()
    }
    leaning = ASKING if reading.is_question else STATING
    for intent, weight in leaning.items():
        # A statement is only about a business when something says so; any question wants to know.
        if leaning is ASKING or scores[intent]:
            scores[intent] += weight
    best = max(scores, key=lambda intent: scores[intent])
    return best if scores[best] > 0 else "OTHER"


def conversation_intent(intents: Iterable[Intent]) -> Intent:
    """The most frequent intent of the visitor's messages; OTHER only when there is no other."""
    counts = Counter[Intent](intent for intent in intents if intent != "OTHER")
    if not counts:
        return "OTHER"
    return max(INTENTS, key=lambda intent: counts[intent])
