"""libpq's pipeline mode over an asyncio loop: many commands out, all results back.

psycopg's own `Connection.pipeline()` does the same with cursors; this is the part of it a request
needs, at a fraction of the cost.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from itertools import count
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg import AsyncConnection
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from backoffice.rest.sql.fragments import Param
from backoffice.rest.sql.statement import Statement

Connection = AsyncConnection[Any]

# A connection keeps this many statements parsed: their texts are made of requests.
_MAX_PREPARED = 100
# Parsing ahead pays from here on.
_PREPARE_AFTER = 2
_MAX_COUNTED = 1000


class Disconnected(Exception):  # noqa: N818 - it may be answered by trying again
    """The connection broke; whether the statement ran is not known."""


class StatementCache:
    """Which statements each connection has parsed, and under what name."""

    # Of all caches: a configuration that is read anew goes on with the same connections.
    _names: ClassVar[WeakKeyDictionary[Connection, OrderedDict[str, bytes]]] = WeakKeyDictionary()
    _numbers: ClassVar[Iterator[int]] = count(1)

    def __init__(self) -> None:
        self._seen: OrderedDict[str, int] = OrderedDict()

    def names_of(self, connection: Connection) -> OrderedDict[str, bytes]:
        """The connection's names by statement, least recently used first."""
        names = self._names.get(connection)
        if names is None:
            names = self._names[connection] = OrderedDict()
        return names

    def forget(self, connection: Connection) -> None:
        """As if the connection had parsed nothing; its next statements get new names."""
        self._names.pop(connection, None)

    def pays(self, sql: str) -> bool:
        """Whether the statement came often enough to keep it parsed."""
        times = self._seen.pop(sql, 0) + 1
        self._seen[sql] = times
        if len(self._seen) > _MAX_COUNTED:
            self._seen.popitem(last=False)
        return times > _PREPARE_AFTER

    def new_name(self) -> bytes:
        """A name no connection knows."""
        return b"rest_%d" % next(self._numbers)


class Pipeline:
    """Commands of one connection. `results[i]` answers the i-th."""

    def __init__(self, connection: Connection, statements: StatementCache | None) -> None:
        self.pgconn: PGconn = connection.pgconn
        self.results: list[PGresult] = []
        self._statements = statements
        self._names = statements.names_of(connection) if statements else OrderedDict()
        self._preparing: list[tuple[int, str]] = []
        self._sent = 0

    def command(self, sql: str) -> int:
        """Send a command without parameters; its index."""
        self.pgconn.send_query_params(sql.encode(), None)
        return self._count()

    def send(self, statement: Statement) -> int:
        """Send a statement, by name if the connection has parsed it; its index."""
        sql, params = statement.sql, statement.params
        values = [_encoded(param) for param in params] or None
        formats = None
        if any(param.is_binary for param in params):
            formats = [Format.BINARY if p.is_binary else Format.TEXT for p in params]
        name = self._name(sql)
        if name is None:
            self.pgconn.send_query_params(sql.encode(), values, param_formats=formats)
        else:
            self.pgconn.send_query_prepared(name, values, param_formats=formats)
        return self._count()

    def _count(self) -> int:
        self._sent += 1
        return self._sent - 1

    def _name(self, sql: str) -> bytes | None:
        name = self._names.get(sql)
        if name is not None:
            self._names.move_to_end(sql)
            return name
        if self._statements is None or not self._statements.pays(sql):
            return None
        if len(self._names) >= _MAX_PREPARED:
            _, oldest = self._names.popitem(last=False)
            self.command(f"deallocate {oldest.decode()}")
        name = self._statements.new_name()
        self.pgconn.send_prepare(name, sql.encode())
        self._preparing.append((self._count(), sql))
        self._names[sql] = name
        return name

    async def sync(self) -> list[PGresult]:
        """End the pipeline and collect every result. Raises `Disconnected`."""
        pgconn = self.pgconn
        pgconn.pipeline_sync()
        self._sent += 1
        try:
            await self._collect()
        except (OSError, psycopg.OperationalError) as error:
            raise Disconnected from error
        for index, sql in self._preparing:
            if self.results[index].status != ExecStatus.COMMAND_OK:
                self._names.pop(sql, None)
        self._preparing.clear()
        return self.results

    async def _collect(self) -> None:
        pgconn = self.pgconn
        while pgconn.flush():
            await _ready(pgconn.socket, write=True)
            pgconn.consume_input()
        while True:
            while pgconn.is_busy():
                await _ready(pgconn.socket)
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                if pgconn.status != ConnStatus.OK:
                    raise Disconnected
                continue
            self.results.append(result)
            if result.status == ExecStatus.PIPELINE_SYNC:
                return


def _encoded(param: Param) -> bytes | None:
    value = param.value
    return value.encode() if isinstance(value, str) else value


async def _ready(socket: int, *, write: bool = False) -> None:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()

    loop.add_reader(socket, _wake, future)
    if write:
        loop.add_writer(socket, _wake, future)
    try:
        await future
    finally:
        loop.remove_reader(socket)
        if write:
            loop.remove_writer(socket)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
