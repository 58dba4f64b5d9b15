"""PostgreSQL comes back when it ends by itself: killed for want of memory, say."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from backoffice.errors import StackError
from backoffice.stack.cluster import Cluster

CHECK_SECONDS = 0.5

log = structlog.get_logger("backoffice.supervise")


@asynccontextmanager
async def supervised(cluster: Cluster) -> AsyncIterator[None]:
    """Start PostgreSQL again when it ended by itself, for as long as the block runs."""
    task = asyncio.create_task(_supervise(cluster))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _supervise(cluster: Cluster) -> None:
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        if cluster.is_running():
            continue
        log.error("PostgreSQL ended by itself, starting it again")
        try:
            # In this thread, which its life is tied to; without a database nothing else can go on.
            cluster.start()
        except StackError as error:
            log.error("PostgreSQL does not start", reason=str(error))
