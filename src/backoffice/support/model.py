"""What a report holds, as it is sent: every field checked, every mistake named."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails

from backoffice.http.refused import FieldError, InvalidFields

MAX_TITLE: Final = 200
MAX_TEXT: Final = 10_000
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if CONTROL.search(value):
        raise ValueError("It contains control characters.")
    return value.strip()


def _line(value: Any) -> Any:
    text = _text(value)
    return " ".join(text.split()) if isinstance(text, str) else text


Title = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_TITLE), BeforeValidator(_line)
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT), BeforeValidator(_text)]


class _Report(BaseModel):
    # Lax, so that ids may be written as JSON has them.
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID

    @property
    def stored(self) -> dict[str, Any]:
        """What the database keeps, beside the id."""
        return self.model_dump(mode="json", exclude={"id"})


class ChatbotReport(_Report):
    """An answer of the agent that should have been another."""

    kind: Literal["chatbot"]
    conversation_id: UUID
    message_id: UUID
    verdict: Literal["accurate_but_not_ok", "not_accurate"]
    expected_answer: Text


class OtherReport(_Report):
    """Anything else."""

    kind: Literal["other"]
    title: Title
    description: Text


Report = ChatbotReport | OtherReport
_REPORT: Final[TypeAdapter[Report]] = TypeAdapter(Annotated[Report, Field(discriminator="kind")])


def parse_report(body: dict[str, Any]) -> Report:
    """`body` as a report. Raises `InvalidFields` with every mistake."""
    try:
        return _REPORT.validate_python(body)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise InvalidFields([_told(each) for each in found[:20]]) from error


def _told(error: ErrorDetails) -> FieldError:
    # The first part of a place names the kind of report.
    field = ".".join(str(part) for part in error["loc"][1:])
    context = error.get("ctx", {})
    match error["type"]:
        case "union_tag_invalid" | "union_tag_not_found":
            return FieldError("kind", "It is chatbot or other.")
        case "value_error":
            message = str(context.get("error", error["msg"]))
        case "string_too_long":
            message = f"It is too long: at most {context['max_length']:,} characters."
        case "string_too_short" | "missing":
            message = "This is needed."
        case "extra_forbidden":
            message = f"There is no field {field[:100]}."
        case "literal_error":
            message = f"It is one of {context['expected']}."
        case "uuid_parsing" | "uuid_type":
            message = "This is no id."
        case _:
            message = f"{error['msg']}."
    return FieldError(field[:100], message)
