"""Conversations and messages into PostgreSQL. Nothing is acknowledged before it has committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from backoffice.capture.writing import Writer
from backoffice.errors import NotFound

_PUT_CONVERSATION: Final = "select id, created from private.put_conversation(%s, %s, %s::jsonb)"
_ADD_MESSAGES: Final = "select id, status from private.add_messages(%s, %s, %s::jsonb)"
_SENT_AT: Final = (
    "select id, sent_at from public.messages"
    " where site_domain = %s and conversation_id = %s and id = any(%s::uuid[])"
)
_PATCH_CONVERSATION: Final = "select id from private.patch_conversation(%s, %s, %s::jsonb)"


@dataclass(frozen=True, slots=True)
class Store:
    """Writes what the agent backend tells. Each method raises what `Writer.run` raises."""

    writer: Writer

    async def put_conversation(
        self, site_domain: str, conversation_id: UUID, content: dict[str, Any]
    ) -> bool:
        """Create or complete a conversation; whether it is new."""
        rows = await self.writer.run(
            _PUT_CONVERSATION, [site_domain, conversation_id, orjson.dumps(content).decode()]
        )
        return bool(rows[0][1])

    async def add_messages(
        self, site_domain: str, conversation_id: UUID, messages: list[dict[str, Any]]
    ) -> dict[UUID, str]:
        """What became of each message by id: stored, duplicate or edited. Raises `NotFound`.

        A message without `sent_at` gets the time it was first stored with, or now.
        """
        undated = [message for message in messages if "sent_at" not in message]
        if undated:
            rows = await self.writer.run(
                _SENT_AT, [site_domain, conversation_id, [message["id"] for message in undated]]
            )
            date_messages(undated, {str(row[0]): row[1] for row in rows}, datetime.now(UTC))
        rows = await self.writer.run(
            _ADD_MESSAGES, [site_domain, conversation_id, orjson.dumps(messages).decode()]
        )
        return {row[0]: row[1] for row in rows}

    async def patch_conversation(
        self, site_domain: str, conversation_id: UUID, changes: dict[str, Any]
    ) -> None:
        """Change flags of a conversation. Raises `NotFound`."""
        rows = await self.writer.run(
            _PATCH_CONVERSATION, [site_domain, conversation_id, orjson.dumps(changes).decode()]
        )
        if not rows:
            raise NotFound("no such conversation", field="conversation_id")


def date_messages(
    messages: list[dict[str, Any]], known: dict[str, datetime], now: datetime
) -> None:
    """Give each message the time it is `known` by, else `now`, in the order they came."""
    for position, message in enumerate(messages):
        message["sent_at"] = known.get(message["id"], now + timedelta(microseconds=position))
