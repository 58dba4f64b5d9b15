"""Whether this process can serve: the database answers, and its migrations are this version's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice import __version__
from backoffice.database import Database
from backoffice.errors import Unavailable
from backoffice.stack.migrate import Migration

PATIENCE_SECONDS = 3.0
APPLIED = "select version from supabase_migrations.schema_migrations"
NEVER_MIGRATED = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.InsufficientPrivilege,
)


@dataclass(frozen=True, slots=True)
class HealthRoute:
    """`GET /health`."""

    database: Database
    migrations: list[Migration]

    async def answer(self, _request: Request) -> JSONResponse:
        """200 when all is well, else 503 saying what is not."""
        problem = await self._problem()
        body = {
            "status": "unavailable" if problem else "ok",
            "version": __version__,
            "problem": problem,
        }
        return JSONResponse(
            body, status_code=503 if problem else 200, headers={"Cache-Control": "no-store"}
        )

    async def _problem(self) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                rows = await self.database.fetch_all(APPLIED)
        except NEVER_MIGRATED:
            return "The database has never been migrated."
        except (psycopg.Error, Unavailable, TimeoutError):
            return "The database does not answer."
        applied = {version for (version,) in rows}
        known = {migration.version for migration in self.migrations}
        if pending := sorted(known - applied):
            return f"Migrations are pending: {', '.join(pending)}."
        if unknown := sorted(applied - known):
            return f"The database has migrations of a newer version: {', '.join(unknown)}."
        return None
