"""What the algorithms read of a conversation: plain values, so that they need no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

Role = Literal["visitor", "agent"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `latency_ms` is how long the agent took, where its backend says so.

    `feedback` is what the visitor thought of this answer (a thumb), where the widget asked.
    """

    id: str
    role: Role
    text: str
    sent_at: datetime
    latency_ms: int | None = None
    feedback: bool | None = None


@dataclass(frozen=True)
class Turn:
    """A visitor's message, or several in a row, and the agent's messages that follow it."""

    asked: tuple[Message, ...]
    answered: tuple[Message, ...]

    @cached_property
    def question(self) -> str:
        """What the visitor said in this turn."""
        return "\n".join(message.text for message in self.asked)

    @cached_property
    def answer(self) -> str:
        """What the agent replied; empty when it did not."""
        return "\n".join(message.text for message in self.answered)

    @property
    def seconds(self) -> float | None:
        """How long the first answer took; None without an answer."""
        if not self.answered:
            return None
        first = self.answered[0]
        if first.latency_ms is not None:
            return first.latency_ms / 1000
        return max(0.0, (first.sent_at - self.asked[-1].sent_at).total_seconds())


@dataclass(frozen=True)
class Conversation:
    """A conversation's messages in their order."""

    site_domain: str
    id: str
    messages: tuple[Message, ...]

    @cached_property
    def visitor_messages(self) -> tuple[Message, ...]:
        """What the visitor wrote."""
        return tuple(message for message in self.messages if message.role == "visitor")

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The turns; what the agent says before the visitor's first message belongs to none."""
        turns: list[Turn] = []
        asked: list[Message] = []
        answered: list[Message] = []
        for message in self.messages:
            if message.role == "visitor":
                if answered:
                    turns.append(Turn(tuple(asked), tuple(answered)))
                    asked, answered = [], []
                asked.append(message)
            elif asked:
                answered.append(message)
        if asked:
            turns.append(Turn(tuple(asked), tuple(answered)))
        return tuple(turns)
