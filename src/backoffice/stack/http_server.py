"""uvicorn inside our own event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from backoffice.stack.one_write import OneWriteProtocol

GRACE_SECONDS = 3


class Server(uvicorn.Server):
    """uvicorn, with its signals handled by us, and a moment one can wait for."""

    def __init__(self, app: ASGIApp, *, lifespan: Literal["on", "off"] = "on") -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                http=OneWriteProtocol,
                lifespan=lifespan,
                # Who may speak for others is decided where addresses are read.
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    def stop(self) -> None:
        """End requests under way and stop; asked twice, no longer wait for them."""
        self.force_exit = self.should_exit
        self.should_exit = True
