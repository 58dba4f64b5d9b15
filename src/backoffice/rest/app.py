"""The REST protocol as a plain ASGI app: request → plan → SQL → response."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

import psycopg
import structlog
from psycopg_pool import PoolClosed, PoolTimeout

from backoffice.database import Database
from backoffice.errors import Unavailable
from backoffice.rest.authenticate import Authenticator, Identity, Verify
from backoffice.rest.client import ClientWatch, Message, Receive, read_body
from backoffice.rest.config import RestConfig
from backoffice.rest.cors import cors_headers, is_preflight, preflight_headers
from backoffice.rest.errors import RestError, invalid_body, pool_exhausted, unreachable
from backoffice.rest.execute import Disconnected, Executor, StalePlan, Transaction
from backoffice.rest.openapi.root import describe_root
from backoffice.rest.options import allowed_methods
from backoffice.rest.plan_memory import PlanMemory
from backoffice.rest.planned_count import planned_rows
from backoffice.rest.prepare import Prepared
from backoffice.rest.request import ApiRequest, Headers, read_headers, read_request
from backoffice.rest.response import (
    HeaderList,
    Response,
    build_response,
    check_result,
    error_response,
    must_check,
)
from backoffice.rest.schema_cache.keeper import SchemaCacheKeeper
from backoffice.rest.schema_cache.types import SchemaCache
from backoffice.rest.session import isolation_level, settings_statement, transaction_settings
from backoffice.rest.sql.fragments import Param, identifier
from backoffice.rest.sql.statement import Statement
from backoffice.rest.timing import Timing

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

_ATTEMPTS = 3
# Not found in the cache: the catalogue may have changed since.
_MISSES = {"PGRST200", "PGRST202", "PGRST204", "PGRST205"}

log = structlog.get_logger(__name__)


class RestApp:
    """Serves `config.schemas` of `database`.

    `verify` gives a token's claims or raises `TokenError`. `reconfigure` is called when the
    database says `reload config`.
    """

    def __init__(
        self,
        database: Database,
        config: RestConfig,
        verify: Verify,
        reconfigure: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._config = config
        self._authenticator = Authenticator(config, verify)
        self.keeper = SchemaCacheKeeper(database, config, reconfigure)
        self._plans = PlanMemory(config)
        self._executor = Executor(prepares=config.prepared_statements)
        self._started = False

    async def startup(self) -> None:
        """Read the schema cache and keep it fresh; if it cannot be read yet, requests try again."""
        self._started = True
        await self.keeper.start()
        with contextlib.suppress(RestError):
            await self.keeper.get()

    @property
    def is_ready(self) -> bool:
        """Whether the schema cache was read, and is not being read anew."""
        return self.keeper.is_ready

    async def schema_cache(self) -> SchemaCache:
        """The schema cache, read now if it was not yet. Raises PGRST002."""
        return await self.keeper.get()

    async def reload(self) -> None:
        """Read the schema cache anew, if the database lets us."""
        with contextlib.suppress(psycopg.Error, Unavailable):
            await self.keeper.reload()

    async def shutdown(self) -> None:
        """Stop keeping the schema cache fresh."""
        self._started = False
        await self.keeper.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            headers = read_headers(scope["headers"])
            response = await self._respond(scope, headers, receive)
            cors = cors_headers(scope["method"], headers, self._config)
            await _send(response, cors + self._traced(headers), send, scope["method"])

    def _traced(self, headers: Headers) -> HeaderList:
        name = self._config.server_trace_header
        value = headers.get(name.lower()) if name else None
        return [(name.lower().encode(), value.encode())] if name and value else []

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.startup()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.shutdown()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _respond(self, scope: Scope, headers: Headers, receive: Receive) -> Response:
        if is_preflight(scope["method"], headers):
            return Response(200, preflight_headers(headers, self._config), b"")
        timing = Timing(self._config.server_timing_enabled)
        try:
            response = await self._serve(scope, headers, receive, timing)
            timing.mark("response")
        except RestError as error:
            response = error_response(error)
        except RecursionError:
            response = error_response(invalid_body("The request is nested too deeply"))
        return timing.added_to(response)

    async def _serve(
        self, scope: Scope, headers: Headers, receive: Receive, timing: Timing
    ) -> Response:
        if not self._started:
            self._started = True
            await self.keeper.start()
        with timing.of("jwt"):
            identity = self._authenticator.identify(headers)
        scope["rest_role"] = identity.role
        cache = self.keeper.current or await self.keeper.get()
        with timing.of("parse"):
            request = read_request(scope, headers, self._config, cache.timezones)
            if request.method == "OPTIONS":
                return allowed_methods(request, cache)
            body = await read_body(receive, self._config.max_body_bytes)
        if request.kind == "root":
            return await self._describe(request, identity, cache, timing)
        try:
            prepared = self._plans.prepare(request, body, cache)
        except RestError as error:
            if error.code not in _MISSES or not await self.keeper.refreshed():
                raise
            cache = await self.keeper.get()
            prepared = self._plans.prepare(request, body, cache)
        if self._config.log_query:
            scope["rest_statements"] = _statements(prepared)
        timing.mark("plan")
        with timing.of("transaction"):
            return await self._execute(prepared, identity, cache, receive)

    async def _describe(
        self, request: ApiRequest, identity: Identity, cache: SchemaCache, timing: Timing
    ) -> Response:
        settings = transaction_settings(request, identity, cache, self._config, read_only=True)
        timing.mark("plan")

        async def run(statement: Statement) -> Any:
            transaction = Transaction(_settings_statement(settings), (statement,))
            result = (await self._attempt(transaction, identity, None))[0]
            timing.mark("transaction")
            return result

        return await describe_root(request, cache, self._config, run)

    async def _execute(
        self, prepared: Prepared, identity: Identity, cache: SchemaCache, receive: Receive
    ) -> Response:
        config, request = self._config, prepared.request
        settings = transaction_settings(
            request, identity, cache, config, prepared.routine, read_only=prepared.read_only
        )
        statements: tuple[Statement, ...] = (prepared.statement,)
        if prepared.explained is not None:
            statements = (prepared.explained, prepared.statement)
        preference = request.preferences.transaction
        rolls_back = preference == "rollback" or (
            preference is None and config.rolls_back_by_default
        )
        checks = must_check(prepared)
        transaction = Transaction(
            _settings_statement(settings),
            statements,
            isolation_level(cache, identity, prepared.routine),
            rolls_back and not prepared.read_only,
            (lambda result: check_result(prepared, result)) if checks else None,
            _pre_request(config),
        )
        results = await self._run(transaction, identity, receive, repeatable=prepared.read_only)
        planned = planned_rows(results[0]) if prepared.explained is not None else None
        return build_response(prepared, results[-1], planned, config.max_rows)

    async def _run(
        self,
        transaction: Transaction,
        identity: Identity,
        receive: Receive,
        *,
        repeatable: bool,
    ) -> Any:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._attempt(transaction, identity, receive, again=attempt > 1)
            except StalePlan:
                if attempt == _ATTEMPTS:
                    raise
            except Disconnected as error:
                # A server that restarted broke every idle connection: have them replaced.
                await self._database.pool.check()
                if not repeatable or attempt == _ATTEMPTS:
                    raise unreachable(str(error.__cause__ or error).strip() or None) from error
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(
        self,
        transaction: Transaction,
        identity: Identity,
        receive: Receive | None,
        *,
        again: bool = False,
    ) -> Any:
        pool, executor = self._database.pool, self._executor
        # What one connection parsed is stale on all: the one that just forgot it comes first again.
        knows = None if again else partial(executor.knows, transaction)
        try:
            connection = await pool.getconn(knows=knows)
        except (PoolTimeout, PoolClosed) as error:
            raise pool_exhausted() from error
        watch = ClientWatch(connection, receive)
        try:
            return await executor.run(connection, transaction, is_anonymous=identity.is_anonymous)
        except StalePlan:
            executor.forget(connection)
            raise
        finally:
            await watch.end()
            await pool.putconn(connection)


def _statements(prepared: Prepared) -> tuple[str, ...]:
    explained = (prepared.explained.sql,) if prepared.explained is not None else ()
    return (*explained, prepared.statement.sql)


def _settings_statement(settings: tuple[tuple[str, str], ...]) -> Statement:
    names = tuple(name for name, _ in settings)
    return Statement(settings_statement(names), tuple(Param(value) for _, value in settings))


def _pre_request(config: RestConfig) -> Statement | None:
    if config.pre_request is None:
        return None
    name = ".".join(identifier(part) for part in config.pre_request.split("."))
    return Statement(f"select {name}()")


async def _send(response: Response, cors: HeaderList, send: Send, method: str) -> None:
    headers = response.headers + cors
    # A 204 has no length, and that of a HEAD would be GET's, which nobody knows (RFC 9110, 8.6).
    if response.status != 204 and method != "HEAD":
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    body = b"" if method == "HEAD" else response.body
    await send({"type": "http.response.body", "body": body})
