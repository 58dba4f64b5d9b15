"""Putting the stack together: a running database, its migrations, and the `State` of a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import psycopg

from backoffice.database import Database
from backoffice.keys import Keys, load_keys
from backoffice.settings import Settings
from backoffice.stack.account import database_account
from backoffice.stack.address import Address, embedded_address, external_address, find_address
from backoffice.stack.bootstrap import bootstrap
from backoffice.stack.cluster import Cluster
from backoffice.stack.layout import plan_layout, prepare_data_dir
from backoffice.stack.lock import exclusive, is_held
from backoffice.stack.migrate import migrate
from backoffice.stack.seed import require_own_passwords, seed
from backoffice.state import State

AUTH_POOL_SIZE = 5
LOCK_FILE = "server.lock"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing a database did: versions applied, whether the seed ran."""

    migrations: list[str]
    seeded: bool


def load(settings: Settings) -> Keys:
    """The keys of the data folder, which is made when it is missing."""
    prepare_data_dir(settings.data_dir)
    return load_keys(settings)


def locked(settings: Settings) -> AbstractContextManager[None]:
    """Hold the data folder, so that one server at a time uses it. Raises `AlreadyRunningError`."""
    return exclusive(settings.data_dir / LOCK_FILE)


def is_locked(settings: Settings) -> bool:
    """Whether a server, or a command that started the database, uses the data folder now."""
    return is_held(settings.data_dir / LOCK_FILE)


@contextmanager
def running_cluster(settings: Settings, keys: Keys, *, fsync: bool = True) -> Iterator[Cluster]:
    """The embedded PostgreSQL for as long as the block runs, made at first.

    Enter it from the main thread, with the data folder locked. Raises `StackError`.
    """
    layout = plan_layout(settings.data_dir, keys.cluster_id, database_account())
    cluster = Cluster(layout, tcp_port=settings.db_port, fsync=fsync)
    cluster.create(keys.supabase_admin_password)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def running_database(
    settings: Settings, keys: Keys, *, fsync: bool = True
) -> Iterator[tuple[Address, Cluster | None]]:
    """The database for as long as the block runs: given by URL, or embedded with its cluster."""
    if settings.database_url:
        yield external_address(settings.database_url.get_secret_value()), None
        return
    with running_cluster(settings, keys, fsync=fsync) as cluster:
        yield embedded_address(cluster.postmaster(), keys), cluster


def prepare(address: Address, settings: Settings) -> Prepared:
    """Bring a database up to date: roles, `auth` schema, migrations, configurations and, embedded,
    the seed.

    Raises `MigrationError`, and `ConfigurationError` when default passwords would be exposed or a
    schema of `config/` is not right.
    """
    # Reading and checking the schemas is for whoever prepares a database alone.
    from backoffice.content.sync import sync_configs

    bootstrap(address)
    with psycopg.connect(address.login("postgres"), autocommit=True) as connection:
        applied = migrate(connection)
        sync_configs(connection)
        seeded = address.embedded and seed(connection)
        if settings.is_reachable:
            require_own_passwords(connection, settings.public_url or settings.host)
    return Prepared(applied, seeded)


def make_state(settings: Settings, keys: Keys, address: Address) -> State:
    """The state of a process, with both pools still closed."""
    return State(
        settings=settings,
        keys=keys,
        database=Database(address.login("authenticator"), pool_size=settings.pool_size),
        auth_database=Database(address.login("supabase_auth_admin"), pool_size=AUTH_POOL_SIZE),
    )


def attach(settings: Settings) -> State:
    """The state of a process beside the server, such as the worker; pools are still closed.

    Raises `StackError` when the embedded database is stopped.
    """
    keys = load(settings)
    return make_state(settings, keys, find_address(settings, keys))
