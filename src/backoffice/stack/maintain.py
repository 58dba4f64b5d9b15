"""What `backoffice db` does."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import psycopg
from rich.console import Console
from rich.table import Table

from backoffice.errors import ConfigurationError, StackError
from backoffice.keys import load_keys
from backoffice.settings import Settings
from backoffice.stack.address import Address, find_address
from backoffice.stack.cluster import stop_leftover
from backoffice.stack.layout import ELSEWHERE, existing_cluster
from backoffice.stack.lock import AlreadyRunningError
from backoffice.stack.migrate import MigrationStatus, migration_status, read_migrations
from backoffice.stack.runtime import is_locked, load, locked, prepare, running_database


def migrate_database(settings: Settings) -> list[str]:
    """Apply what is pending, to a running database or one started for it; gives the versions."""
    with some_database(settings) as address:
        return prepare(address, settings).migrations


def print_migration_status(settings: Settings, *, as_json: bool) -> bool:
    """Print every migration and its state; gives whether the database is current."""
    with some_database(settings) as address, psycopg.connect(address.login("postgres")) as session:
        status = migration_status(session)
    if as_json:
        json.dump({**asdict(status), "current": status.is_current}, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return status.is_current
    names = {migration.version: migration.name for migration in read_migrations()}
    table = Table("version", "name", "state", box=None)
    for version in sorted({*names, *status.unknown}):
        table.add_row(version, names.get(version, ""), _state(version, status))
    Console().print(table)
    complaint = status.complaint()
    if complaint:
        sys.stderr.write(f"{complaint}\n")
    return status.is_current


def _state(version: str, status: MigrationStatus) -> str:
    if version in status.pending:
        return "pending"
    if version in status.drifted:
        return "edited after it ran"
    return "unknown to this version" if version in status.unknown else "applied"


@contextmanager
def some_database(settings: Settings) -> Iterator[Address]:
    """The database, running already or started for the block."""
    keys = load(settings)
    if settings.database_url or is_locked(settings):
        yield find_address(settings, keys)
        return
    with locked(settings), running_database(settings, keys) as (address, _cluster):
        yield address


def reset_database(settings: Settings) -> None:
    """Delete the embedded cluster.

    Raises `ConfigurationError` for a database given by URL, `StackError` while the server runs.
    """
    if settings.database_url:
        raise ConfigurationError(
            "BACKOFFICE_DATABASE_URL is set; only the embedded database is reset from here."
        )
    if not settings.data_dir.exists():
        return
    keys = load_keys(settings)
    cluster = existing_cluster(settings.data_dir, keys.cluster_id)
    try:
        with locked(settings):
            stop_leftover(cluster)
            shutil.rmtree(cluster, ignore_errors=not cluster.exists())
            if cluster.is_relative_to(ELSEWHERE):
                shutil.rmtree(cluster.parent)
    except AlreadyRunningError as error:
        raise StackError(f"{error} The database cannot be reset while it is used.") from error
