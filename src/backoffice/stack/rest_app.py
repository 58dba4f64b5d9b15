"""`backoffice rest` as an ASGI app: one database, and a configuration that may change meanwhile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import psycopg
import structlog
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from starlette.types import Message, Receive, Scope, Send

from backoffice.database import Database
from backoffice.errors import ConfigurationError
from backoffice.rest.app import RestApp
from backoffice.rest.environment import RestOptions, read_options
from backoffice.rest.schema_cache.types import SchemaCache
from backoffice.rest.token_keys import TokenKeys
from backoffice.stack.rest_log import LOGGED_FROM, write_access

CONNECT_SECONDS = 10

log = structlog.get_logger("backoffice.rest")


class ConfiguredRest:
    """Serves what the options say; `reconfigure` reads them anew and serves on without a gap."""

    def __init__(
        self, environment: Mapping[str, str] = os.environ, file: Path | None = None
    ) -> None:
        self._environment = environment
        self._file = file
        self.options = read_options(environment, file=file)
        self.database = Database(
            make_conninfo(self.options.uri, fallback_application_name="backoffice rest"),
            pool_size=self.options.pool_size,
            acquire_timeout=self.options.acquire_timeout,
            max_lifetime=self.options.max_lifetime,
            max_idle=self.options.max_idle,
        )
        self._rest = self._made(self.options)

    def _made(self, options: RestOptions) -> RestApp:
        self._keys = TokenKeys(options.jwt_secret, remembered=options.remembered_tokens)
        return RestApp(self.database, options.config, self._keys.verify, self._reconfigure_later)

    async def startup(self) -> None:
        """Open the pool, read the database's own options and its schema cache.

        Without the database requests are answered 503 until it is there.
        """
        await self.database.open()
        await self.reconfigure()

    async def shutdown(self) -> None:
        """Close every connection."""
        await self._rest.shutdown()
        await self.database.close()

    async def reconfigure(self) -> None:
        """Read the options again. What PostgREST would refuse is logged, and nothing changes."""
        try:
            await self.read_database_options()
            fresh = self._made(self.options)
            log.info("configuration read")
        except (ConfigurationError, psycopg.Error) as error:
            log.error("configuration not read", error=str(error).strip())
            fresh = self._rest
        await fresh.startup()
        if fresh is not self._rest:
            before, self._rest = self._rest, fresh
            await before.shutdown()

    async def read_database_options(self) -> None:
        """Read the options again, the database's own among them.

        Raises `ConfigurationError` for a wrong one, `psycopg.Error` without a database.
        """
        found: dict[str, str] = {}
        self.options = read_options(self._environment, file=self._file)
        if self.options.in_database:
            found = await self._in_database()
            self.options = read_options(self._environment, found, self._file)

    async def load_schema_cache(self) -> SchemaCache:
        """The schema cache, read now if it was not yet. Raises PGRST002."""
        return await self._rest.schema_cache()

    @property
    def schema_cache(self) -> SchemaCache | None:
        """The schema cache, if it was read."""
        return self._rest.keeper.current

    def metrics(self) -> dict[str, tuple[str, str, float]]:
        """Kind, meaning and value of what PostgREST's `/metrics` names."""
        pool, keeper, tokens = self.database.pool.get_stats(), self._rest.keeper, self._keys.usage()
        loads = "The total number of times the schema cache was loaded"
        return {
            "pgrst_db_pool_timeouts_total": (
                "counter",
                "The total number of pool connection timeouts",
                pool.get("requests_errors", 0),
            ),
            "pgrst_db_pool_available": (
                "gauge",
                "Available connections in the pool",
                pool.get("pool_available", 0),
            ),
            "pgrst_db_pool_waiting": (
                "gauge",
                "Requests waiting to acquire a pool connection",
                pool.get("requests_waiting", 0),
            ),
            "pgrst_db_pool_max": ("gauge", "Max pool connections", pool["pool_max"]),
            'pgrst_schema_cache_loads_total{status="SUCCESS"}': ("counter", loads, keeper.loads),
            'pgrst_schema_cache_loads_total{status="FAIL"}': ("counter", loads, keeper.failures),
            "pgrst_schema_cache_query_time_seconds": (
                "gauge",
                "The query time in seconds of the last schema cache load",
                keeper.load_seconds,
            ),
            "pgrst_jwt_cache_requests_total": (
                "counter",
                "The total number of JWT cache lookups",
                tokens.requests,
            ),
            "pgrst_jwt_cache_hits_total": (
                "counter",
                "The total number of JWT cache hits",
                tokens.hits,
            ),
            "pgrst_jwt_cache_evictions_total": (
                "counter",
                "The total number of JWT cache evictions",
                tokens.evictions,
            ),
        }

    async def _reconfigure_later(self) -> None:
        # The listener that asks for it is stopped by it.
        self._reconfiguring = asyncio.create_task(self.reconfigure())

    async def reload(self) -> None:
        """Read the schema cache anew."""
        await self._rest.reload()

    @property
    def is_ready(self) -> bool:
        """Whether requests can be planned."""
        return self._rest.is_ready

    async def _in_database(self) -> dict[str, str]:
        """`pgrst.*` settings of the login role; those for this database alone win."""
        connection = await AsyncConnection.connect(
            self.database.conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS
        )
        async with connection, connection.transaction():
            rows = await connection.execute(
                "select split_part(entry, '=', 1), substr(entry, strpos(entry, '=') + 1)"
                " from pg_db_role_setting cross join unnest(setconfig) as entry"
                " where setrole = current_user::regrole and setdatabase in"
                " (0, (select oid from pg_database where datname = current_database()))"
                " order by setdatabase"
            )
            found = {str(name): str(value) for name, value in await rows.fetchall()}
            if self.options.pre_config is not None:
                name = sql.Identifier(*self.options.pre_config.split("."))
                await connection.execute(sql.SQL("select {}()").format(name))
                rows = await connection.execute(
                    "select name, setting from pg_settings where name like 'pgrst.%'"
                )
                found = {**{str(n): str(v) for n, v in await rows.fetchall()}, **found}
        return {n.removeprefix("pgrst."): v for n, v in found.items() if n.startswith("pgrst.")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and log the request if the level asks for it."""
        if scope["type"] == "lifespan":
            await _lifespan(self, receive, send)
            return
        least = LOGGED_FROM[self.options.log_level]
        if least > 599:
            await self._rest(scope, receive, send)
            return

        async def send_and_log(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= least:
                sent = dict(message["headers"])
                write_access(scope, message["status"], sent.get(b"content-length"))
                if self.options.config.log_query:
                    for statement in scope.get("rest_statements", ()):
                        log.error("query", sql=statement)
            await send(message)

        await self._rest(scope, receive, send_and_log)


async def _lifespan(rest: ConfiguredRest, receive: Receive, send: Send) -> None:
    await receive()
    await rest.startup()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await rest.shutdown()
    await send({"type": "lifespan.shutdown.complete"})
