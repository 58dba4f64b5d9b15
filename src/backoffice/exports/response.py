"""An export as an answer over HTTP: it waits for its reader, and stops when the reader is gone."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Scope, Send

from backoffice.database import Database, RequestContext
from backoffice.exports.stream import opened
from backoffice.exports.wanted import Wanted

Headers = list[tuple[bytes, bytes]]


class ExportResponse:
    """Sends the headers once the first rows are there; a later error breaks the connection off.

    A body without its last chunk is an error to every client: nobody takes a part for the whole.
    """

    def __init__(
        self, database: Database, context: RequestContext, wanted: Wanted, filename: str
    ) -> None:
        self._database = database
        self._context = context
        self._wanted = wanted
        self._filename = filename

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        work = asyncio.create_task(self._send(send))
        left = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            # Cancelling the task cancels the statement in the database.
            for task in (work, left):
                task.cancel()
            await asyncio.gather(work, left, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        async with opened(self._database, self._context, self._wanted) as export:
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": self._headers(export.total),
                }
            )
            async for chunk in export.chunks:
                await send(_body(chunk, more=True))
                # The transport tells that it is full once it wrote.
                await asyncio.sleep(0)
            await send(_body(b"", more=False))

    def _headers(self, total: int) -> Headers:
        return [
            (b"content-type", self._wanted.format.media_type.encode()),
            (b"content-disposition", f'attachment; filename="{self._filename}"'.encode()),
            (b"cache-control", b"no-store"),
            (b"x-total-count", str(total).encode()),
        ]


def _body(chunk: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
