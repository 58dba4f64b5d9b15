"""Tickets in the database, written as the person who reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from psycopg.abc import QueryNoTemplate
from psycopg.types.json import Jsonb

from backoffice.database import Database, RequestContext
from backoffice.errors import NotFound
from backoffice.http.refused import telling
from backoffice.jobs import defer
from backoffice.support.model import Report

NAMESPACE = "support"
SEND = f"{NAMESPACE}:send"

_CREATE = "select to_jsonb(made) from private.create_ticket(%s, %s, %s) as made"
_RETRY = "select to_jsonb(one) from private.retry_ticket(%s, %s) as one"

log = structlog.get_logger("backoffice.support")


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets that `context`'s person may write."""

    database: Database
    context: RequestContext

    async def create(self, domain: str, report: Report) -> dict[str, Any]:
        """A new ticket; the same report again gives the same ticket."""
        return await self._one(_CREATE, [domain, report.id, Jsonb(report.stored)])

    async def retry(self, domain: str, ticket: UUID) -> dict[str, Any]:
        """Send it now rather than later."""
        return await self._one(_RETRY, [domain, ticket])

    async def health(self) -> dict[str, Any]:
        """How the connection to Linear is, as far as the person may know."""
        return await self._one("select private.linear_health()", [])

    async def _one(self, query: QueryNoTemplate, parameters: list[Any]) -> dict[str, Any]:
        with telling():
            row = await self.database.fetch_one(query, parameters, self.context)
        if row is None or not isinstance(row[0], dict):
            raise NotFound("There is no such ticket.")
        return row[0]


async def send_soon(database: Database) -> None:
    """Have what waits sent at once. A ticket that is saved goes out without it too, a bit later."""
    try:
        async with database.transaction() as connection:
            await defer(connection, SEND, {"timestamp": 0}, queueing_lock=SEND, lock=SEND)
    except Exception:
        log.warning("no job for a ticket; the next periodic one takes it", exc_info=True)
