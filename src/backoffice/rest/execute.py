"""Runs a statement in its own transaction, in one round trip where nothing must be decided in it.

Settings and statement go out together, in libpq's pipeline mode. Up to its sync message a
pipeline is one transaction by itself, so the common case needs neither `begin` nor `commit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from backoffice.rest.errors import RestError
from backoffice.rest.pipeline import Connection, Disconnected, Pipeline, StatementCache
from backoffice.rest.postgres_errors import from_result
from backoffice.rest.sql.statement import Statement

_ISOLATION_LEVELS = ("read committed", "repeatable read", "serializable", "read uncommitted")


@dataclass(frozen=True, slots=True)
class Transaction:
    """`check` sees the last statement's result before the end and may raise, which rolls back."""

    settings: Statement
    statements: tuple[Statement, ...]
    isolation: str | None = None
    rolls_back: bool = False
    check: Callable[[PGresult], None] | None = None
    pre_request: Statement | None = None


class StalePlan(Exception):  # noqa: N818 - it is answered by trying again
    """The tables changed under a statement the connection had parsed."""


class Executor:
    """Runs transactions on pooled connections."""

    def __init__(self, *, prepares: bool) -> None:
        self._statements = StatementCache() if prepares else None

    def forget(self, connection: Connection) -> None:
        """Parse everything anew on this connection."""
        if self._statements:
            self._statements.forget(connection)

    def knows(self, transaction: Transaction, connection: Connection) -> bool:
        """Whether the connection has parsed the transaction's statement."""
        cache = self._statements
        return cache is not None and transaction.statements[-1].sql in cache.names_of(connection)

    async def run(
        self, connection: Connection, transaction: Transaction, *, is_anonymous: bool
    ) -> list[PGresult]:
        """The results of the transaction's statements.

        Raises `RestError` for what the database refuses, `Disconnected` when it is not known
        whether the statements ran, `StalePlan` when they did not and may be run again.
        """
        pgconn = connection.pgconn
        pgconn.enter_pipeline_mode()
        try:
            return await self._run(connection, transaction, is_anonymous)
        finally:
            if pgconn.status == ConnStatus.OK:
                if pgconn.transaction_status == TransactionStatus.IDLE:
                    pgconn.exit_pipeline_mode()
                else:
                    # Cancelled half way: what the connection would say next belongs to nobody.
                    pgconn.finish()

    async def _run(
        self, connection: Connection, transaction: Transaction, is_anonymous: bool
    ) -> list[PGresult]:
        pipeline = Pipeline(connection, self._statements)
        check, rolls_back = transaction.check, transaction.rolls_back
        explicit = bool(transaction.isolation or rolls_back or check)
        if explicit:
            pipeline.command(_begin(transaction.isolation))
        pipeline.send(transaction.settings)
        if transaction.pre_request is not None:
            pipeline.send(transaction.pre_request)
        wanted = [pipeline.send(statement) for statement in transaction.statements]
        if explicit and check is None:
            _end(pipeline, rolls_back=rolls_back)
        results = await pipeline.sync()
        await _raise_failure(connection.pgconn, pipeline, is_anonymous)
        found = [results[index] for index in wanted]
        if check is not None:
            await _finish(pipeline, check, found[-1], rolls_back, is_anonymous)
        return found


async def _finish(
    pipeline: Pipeline,
    check: Callable[[PGresult], None],
    result: PGresult,
    rolls_back: bool,
    is_anonymous: bool,
) -> None:
    failure: RestError | None = None
    try:
        check(result)
    except RestError as error:
        failure = error
    if failure:
        pipeline.command("rollback")
    else:
        _end(pipeline, rolls_back=rolls_back)
    await pipeline.sync()
    if failure:
        raise failure
    await _raise_failure(pipeline.pgconn, pipeline, is_anonymous)


async def _raise_failure(pgconn: PGconn, pipeline: Pipeline, is_anonymous: bool) -> None:
    failed = next((r for r in pipeline.results if r.status == ExecStatus.FATAL_ERROR), None)
    if failed is None:
        return
    if pgconn.transaction_status != TransactionStatus.IDLE:
        pipeline.command("rollback")
        await pipeline.sync()
    error = from_result(failed, is_anonymous=is_anonymous)
    # 26000: somebody else deallocated what this connection had parsed.
    if error.code == "26000" or (
        error.code == "0A000" and "cached plan must not change result type" in error.message
    ):
        raise StalePlan
    raise error


def _end(pipeline: Pipeline, *, rolls_back: bool) -> None:
    if rolls_back:
        # What a commit would refuse is refused here too.
        pipeline.command("set constraints all immediate")
    pipeline.command("rollback" if rolls_back else "commit")


def _begin(isolation: str | None) -> str:
    if isolation is None or isolation.lower() not in _ISOLATION_LEVELS:
        return "begin"
    return f"begin isolation level {isolation.lower()}"


__all__ = ["Connection", "Disconnected", "Executor", "StalePlan", "Transaction"]
