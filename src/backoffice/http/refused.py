"""What is refused, and errors that say more than the one error body holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import psycopg
from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import Response

from backoffice.database import sqlstate
from backoffice.errors import InvalidInput, Problem, Unavailable
from backoffice.logging import request_id

CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    422: "invalid_input",
}
UNAVAILABLE_CLASSES = {"08", "53", "57"}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, named as in the body: `questions.2.text`."""

    field: str
    message: str


class InvalidFields(InvalidInput):
    """Some fields do not hold what they must; all of them are named."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors[0].message, field=errors[0].field)
        self.errors = tuple(errors)


class Conflict(Problem):
    """Somebody else changed it meanwhile; both versions are in the body."""

    status = 409
    code = "conflict"

    def __init__(self, message: str, field: str | None, yours: Any, theirs: Any) -> None:
        super().__init__(message, field=field)
        self.yours = yours
        self.theirs = theirs


class StaffOnly(InvalidFields):
    """Some fields are for staff alone, and the caller is not."""

    status = 403
    code = "staff_only"


async def handle_refusal(_request: Request, error: Exception) -> Response:
    """The exception handler of `Problem`: the one error body, and what an error has besides."""
    if not isinstance(error, Problem):
        raise error
    body: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "field": error.field,
        "request_id": request_id.get(),
    }
    body |= _more(error)
    return Response(
        orjson.dumps(to_jsonable_python(body)),
        error.status,
        headers=error.headers,
        media_type="application/json",
    )


def _more(error: Problem) -> Mapping[str, Any]:
    match error:
        case InvalidFields():
            return {"errors": [asdict(each) for each in error.errors]}
        case Conflict():
            return {"yours": error.yours, "theirs": error.theirs}
        case _:
            return {}


@contextmanager
def telling() -> Iterator[None]:
    """Raises what the database refuses as the `Problem` with it; `column` becomes its field."""
    try:
        yield
    except psycopg.Error as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise problem from error


def problem_of(error: psycopg.Error) -> Problem | None:
    """What the database refuses as the answer to who asked; None for a fault of ours."""
    if isinstance(error, psycopg.DataError) and not error.sqlstate:
        # psycopg itself refused a value: NUL in a text.
        return InvalidInput("A text contains a character that cannot be kept.")
    state = sqlstate(error)
    message = error.diag.message_primary or "The database refused it."
    if state[:2] == "PT" and state[2:].isdigit():
        status = int(state[2:])
        code = CODES.get(status, "refused")
        return Problem(message, code=code, status=status, field=error.diag.column_name)
    if state == "25006":
        return Problem(
            "You are viewing the product as somebody else, which changes nothing. End the view"
            " first.",
            code="view_as_read_only",
            status=403,
        )
    if state == "42501":
        return Problem("You may not do this.", code="forbidden", status=403)
    if state[:2] in UNAVAILABLE_CLASSES:
        return Unavailable(
            "The database is busy or unreachable; try again.", headers={"Retry-After": "1"}
        )
    return None
