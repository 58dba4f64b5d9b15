"""A website with people to send, a stand-in for HubSpot, and the runs between them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import uvicorn
from psycopg import Connection

from backoffice.crm.sync import Syncs
from backoffice.demo.hubspot.site import DemoHubSpot
from backoffice.stack.processes import wait_until
from backoffice.stack.runtime import make_state
from backoffice.state import State
from support.database import TestDatabase
from support.two_domains import ADMIN

SITE = "abtasty.com"
API = "http://hubspot.test"
SEEN = "2026-05-05T10:00:00Z"
Rows = list[tuple[Any, ...]]


@dataclass
class People:
    """Puts people, companies and conversations into a database."""

    connection: Connection[Any]

    def account(self, number: int) -> UUID:
        """A company."""
        row = self.connection.execute(
            "insert into public.accounts (site_domain, id, domain, name, country)"
            " values (%s, %s, %s, %s, 'FR') returning id",
            [SITE, UUID(int=0xA000 + number), f"company{number}.example", f"Company {number}"],
        ).fetchone()
        assert row
        return UUID(str(row[0]))

    def visitor(self, number: int, account: UUID | None = None, email: str | None = None) -> UUID:
        """A known visitor."""
        visitor = UUID(int=0xB000 + number)
        self.connection.execute(
            "insert into public.visitors (site_domain, id, email, name, account_id, counts,"
            " first_seen_at, last_seen_at, interest_score) values (%s, %s, %s, %s, %s, true,"
            " %s, %s, 3)",
            [
                SITE,
                visitor,
                email or f"person{number:04}@company.example",
                f"Ada Number{number}",
                account,
                SEEN,
                SEEN,
            ],
        )
        return visitor

    def conversation(self, number: int, visitor: UUID, text: str = "What does it cost?") -> UUID:
        """A conversation that was analysed."""
        distinct_id, conversation = f"id-{visitor}", UUID(int=0xC000 + number)
        self.connection.execute(
            "insert into public.visitor_ids (site_domain, distinct_id, visitor_id)"
            " values (%s, %s, %s) on conflict do nothing",
            [SITE, distinct_id, visitor],
        )
        about = {"distinct_id": distinct_id, "session_id": f"session-{number}"}
        self.connection.execute(
            "select private.put_conversation(%s, %s, %s)", [SITE, conversation, json.dumps(about)]
        )
        self.say(conversation, text)
        return conversation

    def say(self, conversation: UUID, text: str) -> None:
        """A message of the visitor, analysed at once."""
        message = {"id": str(uuid4()), "role": "visitor", "text": text, "sent_at": SEEN}
        self.connection.execute(
            "select private.add_messages(%s, %s, %s)", [SITE, conversation, json.dumps([message])]
        )
        self.connection.execute(
            "update public.conversations set insights_due = false, counts = true"
            " where site_domain = %s and id = %s",
            [SITE, conversation],
        )


@dataclass
class World(People):
    """What a test does things with."""

    database: TestDatabase
    state: State
    hubspot: DemoHubSpot
    syncs: Syncs
    waits: list[float] = field(default_factory=list)

    def rows(self, query: str, *given: Any) -> Rows:
        """What the database holds."""
        return self.connection.execute(query, given).fetchall()  # type: ignore[arg-type]

    def connect(self, scopes: str | None = None) -> None:
        """A connection, as after the consent."""
        from backoffice.crm.oauth import OPTIONAL_SCOPES, SCOPES

        self.hubspot.consent.scopes = scopes or " ".join([*SCOPES, *OPTIONAL_SCOPES])
        tokens = self.hubspot.consent.give()
        vault = self.state.vault
        with self.database.connect("authenticated", {"sub": ADMIN}) as admin:
            admin.execute(
                "select private.connect_crm(%s, %s, %s, %s, %s, %s, now() + interval '30 minutes')",
                [
                    SITE,
                    self.hubspot.account.portal_id,
                    self.hubspot.account.domain,
                    tokens["scopes"],
                    vault.seal(tokens["access_token"]),
                    vault.seal(tokens["refresh_token"]),
                ],
            )

    def begin(self, kind: str = "sync", records: list[dict[str, str]] | None = None) -> UUID:
        """A run that waits."""
        given = None if records is None else json.dumps(records)
        with self.database.connect("authenticated", {"sub": ADMIN}) as admin:
            row = admin.execute(
                "select private.start_crm_run(%s, %s, true, %s)", [SITE, kind, given]
            ).fetchone()
        assert row
        return UUID(str(row[0]))

    async def sync(
        self, kind: str = "sync", records: list[dict[str, str]] | None = None
    ) -> dict[str, Any]:
        """A whole run; gives its row."""
        run_id = self.begin(kind, records)
        await self.syncs.run(SITE, run_id)
        return self.run(run_id)

    def run(self, run_id: UUID) -> dict[str, Any]:
        """A run as it is kept."""
        (row,) = self.rows("select to_jsonb(run) from public.crm_runs run where id = %s", run_id)
        found: dict[str, Any] = row[0]
        return found

    def contact(self, email: str) -> dict[str, Any]:
        """What HubSpot has of an address."""
        record = self.hubspot.account.find("contacts", "email", email)
        assert record, email
        properties: dict[str, Any] = record["properties"]
        return properties

    def count(self, kind: str) -> int:
        """How many records HubSpot has."""
        return len(self.hubspot.account.records[kind])


@asynccontextmanager
async def a_world(database: TestDatabase, **settings: Any) -> AsyncIterator[World]:
    """An empty website and an empty HubSpot, without a network between them."""
    hubspot = DemoHubSpot()
    changed = {
        "hubspot_client_id": hubspot.consent.client_id,
        "hubspot_client_secret": secret(hubspot.consent.client_secret),
        "hubspot_url": API,
        "hubspot_app_url": API,
        **settings,
    }
    cluster = database.cluster
    own = cluster.settings.model_copy(update=changed)
    transport = httpx.ASGITransport(hubspot.app())
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with (
        make_state(own, cluster.keys, database.address).opened() as state,
        httpx.AsyncClient(transport=transport) as http,
    ):
        with database.connect("postgres") as connection:
            syncs = Syncs(state, http, transport, sleep)
            yield World(connection, database, state, hubspot, syncs, waits)


def secret(value: str) -> Any:
    """A setting that is kept from logs."""
    from pydantic import SecretStr

    return SecretStr(value)


@contextmanager
def running_hubspot() -> Iterator[tuple[DemoHubSpot, str]]:
    """The stand-in over HTTP, and its address."""
    hubspot = DemoHubSpot()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(hubspot.app(), log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        assert wait_until(lambda: server.started, 20)
        try:
            yield hubspot, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def start_worker(world: World, log: Path) -> subprocess.Popen[bytes]:
    """`backoffice worker` on the test's database."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("BACKOFFICE_")}
    with log.open("w") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "backoffice.cli", "worker"],
            env=inherited
            | {
                "BACKOFFICE_DATA_DIR": str(world.state.settings.data_dir),
                "BACKOFFICE_DATABASE_URL": world.database.url("supabase_admin"),
                "BACKOFFICE_HUBSPOT_CLIENT_ID": world.hubspot.consent.client_id,
                "BACKOFFICE_HUBSPOT_CLIENT_SECRET": world.hubspot.consent.client_secret,
                "BACKOFFICE_HUBSPOT_URL": world.state.settings.hubspot_url,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
