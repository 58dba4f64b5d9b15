"""What PostgreSQL raises, as HTTP (PostgREST 14, "Errors from PostgreSQL")."""

from __future__ import annotations

from typing import Any

import orjson
from psycopg.pq import DiagnosticField
from psycopg.pq.abc import PGresult

from backoffice.rest.errors import RestError, unreachable
from backoffice.rest.sent_headers import may_be_sent

_EXACT = {
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "53400": 500,
    "57P01": 503,
    "P0001": 400,
    "42P01": 404,
    "42P17": 500,
}
_BY_CLASS = {
    "08": 503,
    "09": 500,
    "0L": 403,
    "0P": 403,
    "25": 500,
    "28": 403,
    "2D": 500,
    "38": 500,
    "39": 500,
    "3B": 500,
    "40": 500,
    "53": 503,
    "54": 500,
    "55": 500,
    "57": 500,
    "58": 500,
    "F0": 500,
    "HV": 500,
    "P0": 500,
    "XX": 500,
}


def from_result(result: PGresult, *, is_anonymous: bool) -> RestError:
    """The answer to a failed statement."""

    def text(field: DiagnosticField) -> str | None:
        value = result.error_field(field)
        return value.decode(errors="replace") if value is not None else None

    sqlstate = text(DiagnosticField.SQLSTATE)
    if sqlstate is None:
        return unreachable(result.error_message.decode(errors="replace").strip())
    return from_postgres(
        sqlstate,
        text(DiagnosticField.MESSAGE_PRIMARY) or "",
        text(DiagnosticField.MESSAGE_DETAIL),
        text(DiagnosticField.MESSAGE_HINT),
        is_anonymous=is_anonymous,
    )


def from_postgres(
    sqlstate: str,
    message: str,
    details: str | None,
    hint: str | None,
    *,
    is_anonymous: bool,
) -> RestError:
    """The answer to an error of the database; `PTnnn` and `PGRST` give it full control."""
    if sqlstate == "PGRST":
        return _raised_response(message, details)
    status = _status(sqlstate, message, is_anonymous)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status == 503:
        headers["Retry-After"] = "1"
    return RestError(
        status,
        sqlstate,
        message,
        details=details,
        hint=hint,
        headers=headers,
        status_text=message if sqlstate.startswith("PT") else None,
    )


def _status(sqlstate: str, message: str, is_anonymous: bool) -> int:
    if sqlstate in _EXACT:
        return _EXACT[sqlstate]
    match sqlstate:
        case "42501":
            return 401 if is_anonymous else 403
        case "42883":
            return 406 if message.startswith("function xmlagg(") else 404
        case "21000":
            return 400 if message.endswith("requires a WHERE clause") else 500
        case "22023" if message.startswith("role ") and message.endswith("does not exist"):
            return 401
    if sqlstate.startswith("PT"):
        code = sqlstate[2:]
        return int(code) if code.isdigit() and 200 <= int(code) <= 599 else 500
    return _BY_CLASS.get(sqlstate[:2], 400)


def _raised_response(message: str, details: str | None) -> RestError:
    body = _object(message)
    texts = [body.get(name) for name in ("details", "hint")] if body else []
    if (
        body is None
        or not isinstance(body.get("code"), str)
        or not isinstance(body.get("message"), str)
        or not all(text is None or isinstance(text, str) for text in texts)
    ):
        return _unparsable(
            f"Invalid JSON value for MESSAGE: '{message}'",
            "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and"
            " optional keys: 'details', 'hint'.",
        )
    detail_hint = (
        "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and"
        " optional key: 'status_text'."
    )
    if details is None:
        return _unparsable("DETAIL is missing in the RAISE statement", detail_hint)
    control = _object(details)
    headers = control.get("headers") if control else None
    if (
        control is None
        or type(control.get("status")) is not int
        or not isinstance(headers, dict)
        or not all(may_be_sent(name, value) for name, value in headers.items())
    ):
        return _unparsable(f"Invalid JSON value for DETAIL: '{details}'", detail_hint)
    return RestError(
        control["status"],
        body["code"],
        body["message"],
        details=body.get("details"),
        hint=body.get("hint"),
        headers=headers,
        status_text=control.get("status_text"),
    )


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _unparsable(details: str, hint: str) -> RestError:
    return RestError(
        500,
        "PGRST121",
        "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
        details=details,
        hint=hint,
    )
