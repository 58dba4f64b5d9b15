"""The server's own child processes: they end with it, and come back when they crash."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from backoffice.settings import Settings

STOP_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 60.0

log = structlog.get_logger("backoffice.children")


@dataclass(frozen=True, slots=True)
class Child:
    """A `backoffice` command that runs beside the server."""

    name: str
    command: list[str]
    settings: Settings

    async def start(self) -> asyncio.subprocess.Process:
        """Start it with its standard input as the line that tells it we live."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "backoffice.cli",
            *self.command,
            stdin=asyncio.subprocess.PIPE,
            # Ctrl-C in the terminal reaches the server alone, which stops its children in order.
            start_new_session=True,
            env={
                **os.environ,
                "BACKOFFICE_DATA_DIR": str(self.settings.data_dir),
                "BACKOFFICE_PORT": str(self.settings.port),
            },
        )


@asynccontextmanager
async def keep_running(child: Child, *, restart: bool) -> AsyncIterator[None]:
    """Run the child while the block runs; with `restart`, again whenever it ends."""
    task = asyncio.create_task(_run(child, restart=restart))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _run(child: Child, *, restart: bool) -> None:
    pause = 0.0
    while True:
        started = time.monotonic()
        process = await child.start()
        try:
            status = await process.wait()
        finally:
            await _stop(process)
        if not restart:
            if status:
                log.error("child failed", child=child.name, status=status)
            return
        steady = time.monotonic() - started > STEADY_SECONDS
        longer = min(max(pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        pause = FIRST_PAUSE_SECONDS if steady else longer
        log.error("child ended, starting it again", child=child.name, status=status, pause=pause)
        await asyncio.sleep(pause)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def end_with_parent() -> None:
    """In a child: stop when standard input closes, which it does however the parent ends.

    A busy event loop does not keep the process alive: after a few seconds it is killed.
    """

    def watch() -> None:
        # The file descriptor itself: at exit Python would wait for the lock of a buffered reader.
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
