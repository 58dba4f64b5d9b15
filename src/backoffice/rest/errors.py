"""PostgREST's errors: `{code, details, hint, message}` under a PGRST or SQLSTATE code.

Source: PostgREST 14, "Errors". Everything raised while serving `/rest/v1` is a `RestError`.
"""

from __future__ import annotations

from typing import Any

import orjson

from backoffice.errors import Problem

Detail = str | list[Any] | None


class RestError(Problem):
    """An error of the REST protocol."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Detail = None,
        hint: str | None = None,
        headers: dict[str, str] | None = None,
        status_text: str | None = None,
    ) -> None:
        super().__init__(message, code=code, status=status, headers=headers)
        self.details = details
        self.hint = hint
        self.status_text = status_text

    def body(self) -> bytes:
        """The body clients parse."""
        return orjson.dumps(
            {
                "code": self.code,
                "details": self.details,
                "hint": self.hint,
                "message": self.message,
            }
        )


def parse_error(place: str, expectation: str) -> RestError:
    """PGRST100: the query string does not follow the grammar."""
    return RestError(400, "PGRST100", place, details=expectation)


def invalid_rpc_method(method: str) -> RestError:
    """PGRST101: functions are called by GET, HEAD and POST only."""
    return RestError(405, "PGRST101", f"Cannot use the {method} method on RPC")


def invalid_body(message: str) -> RestError:
    """PGRST102: the body is not what it says it is."""
    return RestError(400, "PGRST102", message)


def response_too_large(limit: int) -> RestError:
    """54000, as PostgreSQL calls what exceeds a limit of the program."""
    return RestError(
        400,
        "54000",
        f"The response is larger than {limit} bytes",
        hint="Ask for fewer rows (limit and offset, in the embeds too) or for less of each.",
    )


def invalid_range(details: str) -> RestError:
    """PGRST103: there are no rows where the range points."""
    return RestError(416, "PGRST103", "Requested range not satisfiable", details=details)


def out_of_bounds(offset: int, total: int) -> RestError:
    """PGRST103 for an offset behind the last row."""
    return invalid_range(f"An offset of {offset} was requested, but there are only {total} rows.")


def invalid_put_filters() -> RestError:
    """PGRST105: PUT names its row by the whole primary key."""
    return RestError(
        405,
        "PGRST105",
        "Filters must include all and only primary key columns with 'eq' operators",
    )


def unacceptable_schema(schema: str, exposed: tuple[str, ...]) -> RestError:
    """PGRST106: the profile header names no exposed schema."""
    return RestError(
        406,
        "PGRST106",
        f"Invalid schema: {schema}",
        hint=f"Only the following schemas are exposed: {', '.join(exposed)}",
    )


def unacceptable_media(accepted: list[str]) -> RestError:
    """PGRST107: nothing the client accepts can be produced."""
    return RestError(
        406, "PGRST107", f"None of these media types are available: {', '.join(accepted)}"
    )


def not_embedded(resource: str) -> RestError:
    """PGRST108: a filter, order or range belongs to something not selected."""
    return RestError(
        400,
        "PGRST108",
        f"'{resource}' is not an embedded resource in this request",
        hint=f"Verify that '{resource}' is included in the 'select' query parameter.",
    )


def invalid_response_headers() -> RestError:
    """PGRST111: the database set `response.headers` to something else."""
    return RestError(
        500,
        "PGRST111",
        "response.headers guc must be a JSON array composed of objects with a single key"
        " and a string value",
    )


def invalid_response_status() -> RestError:
    """PGRST112: the database set `response.status` to something else."""
    return RestError(500, "PGRST112", "response.status guc must be a valid status code")


def put_with_limit() -> RestError:
    """PGRST114: PUT is about one row."""
    return RestError(400, "PGRST114", "limit/offset querystring parameters are not allowed for PUT")


def put_of_another_row() -> RestError:
    """PGRST115: the body is not the row the filters name."""
    return RestError(400, "PGRST115", "Payload values do not match URL in primary key column(s)")


def not_singular(rows: int) -> RestError:
    """PGRST116: one object was asked for."""
    return RestError(
        406,
        "PGRST116",
        "Cannot coerce the result to a single JSON object",
        details=f"The result contains {rows} rows",
    )


def unsupported_method(method: str) -> RestError:
    """PGRST117: no such HTTP method here."""
    return RestError(405, "PGRST117", f"Unsupported HTTP method: {method}")


def related_order_not_to_one(origin: str, target: str) -> RestError:
    """PGRST118: ordering by an embed needs one embedded row per row."""
    return RestError(
        400,
        "PGRST118",
        f"A related order on '{target}' is not possible",
        details=f"'{origin}' and '{target}' do not form a many-to-one or one-to-one relationship",
    )


def invalid_preferences(preferences: tuple[str, ...]) -> RestError:
    """PGRST122: `handling=strict` with an unknown preference."""
    return RestError(
        400,
        "PGRST122",
        "Invalid preferences given with handling=strict",
        details=f"Invalid preferences: {', '.join(preferences)}",
    )


def aggregates_not_allowed() -> RestError:
    """PGRST123: aggregates are off by default."""
    return RestError(400, "PGRST123", "Use of aggregate functions is not allowed")


def too_many_affected(rows: int) -> RestError:
    """PGRST124: `max-affected` is exceeded."""
    return RestError(
        400,
        "PGRST124",
        "Query result exceeds max-affected preference constraint",
        details=f"The query affects {rows} rows",
    )


def invalid_path() -> RestError:
    """PGRST125: the path is none of this API's."""
    return RestError(404, "PGRST125", "Invalid path specified in request URL")


def openapi_disabled() -> RestError:
    """PGRST126: the root says nothing."""
    return RestError(404, "PGRST126", "Root endpoint metadata is disabled")


def not_implemented(details: str) -> RestError:
    """PGRST127: grammatical, but without a meaning."""
    return RestError(400, "PGRST127", "Feature not implemented", details=details)


def max_affected_of_single() -> RestError:
    """PGRST128: `max-affected` counts rows, and this function returns none."""
    return RestError(
        400,
        "PGRST128",
        "Function must return SETOF or TABLE when max-affected preference is used"
        " with handling=strict",
    )


def invalid_token(message: str, *, is_claim: bool, details: str | None = None) -> RestError:
    """PGRST301 (the token cannot be decoded) or PGRST303 (a claim fails)."""
    challenge = f'Bearer error="invalid_token", error_description="{message}"'
    return RestError(
        401,
        "PGRST303" if is_claim else "PGRST301",
        message,
        details=details,
        headers={"WWW-Authenticate": challenge},
    )


def anonymous_disabled() -> RestError:
    """PGRST302: there is no anonymous role."""
    return RestError(
        401,
        "PGRST302",
        "Anonymous access is disabled",
        headers={"WWW-Authenticate": "Bearer"},
    )


def lacks_secret() -> RestError:
    """PGRST300: a token was sent, and nothing to check it with was configured."""
    return RestError(500, "PGRST300", "Server lacks JWT secret")


def pool_exhausted() -> RestError:
    """PGRST003: every connection is busy.

    PostgREST answers 504; 503 with `Retry-After` is what supabase-js retries by itself.
    """
    return RestError(
        503,
        "PGRST003",
        "Timed out acquiring connection from connection pool.",
        headers={"Retry-After": "1"},
    )


def unreachable(details: str | None) -> RestError:
    """PGRST001: the connection broke."""
    return RestError(
        503,
        "PGRST001",
        "Database client error. Retrying the connection.",
        details=details,
        headers={"Retry-After": "1"},
    )


def no_schema_cache() -> RestError:
    """PGRST002: the catalogue could not be read yet."""
    return RestError(
        503,
        "PGRST002",
        "Could not query the database for the schema cache. Retrying.",
        headers={"Retry-After": "1"},
    )
