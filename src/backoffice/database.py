"""The way to PostgreSQL: one pool, and one transaction per request that runs as its user.

Source of the settings a transaction carries: PostgREST, "Transactions"
(`role`, `request.jwt.claims`, `request.method`, `request.path`, `request.headers`, …).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg
from psycopg import AsyncConnection
from psycopg.abc import Params, QueryNoTemplate
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from backoffice.errors import Unavailable
from backoffice.request_context import audit_settings

Role = Literal["anon", "authenticated", "service_role"]
Row = tuple[Any, ...]

SERVICE: Role = "service_role"
# A connection may be idle for long, and networks forget those without a word, some in minutes.
KEEPALIVE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RequestContext:
    """As whom a transaction runs, and what row-level security and the audit log may ask of it.

    `settings` are transaction-local settings by name (`request.jwt.claims` as JSON text, …). With
    `one_snapshot` all statements see the database as the first one did.
    """

    role: str
    settings: Mapping[str, str] = field(default_factory=dict)
    read_only: bool = False
    one_snapshot: bool = False


SERVICE_CONTEXT = RequestContext(role=SERVICE)


class WarmestFirst(AsyncConnectionPool[AsyncConnection[Row]]):
    """Lends the connection that was given back last, or the last that knows what it is wanted for.

    A backend keeps the catalogue, compiled functions and plans of what it ran: one that never ran a
    function answers it several times slower. Lent in turn, every connection would have to learn
    everything, and none would be idle for long enough to be closed.
    """

    async def getconn(
        self,
        timeout: float | None = None,  # noqa: ASYNC109 - the pool has it
        knows: Callable[[AsyncConnection[Row]], bool] | None = None,
    ) -> AsyncConnection[Row]:
        """A connection; see `AsyncConnectionPool.getconn`."""
        # The pool lends from the left, and what is given back goes to the right.
        idle = self._pool
        if idle:
            warmest = next((c for c in reversed(idle) if knows and knows(c)), idle[-1])
            idle.remove(warmest)
            idle.appendleft(warmest)
        return await super().getconn(timeout)


class Database:
    """A pool of connections to one PostgreSQL."""

    def __init__(
        self,
        conninfo: str,
        *,
        pool_size: int = 10,
        acquire_timeout: float = 5.0,
        max_lifetime: float = 3600.0,
        max_idle: float = 600.0,
    ) -> None:
        self.conninfo = conninfo
        self.pool = WarmestFirst(
            conninfo,
            min_size=1,
            max_size=pool_size,
            timeout=acquire_timeout,
            max_lifetime=max_lifetime,
            max_idle=max_idle,
            # Delays between attempts double until this many seconds are over; then the next
            # request tries anew, so that a database that is back is used at once.
            reconnect_timeout=4,
            open=False,
            # Where psycopg prepares, it answers a rollback with `deallocate all`, which would take
            # along what REST keeps parsed on the same connections.
            kwargs={"autocommit": True, "prepare_threshold": None, **_kept_alive(conninfo)},
            check=None,
            name="backoffice",
        )

    async def open(self) -> None:
        """Open the pool; connections are made as they are needed."""
        await self.pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection[Row]]:
        """A connection outside any transaction.

        Raises `Unavailable` when the pool is exhausted or PostgreSQL is not reachable.
        """
        try:
            async with self.pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise Unavailable(
                "The database is busy or unreachable; try again.", headers={"Retry-After": "1"}
            ) from error

    @asynccontextmanager
    async def transaction(
        self, context: RequestContext = SERVICE_CONTEXT
    ) -> AsyncIterator[AsyncConnection[Row]]:
        """One transaction that runs as `context.role` with `context.settings`."""
        async with self.connection() as connection, connection.transaction():
            if context.one_snapshot:
                await connection.execute("set transaction isolation level repeatable read")
            if context.read_only:
                await connection.execute("set transaction read only")
            audited = {} if context.read_only else audit_settings()
            settings = {"role": context.role, **audited, **context.settings}
            await connection.execute(
                "select set_config(name, value, true) from unnest(%s::text[], %s::text[])"
                " as setting(name, value)",
                [list(settings), list(settings.values())],
            )
            yield connection

    async def fetch_value(
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        context: RequestContext = SERVICE_CONTEXT,
    ) -> Any:
        """The first column of the first row, or None."""
        row = await self.fetch_one(query, params, context)
        return row[0] if row else None

    async def fetch_one(
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        context: RequestContext = SERVICE_CONTEXT,
    ) -> Row | None:
        """The first row, or None."""
        async with self.transaction(context) as connection:
            cursor = await connection.execute(query, params)
            return await cursor.fetchone()

    async def fetch_all(
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        context: RequestContext = SERVICE_CONTEXT,
    ) -> Sequence[Row]:
        """Every row."""
        async with self.transaction(context) as connection:
            cursor = await connection.execute(query, params)
            return await cursor.fetchall()


def _kept_alive(conninfo: str) -> Mapping[str, Any]:
    asked = conninfo_to_dict(conninfo).get("keepalives_idle")
    return {"keepalives_idle": asked or KEEPALIVE_SECONDS}


def sqlstate(error: psycopg.Error) -> str:
    """The five characters PostgreSQL names an error by; `08006` when the connection broke."""
    return error.sqlstate or "08006"
