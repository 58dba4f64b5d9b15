"""Bodies of requests: bounded, and a JSON object."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from backoffice.errors import MalformedBody, TooLarge

MAX_BYTES = 256 * 1024


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


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"This is too large to save: at most {max_bytes // 1024} kB at once.",
        headers={"Connection": "close"},
    )
