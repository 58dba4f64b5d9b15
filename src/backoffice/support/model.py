"""What a report holds, as it is sent: every field checked, every mistake named."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from backoffice.http.refused import FieldError, InvalidFields
from backoffice.http.shapes import parse

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
_SHAPES: Final[dict[str, type[Report]]] = {"chatbot": ChatbotReport, "other": OtherReport}


def parse_report(body: dict[str, Any]) -> Report:
    """`body` as a report. Raises `InvalidFields` with every mistake."""
    shape = _SHAPES.get(str(body.get("kind")))
    if shape is None:
        raise InvalidFields([FieldError("kind", "It is chatbot or other.")])
    return parse(shape, body)
