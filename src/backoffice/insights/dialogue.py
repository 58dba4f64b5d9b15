"""A conversation read once: its language, its visitor's messages, and which turns got an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from backoffice.insights.conversation import Conversation, Message, Turn
from backoffice.insights.language import UNDETERMINED, Language, detect
from backoffice.insights.reading import Reading

# An answer that says it does not know, and then goes on at length, answers something after all.
LONG_ANSWER_WORDS = 60
# What begins an answer decides whether it declines; "I'm not sure which plan you have" comes later.
DECLINES_WITHIN = 25


class Outcome(StrEnum):
    """What became of a turn."""

    ANSWERED = "answered"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    NOTHING_ASKED = "nothing_asked"


@dataclass(frozen=True)
class ReadTurn:
    """A turn with its readings."""

    turn: Turn
    asked: tuple[Reading, ...]
    answered: tuple[Reading, ...]

    @cached_property
    def is_request(self) -> bool:
        """Whether the visitor asked or told something that wants an answer."""
        return any(not reading.is_small_talk for reading in self.asked)

    @cached_property
    def is_question(self) -> bool:
        """Whether the visitor asked a question."""
        return any(reading.is_question for reading in self.asked)

    @cached_property
    def outcome(self) -> Outcome:
        """Whether the request was answered, and if not, how."""
        if not self.is_request:
            return Outcome.NOTHING_ASKED
        if not any(reading.words for reading in self.answered):
            return Outcome.NO_ANSWER
        return Outcome.DECLINED if self.declining else Outcome.ANSWERED

    @cached_property
    def declining(self) -> Reading | None:
        """The message in which the agent says that it does not know or cannot."""
        if sum(len(reading.words) for reading in self.answered) > LONG_ANSWER_WORDS:
            return None
        for reading in self.answered:
            for phrase in reading.found:
                if phrase.category == "declined" and phrase.start < DECLINES_WITHIN:
                    return reading
        return None

    @property
    def request(self) -> Message:
        """The message to quote: the first question, else the last that is not small talk."""
        for reading in self.asked:
            if reading.is_question:
                return reading.message
        telling = [reading.message for reading in self.asked if not reading.is_small_talk]
        return telling[-1] if telling else self.asked[-1].message


@dataclass(frozen=True)
class Dialogue:
    """A conversation, read."""

    conversation: Conversation

    @cached_property
    def language(self) -> Language:
        """The language of the visitor's words together."""
        said = (message.text for message in self.conversation.visitor_messages)
        return detect("\n".join(_beginning(said)))

    @cached_property
    def visitor(self) -> tuple[Reading, ...]:
        """The visitor's messages."""
        return tuple(reading for turn in self.turns for reading in turn.asked)

    @cached_property
    def turns(self) -> tuple[ReadTurn, ...]:
        """The turns; what the agent says is read in the visitor's language, else in its own."""
        code = self.language.code
        theirs = code
        if code == UNDETERMINED:
            told = (m.text for m in self.conversation.messages if m.role == "agent")
            theirs = detect("\n".join(_beginning(told))).code
        return tuple(
            ReadTurn(
                turn,
                tuple(Reading(message, code) for message in turn.asked),
                tuple(Reading(message, theirs) for message in turn.answered),
            )
            for turn in self.conversation.turns
        )


def _beginning(texts: Iterator[str]) -> Iterator[str]:
    """As many texts as detection reads; a long conversation is not joined in full."""
    length = 0
    for text in texts:
        yield text[:1_000]
        length += len(text)
        if length > 1_000:
            return
