"""The one error body on the wire, for every route whose protocol does not prescribe another."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.errors import Problem
from backoffice.logging import request_id

CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}

UNEXPECTED = Problem(
    "Something went wrong on our side. Quote the request id when you report it.",
    code="internal_error",
    status=500,
)


def problem_response(problem: Problem) -> JSONResponse:
    """`{"code", "message", "field", "request_id"}` with the problem's status and headers."""
    body = {
        "code": problem.code,
        "message": problem.message,
        "field": problem.field,
        "request_id": request_id.get(),
    }
    return JSONResponse(body, status_code=problem.status, headers=problem.headers)


async def handle_problem(_request: Request, error: Exception) -> JSONResponse:
    """The exception handler of `Problem` for Starlette and FastAPI applications."""
    if not isinstance(error, Problem):
        raise error
    return problem_response(error)


async def handle_http_error(_request: Request, error: Exception) -> JSONResponse:
    """The exception handler of what Starlette itself raises: no such path, wrong method."""
    if not isinstance(error, HTTPException):
        raise error
    code = CODES.get(error.status_code, "bad_request")
    headers = dict(error.headers or {})
    return problem_response(
        Problem(error.detail, code=code, status=error.status_code, headers=headers)
    )


async def handle_unexpected(_request: Request, _error: Exception) -> JSONResponse:
    """The exception handler of everything else; Starlette raises it again for whoever logs it."""
    return problem_response(UNEXPECTED)
