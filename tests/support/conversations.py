"""Conversations written as a list of lines: `> ` is the visitor, anything else the agent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from backoffice.insights.conversation import Conversation, Message

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def talk(*lines: str, seconds: float = 4.0, name: str = "c") -> Conversation:
    """A conversation of `lines`, each `seconds` after the one before."""
    messages = []
    for place, line in enumerate(lines):
        visitor = line.startswith("> ")
        messages.append(
            Message(
                f"m{place}",
                "visitor" if visitor else "agent",
                line[2:] if visitor else line,
                START + timedelta(seconds=seconds * place),
            )
        )
    return Conversation("example.com", name, tuple(messages))
