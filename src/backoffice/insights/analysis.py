"""Everything that is understood of one conversation on its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backoffice.insights.conversation import Conversation
from backoffice.insights.dialogue import Dialogue, Outcome
from backoffice.insights.intent import Intent, conversation_intent, message_intent
from backoffice.insights.interest import signal_score
from backoffice.insights.language import Language
from backoffice.insights.quality.receipt import Receipt
from backoffice.insights.quality.rules import RULES_VERSION, score
from backoffice.insights.signals import Signal, SignalKind, message_signals
from backoffice.insights.topics.document import Document, document
from backoffice.insights.unanswered import Unanswered, unanswered_questions

# Raised with every change that gives other figures for the same text: then all are made anew.
INSIGHTS_VERSION = 100 + RULES_VERSION


@dataclass(frozen=True, slots=True)
class MessageInsight:
    """What a visitor's message wants; `answered` is None when it asks nothing."""

    id: str
    intent: Intent
    signals: tuple[SignalKind, ...]
    answered: bool | None


@dataclass(frozen=True, slots=True)
class Insights:
    """What was understood. `scorer_error` says why a chosen judge did not give the receipt."""

    conversation_id: str
    message_count: int
    language: Language
    intent: Intent
    signals: tuple[Signal, ...]
    signal_score: int
    receipt: Receipt | None
    messages: tuple[MessageInsight, ...]
    unanswered: tuple[Unanswered, ...]
    document: Document
    scorer_error: str | None = None

    def judged(self, receipt: Receipt) -> Insights:
        """The same with another receipt."""
        return replace(self, receipt=receipt, scorer_error=None)

    def not_judged(self, error: str) -> Insights:
        """The same with the reason why the judge gave none."""
        return replace(self, scorer_error=error)


def analyze(conversation: Conversation) -> Insights:
    """The insights of a conversation by rules alone: no network, no database, no other input."""
    dialogue = Dialogue(conversation)
    messages: list[MessageInsight] = []
    signals: list[Signal] = []
    for turn in dialogue.turns:
        for reading in turn.asked:
            intent = message_intent(reading)
            told = message_signals(reading, intent)
            signals.extend(told)
            wanted = not reading.is_small_talk
            messages.append(
                MessageInsight(
                    reading.message.id,
                    intent,
                    tuple(signal.kind for signal in told),
                    turn.outcome is Outcome.ANSWERED if wanted else None,
                )
            )
    return Insights(
        conversation.id,
        len(conversation.messages),
        dialogue.language,
        conversation_intent(message.intent for message in messages),
        tuple(signals),
        signal_score(signal.kind for signal in signals),
        score(dialogue),
        tuple(messages),
        unanswered_questions(dialogue),
        document(conversation.id, dialogue.language.code, dialogue.visitor),
    )
