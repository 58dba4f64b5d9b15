"""What an agent tells of a conversation: checked, then stored.

The agent API is its HTTP side; an agent that lives in this process tells the same things here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from backoffice.capture.conversations import (
    Changes,
    Conversation,
    Message,
    as_document,
    problem_of,
)
from backoffice.capture.limits import MAX_MESSAGES
from backoffice.capture.store import Store
from backoffice.capture.writing import ImpossibleDataError
from backoffice.errors import InvalidInput, TooLarge


@dataclass(frozen=True, slots=True)
class Recorder:
    """Takes documents as the agent API does. Each method raises `Problem`."""

    store: Store

    async def put_conversation(self, site_domain: str, conversation_id: UUID, content: Any) -> bool:
        """Create a conversation, or complete one that exists; whether it is new."""
        try:
            conversation = Conversation.model_validate(as_document(content))
        except ValidationError as error:
            raise problem_of(error) from error
        try:
            return await self.store.put_conversation(
                site_domain, conversation_id, conversation.content()
            )
        except ImpossibleDataError as error:
            raise InvalidInput("the database cannot hold it", field="body") from error

    async def patch_conversation(
        self, site_domain: str, conversation_id: UUID, content: Any
    ) -> None:
        """Change flags, language, page or metadata of a conversation."""
        try:
            changes = Changes.model_validate(as_document(content))
        except ValidationError as error:
            raise problem_of(error) from error
        try:
            await self.store.patch_conversation(site_domain, conversation_id, changes.content())
        except ImpossibleDataError as error:
            raise InvalidInput("the database cannot hold it", field="body") from error

    async def add_messages(
        self, site_domain: str, conversation_id: UUID, content: Any
    ) -> dict[str, Any]:
        """Add one message or many: what became of each, and which were refused and why."""
        items, prefix = _items(content)
        accepted: dict[UUID, dict[str, Any]] = {}
        rejected: list[dict[str, Any]] = []
        for index, item in enumerate(items):
            field = f"{prefix}.{index}" if prefix else ""
            try:
                message = Message.model_validate(item)
            except ValidationError as error:
                problem = problem_of(error, field)
                rejected.append(
                    {"index": index, "field": problem.field, "message": problem.message}
                )
                continue
            accepted[message.id] = message.content()
        if not accepted:
            first = rejected[0]
            raise InvalidInput(first["message"], field=first["field"])
        try:
            outcome = await self.store.add_messages(
                site_domain, conversation_id, list(accepted.values())
            )
        except ImpossibleDataError as error:
            raise InvalidInput("the database cannot hold it", field="messages") from error
        return {
            "messages": [
                {"id": str(message_id), "status": outcome.get(message_id, "duplicate")}
                for message_id in accepted
            ],
            "rejected": rejected,
        }


def _items(content: Any) -> tuple[list[Any], str]:
    """The messages in a body, and how errors name them."""
    if isinstance(content, dict) and "messages" in content:
        unknown = next((key for key in content if key != "messages"), None)
        if unknown is not None:
            raise InvalidInput(f"{unknown[:100]}: is not a field", field=unknown[:100])
        content = content["messages"]
    if isinstance(content, dict):
        return [content], ""
    if not isinstance(content, list):
        raise InvalidInput("messages: must be a message or a list of messages", field="messages")
    if not content:
        raise InvalidInput("messages: is empty", field="messages")
    if len(content) > MAX_MESSAGES:
        raise TooLarge(f"more than {MAX_MESSAGES} messages in one request", field="messages")
    return content, "messages"
