"""The other end of a request: its body, and whether it is still there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from backoffice.rest.errors import RestError
from backoffice.rest.pipeline import Connection

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

# A request shorter than this is not worth watching its client for.
_WATCH_AFTER_SECONDS = 0.05


class ClientWatch:
    """Cancels the query in the database when its client is gone before it is done."""

    def __init__(self, connection: Connection, receive: Receive | None) -> None:
        self._connection = connection
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        if receive is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_WATCH_AFTER_SECONDS, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        assert self._receive is not None
        while (await self._receive())["type"] != "http.disconnect":
            pass
        await self._connection.cancel_safe(timeout=5)

    async def end(self) -> None:
        """Stop watching; the connection may be used again afterwards."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            # A cancellation under way must not reach the connection's next query.
            await asyncio.gather(self._task, return_exceptions=True)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body. Raises 413 when it is larger than `limit` bytes."""
    message = await receive()
    if message["type"] == "http.disconnect":
        return b""
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _within(body, limit)
    chunks, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        if message["type"] == "http.disconnect":
            break
    if size > limit:
        raise _too_large(limit)
    return b"".join(chunks)


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _too_large(limit: int) -> RestError:
    return RestError(413, "PGRST102", f"The request body is larger than {limit} bytes")
