"""The product as a person runs it: `backoffice serve` on an empty data folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import psycopg

from support.database import reachable_folder
from support.serving import Installation, Serving, installation

PASSWORDS = {"admin@admin.com": "admin", "user@user.com": "user"}


@dataclass(frozen=True, slots=True)
class DomainKeys:
    """What the senders of one domain need."""

    domain: str
    public: str
    secret: str


@dataclass(slots=True)
class Product:
    """The server process, which a test may stop and start again at the same address."""

    installation: Installation
    environment: dict[str, str] = field(default_factory=dict)
    _running: ExitStack = field(default_factory=ExitStack)
    _server: Serving | None = None

    @property
    def url(self) -> str:
        """The one origin."""
        return self.installation.url

    def start(self) -> None:
        """Start it and wait until it is healthy."""
        self._server = self._running.enter_context(self.installation.serving(**self.environment))

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        assert self._server is not None
        assert self._server.stop() == 0, self._server.log.read_text()
        self.close()

    def close(self) -> None:
        """Leave nothing running."""
        self._server = None
        self._running.close()

    def connect(self) -> psycopg.Connection[Any]:
        """The embedded database as its owner."""
        status = self.installation.command("status", "--json")
        assert status.returncode == 0, status.stderr
        return psycopg.connect(json.loads(status.stdout)["DB_URL"], autocommit=True)

    def service_role_key(self) -> str:
        """The key that may do everything, as `backoffice status` prints it."""
        status = self.installation.command("status", "--json")
        assert status.returncode == 0, status.stderr
        return str(json.loads(status.stdout)["SERVICE_ROLE_KEY"])

    def anon_key(self) -> str:
        """The public key, as the UI learns it."""
        return str(httpx.get(f"{self.url}/config.json").json()["supabaseAnonKey"])

    def signed_in(self, email: str) -> httpx.Client:
        """An HTTP client with the token of a user."""
        key = self.anon_key()
        answer = httpx.post(
            f"{self.url}/auth/v1/token?grant_type=password",
            headers={"apikey": key},
            json={"email": email, "password": PASSWORDS[email]},
        )
        answer.raise_for_status()
        token = answer.json()["access_token"]
        headers = {"apikey": key, "Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=f"{self.url}/rest/v1", headers=headers, timeout=30)


def make_domain(
    connection: psycopg.Connection[Any], domain: str, name: str, timezone: str
) -> DomainKeys:
    """A domain, made when it is missing, with a new key of each kind."""
    connection.execute(
        "select private.create_domain(%s, %s, %s, %s)", [domain, name, timezone, name]
    )
    keys = [
        connection.execute("select key from private.mint_key(%s, %s)", [domain, kind]).fetchone()
        for kind in ("public", "secret")
    ]
    public, secret = (str(cast("tuple[Any, ...]", row)[0]) for row in keys)
    return DomainKeys(domain, public, secret)


@contextmanager
def running_product(**environment: str) -> Iterator[Product]:
    """A new installation that is healthy, and gone at the end; with some settings of its own."""
    with reachable_folder() as folder:
        product = Product(installation(folder), environment)
        try:
            product.start()
            yield product
        finally:
            product.close()
