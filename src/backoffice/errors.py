"""The one error hierarchy: every error has a stable code, an HTTP status and a message for people.

`Problem` is what capability routes raise; `app.py` turns it into the one error body

    {"code": str, "message": str, "field": str | null, "request_id": str}

PostgREST's and Supabase Auth's protocols prescribe bodies of their own: `rest/errors.py` and
`auth/errors.py` derive from `Problem` and render theirs.
"""

from __future__ import annotations


class BackofficeError(Exception):
    """Something the Client Backoffice could not do."""


class ConfigurationError(BackofficeError):
    """A setting is missing, malformed or unsafe where the server runs."""


class StackError(BackofficeError):
    """The embedded PostgreSQL could not be made, started or reached."""


class MigrationError(BackofficeError):
    """The database's migrations and this version's migrations disagree."""


class Problem(BackofficeError):  # noqa: N818 - named as RFC 9457 names it
    """An error the caller of an HTTP route is told about."""

    status = 400
    code = "bad_request"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.status = status or type(self).status
        self.field = field
        self.headers = headers or {}


class InvalidInput(Problem):
    """What was sent does not have the shape that was asked for."""

    status = 422
    code = "invalid_input"


class MalformedBody(Problem):
    """The body is not what its headers say it is."""

    status = 400
    code = "malformed_body"


class Unauthenticated(Problem):
    """No valid key or token came with the request."""

    status = 401
    code = "unauthenticated"


class NotFound(Problem):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    code = "not_found"


class TooLarge(Problem):
    """The body is larger than the route accepts."""

    status = 413
    code = "too_large"


class Unavailable(Problem):
    """The database does not answer, or every connection is busy; try again."""

    status = 503
    code = "unavailable"
