"""Bodies of requests, bounded and a JSON object, and of answers."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson
from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import Response

from backoffice.errors import MalformedBody, TooLarge

MAX_BYTES = 256 * 1024
DOMAIN: Final = re.compile(r"[a-z0-9._-]{1,253}")


async def read_json(request: Request, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The body as an object.

    Raises `TooLarge` as soon as it is known to exceed the limit, `MalformedBody` for anything that
    is no JSON object.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        chunks.append(chunk)
    try:
        value = orjson.loads(b"".join(chunks))
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"The body is no JSON: {error}.") from error
    if not isinstance(value, dict):
        raise MalformedBody("The body must be a JSON object.")
    return value


def json_answer(content: Any, status: int = 200) -> Response:
    """What a person asked for or saved, which no cache keeps."""
    return Response(
        orjson.dumps(to_jsonable_python(content)),
        status,
        headers={"Cache-Control": "no-store"},
        media_type="application/json",
    )


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"This is too large to save: at most {max_bytes // 1024} kB at once.",
        headers={"Connection": "close"},
    )
