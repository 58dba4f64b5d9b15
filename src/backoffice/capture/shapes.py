"""What capture's documents describe: the shapes of requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from backoffice.capture.conversations import Message
from backoffice.capture.limits import MAX_DISTINCT_ID, MAX_MESSAGES, MAX_NAME


class CaptureEvent(BaseModel):
    """One event as PostHog's SDKs send it."""

    event: str = Field(max_length=MAX_NAME, description="Its name, such as widget_displayed.")
    distinct_id: str = Field(
        max_length=MAX_DISTINCT_ID, description="The visitor; also accepted in properties."
    )
    uuid: UUID | None = Field(
        default=None, description="The same uuid counts once, however often it is sent."
    )
    timestamp: str | int | None = Field(
        default=None,
        description="ISO 8601 or milliseconds since 1970, 2015 to 24 hours ahead. Now if absent.",
    )
    offset: int | None = Field(
        default=None, description="Milliseconds between event and sending; used before timestamp."
    )
    properties: dict[str, Any] = Field(
        default_factory=dict,
        description="$session_id, $current_url, $referrer, utm_source, conversation_id, $set … ; "
        "at most 32 kB.",
    )
    api_key: str | None = Field(default=None, description="The site's public key.")


class CaptureBatch(BaseModel):
    """Several events of one site."""

    api_key: str = Field(description="The site's public key; `token` is accepted too.")
    batch: list[CaptureEvent]
    sent_at: str | None = Field(
        default=None, description="The sender's clock, by which its timestamps are corrected."
    )
    historical_migration: bool = Field(
        default=False, description="Take timestamps as they are, without that correction."
    )


class RejectedEvent(BaseModel):
    """An event that was not stored."""

    index: int
    uuid: str | None
    event: str | None
    field: str
    message: str


class CaptureAnswer(BaseModel):
    """What became of the events of a request."""

    status: Literal[1]
    stored: int
    duplicates: int
    rejected_count: int
    rejected: list[RejectedEvent]


class ErrorAnswer(BaseModel):
    """What is wrong with a request; quote `request_id` when you report it."""

    code: str
    message: str
    field: str | None
    request_id: str


class Messages(BaseModel):
    """Several messages of one conversation."""

    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)


class MessageAnswer(BaseModel):
    """What became of one message."""

    id: UUID
    status: Literal["stored", "duplicate", "edited"]


class RejectedMessage(BaseModel):
    """A message that was not stored."""

    index: int
    field: str
    message: str


class MessagesAnswer(BaseModel):
    """What became of the messages of a request."""

    messages: list[MessageAnswer]
    rejected: list[RejectedMessage]


class ConversationAnswer(BaseModel):
    """The conversation that was written."""

    id: UUID
    created: bool | None = None


class LeadAnswer(BaseModel):
    """One answer of enrichment: how sure it is (0 to 1), whose, and how old."""

    value: str
    source: str
    confidence: float
    at: datetime
    age_days: int


class LeadAccount(BaseModel):
    """The visitor's company."""

    id: UUID
    domain: str | None
    name: str
    industry: str | None
    size: str | None
    country: str | None
    website: str | None
    description: str | None
    visitor_count: int


class LeadScores(BaseModel):
    """What the visitor's conversations tell: interest 1 Cold to 5 Hot, quality 1 to 5."""

    interest_score: int
    quality_score: float | None
    signals: list[str]


class Lead(BaseModel):
    """All that is known of a visitor."""

    site_domain: str
    visitor_id: UUID
    status: Literal["anonymous", "semi-known", "known"]
    name: str | None
    email: str | None
    country: str | None
    language: str | None
    device_type: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    session_count: int
    page_view_count: int
    conversation_count: int
    account: LeadAccount | None
    enrichment: dict[str, LeadAnswer]
    conversions: dict[str, datetime]
    scores: LeadScores
