"""The official Python client, as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from supabase import Client, create_client
from supabase.lib.client_options import SyncClientOptions

from backoffice.mailbox import Received
from backoffice.stack.processes import wait_until
from support.auth import mails_to
from support.server import TestServer


@contextmanager
def client_of(
    server: TestServer, key: str, *, transport: httpx.BaseTransport | None = None, **options: Any
) -> Iterator[Client]:
    """A client with one of the server's keys and `SyncClientOptions`."""
    with httpx.Client(transport=transport, timeout=30) as http:
        chosen = SyncClientOptions(auto_refresh_token=False, httpx_client=http, **options)
        yield create_client(server.url, key, chosen)


class Refusing(httpx.BaseTransport):
    """Answers the first requests itself and hands on the others; `seen` holds them all."""

    def __init__(self, *refusals: httpx.Response) -> None:
        self.refusals = list(refusals)
        self.seen: list[httpx.Request] = []
        self._onward = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        self.seen.append(request)
        return self.refusals.pop(0) if self.refusals else self._onward.handle_request(request)

    def close(self) -> None:
        """With the client."""
        self._onward.close()


def newest_mail(server: TestServer, address: str) -> Received:
    """The newest e-mail to an address, once it is there."""
    found: list[Received] = []

    def look() -> bool:
        found[:] = mails_to(server.state, address)
        return bool(found)

    assert wait_until(look, 10), f"no mail came to {address}"
    return found[0]
