"""What Rose's agent backend writes: conversations, their messages and their flags, as models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from backoffice.capture import people, timestamps
from backoffice.capture.limits import (
    MAX_DISTINCT_ID,
    MAX_METADATA_BYTES,
    MAX_SESSION_ID,
    MAX_TEXT_BYTES,
    MAX_URL,
)
from backoffice.capture.locations import host_name, page_path
from backoffice.capture.sender import country_code, language_code
from backoffice.capture.text import scrub
from backoffice.errors import InvalidInput


def _moment(value: Any) -> datetime:
    return timestamps.check_range(timestamps.parse(value), datetime.now(UTC))


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


def _distinct_id(value: str) -> str:
    if people.is_illegal(value):
        raise ValueError(f"{value!r} does not identify anybody")
    return value


def _text(value: str) -> str:
    if len(value.encode()) > MAX_TEXT_BYTES:
        raise ValueError(f"is longer than {MAX_TEXT_BYTES // 1024} kB")
    return value


def _email(value: str) -> str:
    email = people.valid_email(value)
    if email is None:
        raise ValueError("is no e-mail address")
    return email


def _country(value: str) -> str:
    country = country_code(value)
    if country is None:
        raise ValueError("must be an ISO 3166 alpha-2 code")
    return country


def _language(value: str) -> str:
    language = language_code(value)
    if language is None:
        raise ValueError("must be a language code such as en or en-GB")
    return language


def _host(value: str) -> str:
    host = host_name(value)
    if host is None:
        raise ValueError("must be a host name")
    return host


def _metadata(value: dict[str, Any]) -> dict[str, Any]:
    try:
        cleaned: dict[str, Any] = scrub(value)
        size = len(orjson.dumps(cleaned))
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise ValueError("is nested too deeply") from error
    if size > MAX_METADATA_BYTES:
        raise ValueError(f"is larger than {MAX_METADATA_BYTES // 1024} kB of JSON")
    return cleaned


def _label(limit: int) -> Any:
    return Annotated[
        str,
        BeforeValidator(_without_nul),
        StringConstraints(strip_whitespace=True, min_length=1, max_length=limit),
    ]


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_moment, json_schema_input_type=datetime | int),
]
Metadata = Annotated[dict[str, Any], AfterValidator(_metadata)]
Email = Annotated[str, AfterValidator(_email)]
Language = Annotated[str, AfterValidator(_language)]


class Model(BaseModel):
    """A strict model: an unknown field is an error, so that a misspelt one is not lost silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def content(self) -> dict[str, Any]:
        """What was sent, and only that, as JSON data."""
        return self.model_dump(mode="json", exclude_unset=True, exclude_none=True)


class Flags(Model):
    """What a conversation has led to. A flag that was ever true stays in the figures of its day."""

    email_captured: bool | None = None
    demo_proposed: bool | None = None
    cta_clicked: bool | None = None
    demo_booked: bool | None = None
    email: Email | None = Field(default=None, description="The visitor's e-mail address.")


class Conversation(Flags):
    """A chat of one visitor with the agent, with or without messages."""

    distinct_id: Annotated[
        _label(MAX_DISTINCT_ID), AfterValidator(_distinct_id)  # type: ignore[valid-type]
    ] = Field(description="The visitor, by the id the widget's events carry.")
    session_id: _label(MAX_SESSION_ID) | None = Field(  # type: ignore[valid-type]
        default=None, description="The `$session_id` of the widget's events."
    )
    page: Annotated[_label(MAX_URL), AfterValidator(page_path)] | None = Field(  # type: ignore[valid-type]
        default=None, description="The path of the page, for example /pricing."
    )
    url: _label(MAX_URL) | None = None  # type: ignore[valid-type]
    referrer_host: Annotated[str, AfterValidator(_host)] | None = None
    environment: Literal["production", "staging", "development"] | None = None
    language: Language | None = None
    country: Annotated[str, AfterValidator(_country)] | None = None
    started_at: Moment | None = None
    metadata: Metadata | None = None


class Changes(Flags):
    """What may change in a conversation; `<flag>_at` says when, if not now."""

    email_captured_at: Moment | None = None
    demo_proposed_at: Moment | None = None
    cta_clicked_at: Moment | None = None
    demo_booked_at: Moment | None = None
    language: Language | None = None
    page: Annotated[_label(MAX_URL), AfterValidator(page_path)] | None = None  # type: ignore[valid-type]
    metadata: Metadata | None = None


class Message(Model):
    """One message. The same id again is the same message: with another text, an edit."""

    id: Annotated[UUID, Field(strict=False)]
    role: Literal["visitor", "agent"]
    text: Annotated[str, BeforeValidator(_without_nul), AfterValidator(_text)]
    sent_at: Moment | None = Field(default=None, description="Now, when missing.")
    seq: int | None = Field(
        default=None, ge=0, le=2**31 - 1, description="Order among messages of the same instant."
    )
    latency_ms: int | None = Field(
        default=None, ge=0, le=2**31 - 1, description="Milliseconds the agent took to answer."
    )
    metadata: Metadata | None = None


def problem_of(error: ValidationError, prefix: str = "") -> InvalidInput:
    """The first thing wrong with a model, by the name of its field."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = [str(part) for part in first["loc"] if not _is_internal(part)]
    field = ".".join([part for part in (prefix, *path) if part]) or "body"
    message = first["msg"].removeprefix("Value error, ")
    return InvalidInput(f"{field}: {message}", field=field)


def _is_internal(part: int | str) -> bool:
    return isinstance(part, str) and part.startswith("function-")


def as_document(value: Any) -> Mapping[str, Any]:
    """A body that must be one JSON object. Raises `InvalidInput`."""
    if not isinstance(value, dict):
        raise InvalidInput("body: must be a JSON object", field="body")
    return value
