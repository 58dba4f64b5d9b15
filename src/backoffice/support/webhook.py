"""`POST /support/v1/linear/webhook`: what Linear tells of its own accord.

Every message is signed (`Linear-Signature`, HMAC-SHA256 of the raw body) and young: one that was
sent more than a minute ago is refused, so that a message that was listened to is of no use later.
Twice, late or in another order they do no harm: what is older than what is known changes nothing.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backoffice.database import Database
from backoffice.errors import MalformedBody, NotFound, TooLarge, Unauthenticated
from backoffice.http.bodies import json_answer
from backoffice.http.refused import telling
from backoffice.settings import Settings
from backoffice.state import State
from backoffice.support.news import Comment, Issue

WEBHOOK_PATH: Final = "/support/v1/linear/webhook"
WINDOW_SECONDS: Final = 60.0
MAX_BYTES: Final = 1024 * 1024

log = structlog.get_logger("backoffice.support")


class Message(BaseModel):
    """The envelope of every message."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    action: str
    type: str
    data: dict[str, Any]
    created_at: AwareDatetime | None = Field(default=None, alias="createdAt")
    sent_at: int = Field(alias="webhookTimestamp")


class CommentData(Comment):
    """A comment as messages have it, with its issue."""

    issue_id: UUID | None = Field(default=None, alias="issueId")


def webhook_route(state: State, clock: Callable[[], float] = time.time) -> Route:
    """The route, relative to `/support/v1`."""
    webhook = Webhook(state.settings, state.database, clock)
    return Route("/linear/webhook", webhook.answer, methods=["POST"])


class Webhook:
    """Takes messages of who knows the secret."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], float] = time.time
    ) -> None:
        secret = settings.linear_webhook_secret
        self._secret = secret.get_secret_value().encode() if secret else None
        self._database = database
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        """200 `{"applied"}` for every message that is Linear's, whether or not it is of use."""
        if not self._secret:
            raise NotFound("No webhook of Linear is set up here.")
        body = await _raw(request)
        self._check_signature(body, request.headers.get("linear-signature", ""))
        message = _parsed(body)
        if abs(self._clock() - message.sent_at / 1000) > WINDOW_SECONDS:
            raise Unauthenticated("This message is not from just now.", code="stale_message")
        with telling():
            applied = await self._apply(message)
        return json_answer({"applied": applied})

    def _check_signature(self, body: bytes, given: str) -> None:
        assert self._secret is not None
        expected = hmac.new(self._secret, body, sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), given.strip().lower().encode()):
            raise Unauthenticated("The signature does not fit.", code="bad_signature")

    async def _apply(self, message: Message) -> bool:
        try:
            match message.type:
                case "Issue":
                    return await self._apply_issue(message)
                case "Comment":
                    return await self._apply_comment(message)
        except ValidationError as error:
            log.warning("a message of Linear that cannot be read", errors=error.error_count())
        return False

    async def _apply_issue(self, message: Message) -> bool:
        issue = Issue.model_validate(message.data)
        if message.action == "remove" or issue.trashed:
            at = max(issue.updated_at, message.created_at or issue.updated_at)
            return await self._call("private.remove_linear_issue(%s, %s)", issue.id, at)
        return await self._call("private.apply_linear_issue(%s::jsonb)", _json(issue.stored))

    async def _apply_comment(self, message: Message) -> bool:
        comment = CommentData.model_validate(message.data)
        if comment.issue_id is None:
            return False
        removed_at = None
        if message.action == "remove":
            removed_at = message.created_at or comment.updated_at
        stored = _json(comment.stored(removed_at))
        return await self._call(
            "private.apply_linear_comment(%s, %s::jsonb)", comment.issue_id, stored
        )

    async def _call(self, function: str, *parameters: Any) -> bool:
        query = f"select {function}".encode()
        return bool(await self._database.fetch_value(query, parameters))


async def _raw(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise TooLarge("This is no message of Linear.", headers={"Connection": "close"})
    return body


def _parsed(body: bytes) -> Message:
    try:
        return Message.model_validate(orjson.loads(body))
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise MalformedBody("This is no message of Linear.") from error


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
