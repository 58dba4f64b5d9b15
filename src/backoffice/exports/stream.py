"""The rows of one export, as fast as their reader takes them, and never silently too few."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from backoffice.database import Database, RequestContext, Row
from backoffice.errors import BackofficeError, Problem
from backoffice.exports.formats import Csv, Format
from backoffice.exports.record import NO_WEBSITE, record
from backoffice.exports.wanted import Wanted
from backoffice.http.refused import problem_of

CHUNK_BYTES = 64 * 1024


class IncompleteExportError(BackofficeError):
    """The export ended with another number of rows than were counted."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An export that has begun."""

    total: int
    chunks: AsyncIterator[bytes]


@asynccontextmanager
async def opened(
    database: Database, context: RequestContext, wanted: Wanted
) -> AsyncIterator[Opened]:
    """Count the rows and begin to read them, in one snapshot; note it before the first byte.

    Raises a `Problem` when the database refuses what was asked for.
    """
    async with database.transaction(context) as connection:
        try:
            given = {"domains": wanted.domains, "filter": wanted.filter, "sort": wanted.sort}
            given["domains"] = await _value(connection, f"select {wanted.export.domains}", given)
            counted = await _counted(connection, wanted, given)
            total = sum(counted.values())
            rows = sql.SQL(_literally(connection, wanted.export.rows, given))
        except psycopg.Error as error:
            raise refusal_of(error) from error
        # Who leaves in the middle ends the copy before the transaction: a connection that still
        # copies takes no rollback.
        async with aclosing(_chunks(connection, wanted.format, rows, total)) as chunks:
            try:
                # What goes wrong until here gets an answer of its own.
                first = await anext(chunks)
            except psycopg.Error as error:
                raise refusal_of(error) from error
            await record(database, context, wanted, counted)
            async with aclosing(_joined(first, chunks)) as joined:
                yield Opened(total, joined)


async def _counted(
    connection: AsyncConnection[Row], wanted: Wanted, given: dict[str, Any]
) -> dict[str, int]:
    """The rows of each website. Who may see none has none of no website: the filter is checked."""
    query = f"select {wanted.export.count}"
    return {
        domain: int(await _value(connection, query, {**given, "domains": [domain]}))
        for domain in given["domains"] or [NO_WEBSITE]
    }


async def _value(connection: AsyncConnection[Row], query: str, parameters: Any) -> Any:
    cursor = await connection.execute(query, parameters)
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


def _literally(connection: AsyncConnection[Row], query: str, given: dict[str, Any]) -> Any:
    """COPY takes no parameters, so they are quoted into it."""
    return psycopg.AsyncClientCursor(connection).mogrify(query, given)


async def _chunks(
    connection: AsyncConnection[Row], form: Format, rows: sql.SQL, total: int
) -> AsyncGenerator[bytes]:
    described = await connection.execute(sql.SQL("select * from {} as r limit 0").format(rows))
    columns = [(column.name, column.type_code) for column in described.description or ()]
    sent = -1 if isinstance(form, Csv) else 0  # The line of names is no row.
    buffer = bytearray(form.before)
    async with connection.cursor().copy(form.statement(rows, columns)) as copy:
        async for row in copy:
            buffer += (form.between if sent > 0 else b"") + form.row(bytes(row))
            sent += 1
            if len(buffer) >= CHUNK_BYTES:
                yield bytes(buffer)
                buffer.clear()
    if sent != total:
        raise IncompleteExportError(f"{sent} rows of {total}")
    yield bytes(buffer + form.after)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def refusal_of(error: psycopg.Error) -> Problem | psycopg.Error:
    """What the database refuses, as the answer to who asked; everything else as it is."""
    if (error.sqlstate or "").startswith("22"):
        return Problem(error.diag.message_primary or "The request was refused.")
    return problem_of(error) or error
