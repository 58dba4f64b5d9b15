"""Supabase Auth's errors and their two shapes on the wire.

A caller that sends `X-Supabase-Api-Version: 2024-01-01` or later gets `{code, message}` and the
header echoed; any other gets `{code: <status>, error_code, msg}`. `x-sb-error-code` names the
error either way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.errors import Problem

API_VERSION_HEADER = "X-Supabase-Api-Version"
API_VERSION = date(2024, 1, 1)
INVALID_LOGIN = "Invalid login credentials"


class AuthProblem(Problem):
    """The auth protocol refuses the request."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        extra: Mapping[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message, code=code, status=status, headers=headers)
        self.extra = dict(extra or {})


class OAuthProblem(Problem):
    """The request is not one of OAuth 2.0: `{error, error_description}`."""

    status = 400
    code = "invalid_request"


def error_response(request: Request, problem: Problem) -> JSONResponse:
    """`problem` in the shape the caller understands."""
    headers = {**problem.headers, "x-sb-error-code": problem.code}
    if isinstance(problem, OAuthProblem):
        body: dict[str, Any] = {"error": problem.code, "error_description": problem.message}
        return JSONResponse(body, problem.status, headers)
    extra = problem.extra if isinstance(problem, AuthProblem) else {}
    if understands_codes(request):
        headers[API_VERSION_HEADER] = API_VERSION.isoformat()
        body = {"code": problem.code, "message": problem.message, **extra}
    else:
        body = {"code": problem.status, "error_code": problem.code, "msg": problem.message, **extra}
    return JSONResponse(body, problem.status, headers)


def understands_codes(request: Request) -> bool:
    """Whether the caller asked for an API version with error codes."""
    try:
        return date.fromisoformat(request.headers.get(API_VERSION_HEADER, "")) >= API_VERSION
    except ValueError:
        return False


def bad_request(code: str, message: str) -> AuthProblem:
    """400: something in the request, or in what it refers to, does not hold."""
    return AuthProblem(400, code, message)


def validation_failed(message: str) -> AuthProblem:
    """400 `validation_failed`."""
    return bad_request("validation_failed", message)


def bad_json(message: str) -> AuthProblem:
    """400 `bad_json`."""
    return bad_request("bad_json", f"Could not parse request body as JSON: {message}")


def forbidden(code: str, message: str) -> AuthProblem:
    """403."""
    return AuthProblem(403, code, message)


def unprocessable(code: str, message: str) -> AuthProblem:
    """422: understood, and refused."""
    return AuthProblem(422, code, message)


def not_found(code: str, message: str) -> AuthProblem:
    """404."""
    return AuthProblem(404, code, message)


def invalid_credentials() -> AuthProblem:
    """400 `invalid_credentials`: the same whether the account or the password is wrong."""
    return bad_request("invalid_credentials", INVALID_LOGIN)


def weak_password(message: str, reasons: Sequence[str]) -> AuthProblem:
    """422 `weak_password` with its reasons."""
    extra = {"weak_password": {"reasons": list(reasons)}}
    return AuthProblem(422, "weak_password", message, extra=extra)


def over_request_rate_limit(seconds: int) -> AuthProblem:
    """429 `over_request_rate_limit`; try again in `seconds`."""
    return AuthProblem(
        429,
        "over_request_rate_limit",
        "Request rate limit reached",
        headers={"Retry-After": str(seconds)},
    )


def over_email_send_rate_limit(seconds: int) -> AuthProblem:
    """429 `over_email_send_rate_limit`; try again in `seconds`."""
    return AuthProblem(
        429,
        "over_email_send_rate_limit",
        f"For security purposes, you can only request this after {seconds} seconds.",
        headers={"Retry-After": str(seconds)},
    )


def sends_no_mail() -> AuthProblem:
    """422 `email_provider_disabled`: there is neither an SMTP server nor a local mailbox."""
    return unprocessable("email_provider_disabled", "This server sends no e-mail")
