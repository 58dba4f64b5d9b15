"""What people ask for, and what they are told."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backoffice.http.refused import FieldError, InvalidFields

MAX_TOGETHER = 50
Model = TypeVar("Model", bound=BaseModel)


class Erase(BaseModel):
    """A visitor is erased for good, with others of the same e-mail address when they are named."""

    model_config = ConfigDict(extra="forbid")

    confirm: Literal["erase"]
    others: Annotated[list[UUID], Field(max_length=MAX_TOGETHER)] = []


class Retain(BaseModel):
    """How many days texts are kept; None: without a limit."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=3650)] | None


def parse(model: type[Model], value: dict[str, Any]) -> Model:
    """`value` as a `model`. Raises `InvalidFields` with every field that is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidFields(
            [
                FieldError(".".join(map(str, each["loc"])), each["msg"])
                for each in error.errors(include_url=False, include_context=False)
            ]
        ) from error
