"""PostgREST's protocol served alone, in any configuration, with tokens that name their role."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from backoffice.database import Database
from backoffice.rest.app import RestApp
from backoffice.rest.config import RestConfig
from backoffice.stack.processes import wait_until
from backoffice.tokens import MalformedTokenError, TokenExpiredError
from support.database import TestDatabase
from support.server import stop

LIBRARY = Path(__file__).with_name("library.sql")
CONFIG = RestConfig(
    schemas=("api", "archive"),
    extra_search_path=("public",),
    aggregates_enabled=True,
    plan_enabled=True,
    tx_end="rollback-allow-override",
    max_rows=None,
)


def verify(token: str) -> Mapping[str, Any]:
    """Tokens of these tests name their role and subject: `authenticated:ann`."""
    if token == "expired":
        raise TokenExpiredError
    role, separator, subject = token.partition(":")
    if not separator:
        raise MalformedTokenError
    return {"role": role, "sub": subject} if role else {"sub": subject}


@dataclass(frozen=True, slots=True)
class RestServer:
    """Where a configuration is served."""

    url: str
    database: TestDatabase
    pool: Database

    def client(self, token: str | None = "service_role:test") -> httpx.Client:  # noqa: S107
        """A client with a token of these tests, or without one."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@contextmanager
def serving(
    database: TestDatabase, config: RestConfig, *, pool_size: int = 5, timeout: float = 5
) -> Iterator[RestServer]:
    """Serve until the block ends."""
    pool = Database(database.url("authenticator"), pool_size=pool_size, acquire_timeout=timeout)
    rest = RestApp(pool, config, verify)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await pool.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await rest.shutdown()
            await pool.close()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await rest(scope, receive, send)

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=3, lifespan="on")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        assert wait_until(lambda: server.started or not thread.is_alive(), 20)
        assert server.started, "the server did not start"
        yield RestServer(f"http://127.0.0.1:{listener.getsockname()[1]}", database, pool)
    finally:
        server.should_exit = True
        stop(thread, server, listener)
