"""The real application over real HTTP, on a database of the test's own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from backoffice.app import WEB_BUILD, create_app
from backoffice.keys import Keys
from backoffice.stack.processes import wait_until
from backoffice.stack.runtime import make_state
from backoffice.state import State
from support.database import TestDatabase


@dataclass(frozen=True, slots=True)
class TestServer:
    """A running server and what a client needs to know of it."""

    __test__ = False

    url: str
    state: State
    database: TestDatabase

    @property
    def keys(self) -> Keys:
        """The keys of this server."""
        return self.state.keys

    @property
    def anon_key(self) -> str:
        """The public key."""
        return self.keys.anon_key

    @property
    def service_role_key(self) -> str:
        """The key that bypasses row-level security."""
        return self.keys.service_role_key

    def sign_in(self, email: str, password: str) -> str:
        """The access token of a user."""
        answer = httpx.post(
            f"{self.url}/auth/v1/token?grant_type=password",
            headers={"apikey": self.anon_key},
            json={"email": email, "password": password},
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client that sends the public key and a user's token, or none."""
        return httpx.Client(
            base_url=self.url,
            headers={"apikey": self.anon_key, "Authorization": f"Bearer {token or self.anon_key}"},
            timeout=30,
        )

    def signed_in(self, email: str, password: str) -> httpx.Client:
        """An HTTP client that acts as a user."""
        return self.client(self.sign_in(email, password))


@contextmanager
def running_server(
    database: TestDatabase, web_build: Path = WEB_BUILD, **changed: Any
) -> Iterator[TestServer]:
    """Serve the application on a free port until the block ends, with some settings changed."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = database.cluster.settings.model_copy(update={"port": port, **changed})
    state = make_state(settings, database.cluster.keys, database.address)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(state, web_build),
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        if (
            not wait_until(lambda: server.started or not thread.is_alive(), 20)
            or not server.started
        ):
            raise RuntimeError("The server did not start; its log says why.")
        yield TestServer(f"http://127.0.0.1:{port}", state, database)
    finally:
        server.should_exit = True
        stop(thread, server, listener)


def stop(thread: threading.Thread, server: uvicorn.Server, listener: socket.socket) -> None:
    """Wait for a server that was told to exit; its socket stays open for as long as it runs.

    Its loop would go on answering on whatever gets the number of a closed socket.
    """
    thread.join(20)
    if thread.is_alive():
        server.force_exit = True
        thread.join(40)
    if not thread.is_alive():
        listener.close()
