"""`backoffice rest` as an ASGI app: one database, and a configuration that may change meanwhile."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping

import psycopg
import structlog
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backoffice.database import Database
from backoffice.errors import ConfigurationError
from backoffice.rest.app import RestApp
from backoffice.rest.environment import RestOptions, read_options
from backoffice.rest.token_keys import TokenKeys

# The status from which each level of PostgREST's logs a request.
LOGGED_FROM = {"crit": 600, "error": 500, "warn": 400, "info": 100, "debug": 100}
CONNECT_SECONDS = 10

log = structlog.get_logger("backoffice.rest")


class ConfiguredRest:
    """Serves what the options say; `reconfigure` reads them anew and serves on without a gap."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self.options = read_options(environment)
        self.database = Database(
            make_conninfo(self.options.uri, fallback_application_name="backoffice rest"),
            pool_size=self.options.pool_size,
            acquire_timeout=self.options.acquire_timeout,
            max_lifetime=self.options.max_lifetime,
            max_idle=self.options.max_idle,
        )
        self._rest = self._made(self.options)

    def _made(self, options: RestOptions) -> RestApp:
        keys = TokenKeys(options.jwt_secret, remembered=options.remembered_tokens)
        return RestApp(self.database, options.config, keys.verify, self._reconfigure_later)

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
            found = await self._in_database() if self.options.in_database else {}
            self.options = read_options(self._environment, found)
            fresh = self._made(self.options)
        except (ConfigurationError, psycopg.Error) as error:
            log.error("configuration not read", error=str(error).strip())
            fresh = self._rest
        await fresh.startup()
        if fresh is not self._rest:
            before, self._rest = self._rest, fresh
            await before.shutdown()

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
        started = time.perf_counter()

        async def send_and_log(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= least:
                _log(scope, message["status"], time.perf_counter() - started)
            await send(message)

        await self._rest(scope, receive, send_and_log)


def _log(scope: Scope, status: int, seconds: float) -> None:
    # The path alone: query strings carry filters with personal data.
    log.error(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )


async def _lifespan(rest: ConfiguredRest, receive: Receive, send: Send) -> None:
    await receive()
    await rest.startup()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await rest.shutdown()
    await send({"type": "lifespan.shutdown.complete"})


def admin_app(rest: ConfiguredRest) -> ASGIApp:
    """PostgREST's admin server: `/live` and `/ready`, by status alone."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status = {"/live": 200, "/ready": 200 if rest.is_ready else 503}.get(scope["path"], 404)
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return app
