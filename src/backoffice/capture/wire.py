"""HTTP as capture speaks it: bounded bodies in, JSON and one kind of error body out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from backoffice.capture.limits import MAX_BODY_BYTES
from backoffice.errors import Problem, TooLarge

_EXPOSED: Final = "X-Request-Id, Retry-After"


def cors_headers(request: Request) -> dict[str, str]:
    """For a page of any origin, with cookies: of those only the mark of who is signed in is read.

    An answer says nothing that depends on it, so that no page can find out who is signed in.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _EXPOSED}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": _EXPOSED,
        "Vary": "Origin",
    }


def preflight_headers(request: Request) -> dict[str, str]:
    """What a browser asks before it sends anything but plain text."""
    return {
        **cors_headers(request),
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        # With cookies, "*" would be the name of a header.
        "Access-Control-Allow-Headers": request.headers.get("access-control-request-headers", "*"),
        "Access-Control-Max-Age": "86400",
    }


async def read_body(request: Request) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is known to exceed the limit."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise _too_large()
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise _too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large() -> TooLarge:
    return TooLarge("the body is larger than 10 MB", field="body", headers={"Connection": "close"})


def json_response(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """`content` as JSON."""
    return Response(orjson.dumps(content), status, headers=headers, media_type="application/json")


def problem_response(
    problem: Problem, request: Request, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """The one error body, with `detail` beside it, which PostHog's SDKs show."""
    body = {
        "code": problem.code,
        "message": problem.message,
        "field": problem.field,
        "request_id": request_id(request),
        "detail": problem.message,
        **more,
    }
    return json_response(body, problem.status, {**problem.headers, **(headers or {})})


def request_id(request: Request) -> str:
    """The id the server gave this request, or a new one where capture runs alone."""
    given = request.scope.get("state", {}).get("request_id")
    return given if isinstance(given, str) else uuid.uuid4().hex
