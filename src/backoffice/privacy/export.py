"""Everything that is kept of a visitor, as one JSON document, row by row."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import AsyncConnection, sql
from starlette.types import Receive, Scope, Send

from backoffice.database import Database, RequestContext, Row
from backoffice.errors import NotFound
from backoffice.http.refused import telling
from backoffice.privacy.parts import OPTIONAL, PARTS, VISITOR

ROWS_AT_ONCE = 200
CHUNK_BYTES = 64 * 1024
_AS_TEXT = sql.SQL("select row.value::text from ({}) as row (value)")
_NOTE = """
select private.audit(%(domain)s, 'export', 'visitor', %(visitor)s::text, null,
  '{"format": "json"}')
"""


@dataclass(frozen=True, slots=True)
class VisitorExport:
    """The export of one visitor, as `context` may see it."""

    database: Database
    context: RequestContext
    site_domain: str
    visitor: UUID

    @property
    def _given(self) -> dict[str, Any]:
        return {"domain": self.site_domain, "visitor": self.visitor}

    async def note(self) -> None:
        """Put the export down in the audit log. Raises `NotFound` without such a visitor."""
        known = (
            "select 1 from public.visitors as visitor"
            " where visitor.site_domain = %(domain)s and visitor.id = %(visitor)s"
        )
        with telling():
            async with self.database.transaction(self.context) as connection:
                cursor = await connection.execute(known, self._given)
                if await cursor.fetchone() is None:
                    raise NotFound("There is no such visitor (any more).")
                await connection.execute(_NOTE, self._given)

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The document, in one snapshot of the database."""
        context = replace(
            self.context,
            settings={**self.context.settings, "timezone": "UTC"},
            read_only=True,
            one_snapshot=True,
        )
        async with self.database.transaction(context) as connection:
            buffer = bytearray(b"{")
            head = {"exported_at": datetime.now(UTC), "site_domain": self.site_domain}
            buffer += orjson.dumps(head)[1:-1]
            async with aclosing(self._rows(connection, VISITOR)) as rows:
                async for row in rows:
                    buffer += b',\n"visitor":' + row
            for name, query in (await _parts(connection)).items():
                buffer += b',\n"%b":[' % name.encode()
                between = b"\n"
                async with aclosing(self._rows(connection, query)) as rows:
                    async for row in rows:
                        buffer += between + row
                        between = b",\n"
                        if len(buffer) >= CHUNK_BYTES:
                            yield bytes(buffer)
                            buffer.clear()
                buffer += b"]"
            yield bytes(buffer + b"}\n")

    async def _rows(
        self, connection: AsyncConnection[Row], query: LiteralString
    ) -> AsyncGenerator[bytes]:
        async with connection.cursor(name="part") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            await cursor.execute(_AS_TEXT.format(sql.SQL(query)), self._given)
            async for (text,) in cursor:
                yield text.encode()


async def _parts(connection: AsyncConnection[Row]) -> dict[str, LiteralString]:
    cursor = await connection.execute(
        "select wanted.name from unnest(%s::text[], %s::text[]) as wanted (name, relation)"
        " where to_regclass(wanted.relation) is not null",
        [list(OPTIONAL), [relation for relation, _ in OPTIONAL.values()]],
    )
    there = {name for (name,) in await cursor.fetchall()}
    return PARTS | {name: query for name, (_, query) in OPTIONAL.items() if name in there}


class JsonDownload:
    """Sends chunks as a file. What fails in the middle breaks the connection off."""

    def __init__(self, chunks: AsyncIterator[bytes], filename: str) -> None:
        self._chunks = chunks
        self._filename = filename

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = False
        async for chunk in self._chunks:
            if not begun:
                await send({"type": "http.response.start", "status": 200, "headers": self._headers})
                begun = True
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def _headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"content-type", b"application/json"),
            (b"content-disposition", f'attachment; filename="{self._filename}"'.encode()),
            (b"cache-control", b"no-store"),
        ]
