"""Applies `supabase/migrations` as the Supabase CLI does, and records them where it does.

Source of the table: Supabase CLI, pkg/migration/history.go
(`supabase_migrations.schema_migrations`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import Connection

from backoffice.errors import MigrationError
from backoffice.settings import PROJECT_ROOT

SUPABASE = PROJECT_ROOT / "supabase"
FILE_NAME = re.compile(r"(?P<version>\d{14})_(?P<name>\w+)\.sql")
# Any constant will do, as long as every version of this program uses the same.
ADVISORY_LOCK = 7_241_004_511

HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text not null primary key,
  statements text[],
  name text
);
create table if not exists supabase_migrations.seed_files (
  path text not null primary key,
  hash text not null
);
grant usage on schema supabase_migrations to service_role;
grant select on supabase_migrations.schema_migrations to service_role;
"""
READ_HISTORY = """
select version, coalesce(array_to_string(statements, ''), '')
from supabase_migrations.schema_migrations order by version
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `supabase/migrations`."""

    version: str
    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """How the database's migrations compare with this version's; each a list of versions in order.

    `drifted` ran with another text than the file has now; `unknown` ran, but there is no such file.
    """

    applied: list[str]
    pending: list[str]
    drifted: list[str]
    unknown: list[str]

    @property
    def is_current(self) -> bool:
        """Whether the database is exactly what this version expects."""
        return not (self.pending or self.drifted or self.unknown)

    def complaint(self) -> str | None:
        """What stands in the way of migrating, in words; None when nothing does."""
        if self.unknown:
            return (
                "The database has migrations this version does not know:"
                f" {', '.join(self.unknown)}."
                " It was made by a newer version; update, or use another database."
            )
        if self.drifted:
            return (
                f"Migrations were edited after they ran: {', '.join(self.drifted)}."
                " Undo the edit and write a new migration, or start anew with: backoffice db reset"
            )
        if self.applied and self.pending and self.pending[0] < self.applied[-1]:
            return (
                f"Migration {self.pending[0]} is older than {self.applied[-1]}, which already ran."
                " Give it a newer timestamp."
            )
        return None


def read_migrations(folder: Path = SUPABASE / "migrations") -> list[Migration]:
    """The migrations in the order they run."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationError(f"{path.name} is not named <14 digits>_<what>.sql")
        found.append(Migration(match["version"], match["name"], path.read_text(encoding="utf-8")))
    return found


def compare(applied: Sequence[tuple[str, str]], migrations: Sequence[Migration]) -> MigrationStatus:
    """Compare the (version, text) pairs a database recorded with the files."""
    files = {migration.version: migration for migration in migrations}
    recorded = dict(applied)
    return MigrationStatus(
        applied=sorted(recorded),
        pending=sorted(files.keys() - recorded.keys()),
        drifted=sorted(
            version
            for version in files.keys() & recorded.keys()
            if _essence(recorded[version]) != _essence(files[version].sql)
        ),
        unknown=sorted(recorded.keys() - files.keys()),
    )


def _essence(text: str) -> str:
    """A migration's text without what the Supabase CLI changes when it splits it."""
    return re.sub(r"[\s;]+", "", text)


def migration_status(
    connection: Connection, migrations: Sequence[Migration] | None = None
) -> MigrationStatus:
    """How a database's migrations compare with `migrations` (default: this version's)."""
    known = connection.execute(
        "select to_regclass('supabase_migrations.schema_migrations')"
    ).fetchone()
    rows = connection.execute(READ_HISTORY).fetchall() if known and known[0] else []
    return compare(rows, read_migrations() if migrations is None else migrations)


def migrate(connection: Connection, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is pending, each in a transaction of its own; gives the versions applied.

    `connection` is in autocommit mode. Raises `MigrationError` when the histories disagree or a
    migration fails; those before it stay applied.
    """
    wanted = read_migrations() if migrations is None else list(migrations)
    with _one_at_a_time(connection):
        connection.execute(HISTORY)
        status = migration_status(connection, wanted)
        complaint = status.complaint()
        if complaint:
            raise MigrationError(complaint)
        for migration in wanted:
            if migration.version in status.pending:
                _apply(connection, migration)
    return status.pending


def _apply(connection: Connection, migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(migration.sql.encode())
            connection.execute(
                "insert into supabase_migrations.schema_migrations (version, statements, name)"
                " values (%s, %s, %s)",
                [migration.version, [migration.sql], migration.name],
            )
    except psycopg.Error as error:
        raise MigrationError(
            f"Migration {migration.version}_{migration.name} failed:"
            f" {describe(error, migration.sql)}"
        ) from error


def describe(error: psycopg.Error, text: str) -> str:
    """A database error with the line of the script it happened on."""
    position = error.diag.statement_position
    if position is None:
        return f"{error.diag.message_primary or error} ({error.sqlstate})"
    line = text[: int(position)].count("\n") + 1
    return f"{error.diag.message_primary} ({error.sqlstate}) in line {line}"


@contextmanager
def _one_at_a_time(connection: Connection) -> Iterator[None]:
    connection.execute("select pg_advisory_lock(%s)", [ADVISORY_LOCK])
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s)", [ADVISORY_LOCK])
