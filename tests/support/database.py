"""One throwaway PostgreSQL for the whole run, and databases cloned from a migrated template."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import Connection, sql

from backoffice.content.sync import sync_configs
from backoffice.keys import Keys
from backoffice.settings import Settings
from backoffice.stack.address import Address, Login, embedded_address
from backoffice.stack.bootstrap import bootstrap
from backoffice.stack.cluster import Cluster
from backoffice.stack.migrate import migrate
from backoffice.stack.processes import is_alive, wait_until
from backoffice.stack.runtime import load, running_cluster
from backoffice.stack.seed import seed

TEMPLATE = "template_migrated"
EMPTY_TEMPLATE = "template_project"
MEMORY = Path("/dev/shm")  # noqa: S108 - only folders made for us alone are written to
ROOM = 4 * 1024**3

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class TestCluster:
    """The running PostgreSQL of a test session."""

    __test__ = False

    settings: Settings
    keys: Keys
    address: Address
    server: Cluster

    @contextmanager
    def cloned(self, name: str, template: str = TEMPLATE) -> Iterator[TestDatabase]:
        """A database of its own, dropped at the end."""
        unique = f"t{next(_numbers)}_{re.sub(r'[^a-z0-9]+', '_', name.lower())[-40:]}"
        self.copy(unique, template)
        try:
            yield TestDatabase(self, unique)
        finally:
            with self.admin() as admin:
                admin.execute(
                    sql.SQL("drop database {} with (force)").format(sql.Identifier(unique))
                )

    def copy(self, name: str, template: str) -> None:
        """Copy a database that nobody is connected to."""
        with self.admin() as admin:
            # Copying files is less work than writing every page to the log too.
            admin.execute(
                sql.SQL("create database {} template {} strategy file_copy owner postgres").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )

    def kill(self) -> None:
        """PostgreSQL dies with all of its processes, as when the machine goes."""
        postmaster = self.server.postmaster().pid
        with self.admin() as admin:
            rows = admin.execute("select pid from pg_stat_activity").fetchall()
        for pid in [postmaster, *(row[0] for row in rows)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # Reaped by the one, adopted and reaped by the system, the others.
        assert wait_until(lambda: not self.server.is_running(), 10)
        assert wait_until(lambda: not any(is_alive(row[0]) for row in rows), 10)

    def start(self) -> None:
        """PostgreSQL comes back, at the same address. Call it from the main thread."""
        self.server.start()

    def admin(self) -> Connection[Any]:
        """A superuser's connection, outside the databases of tests."""
        return psycopg.connect(
            self.address.login("supabase_admin", database="template1"), autocommit=True
        )


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """A database with all migrations and the seed (or an empty project), for one test module."""

    __test__ = False

    cluster: TestCluster
    name: str

    def url(self, role: str = "postgres") -> str:
        """A connection string as a login role, or as `anon`, `authenticated`, `service_role`."""
        logins: dict[str, Login] = {
            "supabase_admin": "supabase_admin",
            "postgres": "postgres",
            "authenticator": "authenticator",
            "supabase_auth_admin": "supabase_auth_admin",
        }
        if role in logins:
            return self.cluster.address.login(logins[role], database=self.name)
        return self.cluster.address.login(
            "authenticator", database=self.name, options=f"-crole={role}"
        )

    @property
    def address(self) -> Address:
        """The address of this database, for the stack's own functions."""
        whole = self.cluster.address
        return Address(whole.login("postgres", database=self.name), whole.passwords)

    @contextmanager
    def connect(
        self, role: str = "postgres", claims: Mapping[str, Any] | None = None
    ) -> Iterator[Connection[Any]]:
        """A connection in autocommit mode as `role`, with a token's `claims`."""
        with psycopg.connect(self.url(role), autocommit=True) as connection:
            if claims is not None:
                connection.execute(
                    "select set_config('request.jwt.claims', %s, false)",
                    [json.dumps({"role": role, **claims})],
                )
            yield connection


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A temporary folder that the account PostgreSQL runs as can pass through.

    In memory where there is room: a database is hundreds of files, and the suite copies hundreds.
    """
    with TemporaryDirectory(prefix="backoffice-test-", dir=memory()) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def memory() -> Path | None:
    """The file system in memory, if there is one with room; containers often give it 64 MB."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if has_room else None


@contextmanager
def throwaway_cluster(*, fsync: bool = False) -> Iterator[TestCluster]:
    """Start a PostgreSQL with the two templates; without fsync what is committed may not last."""
    with reachable_folder() as folder, ExitStack() as running:
        settings = Settings(data_dir=folder / "data", demo=False, database_url=None)
        keys = load(settings)
        cluster = running.enter_context(running_cluster(settings, keys, fsync=fsync))
        address = embedded_address(cluster.postmaster(), keys)
        tests = TestCluster(settings, keys, address, cluster)
        bootstrap(address)
        hasten_logins(address)
        tests.copy(EMPTY_TEMPLATE, "postgres")
        with psycopg.connect(address.login("postgres"), autocommit=True) as connection:
            migrate(connection)
            sync_configs(connection)
            seed(connection)
        tests.copy(TEMPLATE, "postgres")
        yield tests


def hasten_logins(address: Address) -> None:
    """Hash the same passwords in one round, not 4096: a third of what a connection takes."""
    with psycopg.connect(address.login("supabase_admin"), autocommit=True) as admin:
        admin.execute("set scram_iterations = 1")
        for role, password in address.passwords.items():
            admin.execute(
                sql.SQL("alter role {} password {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )
