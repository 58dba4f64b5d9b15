"""Bodies as pydantic models, and every mistake in one named by its field."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from backoffice.http.refused import FieldError, InvalidFields

# More names or mistakes than these are told of as many.
MAX_FIELDS: Final = 200
MAX_TOLD: Final = 50
P = TypeVar("P", bound=BaseModel)


def parse(shape: type[P], body: dict[str, Any]) -> P:
    """`body` as `shape`. Raises `InvalidFields` with every mistake, up to `MAX_TOLD`."""
    check_count(body)
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise InvalidFields([_told(each) for each in found[:MAX_TOLD]]) from error


def check_count(body: dict[str, Any]) -> None:
    """Refuse an object of more fields than any shape has, before each is looked at."""
    if len(body) > MAX_FIELDS:
        raise InvalidFields([FieldError("", f"These are more than {MAX_FIELDS} fields.")])


def _told(error: ErrorDetails) -> FieldError:
    field = ".".join(str(part) for part in error["loc"])
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            message = str(context.get("error", error["msg"]))
        case "string_too_long":
            message = f"It is too long: at most {context['max_length']:,} characters."
        case "too_long":
            message = f"These are too many: at most {context['max_length']}."
        case "string_too_short" | "missing":
            message = "This is needed."
        case "extra_forbidden":
            message = f"There is no field {field}."
        case "literal_error":
            message = f"It is one of {context['expected']}."
        case _:
            message = f"{error['msg']}."
    return FieldError(field, message)
