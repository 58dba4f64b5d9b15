"""The API of Rose's agent backend: conversations, messages, flags, with the domain's secret key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from backoffice.capture.conversations import (
    Changes,
    Conversation,
    Message,
    as_document,
    problem_of,
)
from backoffice.capture.decode import decompress_body, parse_json
from backoffice.capture.keys import DomainKeys
from backoffice.capture.limits import MAX_MESSAGES
from backoffice.capture.store import Store
from backoffice.capture.wire import json_response, read_body
from backoffice.capture.writing import ImpossibleDataError
from backoffice.errors import InvalidInput, TooLarge


@dataclass(frozen=True, slots=True)
class Agent:
    """Handlers of `/agent/v1/conversations`. Each raises `Problem`."""

    keys: DomainKeys
    store: Store

    async def put(self, request: Request) -> Response:
        """Create a conversation (201), or complete one that exists (200)."""
        site_domain, conversation_id, content = await self._read(request)
        try:
            conversation = Conversation.model_validate(as_document(content))
        except ValidationError as error:
            raise problem_of(error) from error
        try:
            created = await self.store.put_conversation(
                site_domain, conversation_id, conversation.content()
            )
        except ImpossibleDataError as error:
            raise InvalidInput("the database cannot hold it", field="body") from error
        return json_response(
            {"id": str(conversation_id), "created": created}, 201 if created else 200
        )

    async def patch(self, request: Request) -> Response:
        """Change flags, language, page or metadata of a conversation."""
        site_domain, conversation_id, content = await self._read(request)
        try:
            changes = Changes.model_validate(as_document(content))
        except ValidationError as error:
            raise problem_of(error) from error
        try:
            await self.store.patch_conversation(site_domain, conversation_id, changes.content())
        except ImpossibleDataError as error:
            raise InvalidInput("the database cannot hold it", field="body") from error
        return json_response({"id": str(conversation_id)})

    async def add_messages(self, request: Request) -> Response:
        """Add one message or many; the good ones of a partly bad list are kept."""
        site_domain, conversation_id, content = await self._read(request)
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
        return json_response(
            {
                "messages": [
                    {"id": str(message_id), "status": outcome.get(message_id, "duplicate")}
                    for message_id in accepted
                ],
                "rejected": rejected,
            }
        )

    async def _read(self, request: Request) -> tuple[str, UUID, Any]:
        site_domain = await self.keys.secret(request.headers.get("authorization", ""))
        try:
            conversation_id = UUID(request.path_params["conversation_id"])
        except ValueError as error:
            raise InvalidInput(
                "conversation_id: must be a UUID", field="conversation_id"
            ) from error
        body = decompress_body(await read_body(request), request.headers)
        return site_domain, conversation_id, parse_json(body)


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
