"""`backoffice db backup`: the embedded database and its keys in one file, while it is in use."""

from __future__ import annotations

import os
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

from backoffice import __version__
from backoffice.errors import ConfigurationError, StackError
from backoffice.keys import FILE as KEYS_FILE
from backoffice.settings import Settings
from backoffice.stack.address import Address
from backoffice.stack.archive import FORMAT, Manifest, write_archive
from backoffice.stack.layout import installed_binaries
from backoffice.stack.maintain import some_database
from backoffice.stack.migrate import migration_status

ELSEWHERE = (
    "BACKOFFICE_DATABASE_URL is set: that database is backed up with its own tools (pg_dump, or the"
    " provider's backups). Keep keys.json and the keys set by environment as well."
)
# Settings that take the place of something in keys.json.
KEY_SETTINGS = (
    "jwt_secret",
    "signing_key",
    "previous_signing_keys",
    "ip_hash_key",
    "encryption_keys",
)
COUNTED = ("public", "auth", "rollup")

_TABLES = """
select class.relnamespace::regnamespace::text, class.relname
from pg_class as class
where class.relkind in ('r', 'p')
  and not class.relispartition
  and class.relpersistence = 'p'
  and class.relnamespace::regnamespace::text = any (%s)
order by 1, 2
"""


def back_up(settings: Settings, target: Path) -> Manifest:
    """Write the backup; the database may be in use, and the file shows it at one moment.

    Raises `ConfigurationError` when the database is not the embedded one or the file exists,
    `StackError` when the dump fails.
    """
    if settings.database_url:
        raise ConfigurationError(ELSEWHERE)
    if target.exists():
        raise ConfigurationError(f"{target} exists. Choose another name, or delete it.")
    if not target.parent.is_dir():
        raise ConfigurationError(f"There is no folder {target.parent}.")
    with some_database(settings) as address:
        keys = (settings.data_dir / KEYS_FILE).read_bytes()
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            dump = Path(folder) / "database.dump"
            manifest = _dump(settings, address, dump)
            write_archive(target, manifest, keys, dump)
    return manifest


def _dump(settings: Settings, address: Address, target: Path) -> Manifest:
    with psycopg.connect(address.login("supabase_admin"), autocommit=True) as connection:
        connection.execute("begin isolation level repeatable read read only")
        row = connection.execute("select pg_export_snapshot()").fetchone()
        assert row is not None
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            postgres=connection.info.parameter_status("server_version") or "",
            migrations=migration_status(connection).applied,
            rows=count_rows(connection),
            environment=[
                f"BACKOFFICE_{name.upper()}" for name in KEY_SETTINGS if getattr(settings, name)
            ],
        )
        # The dump sees exactly what was counted.
        run_tool(
            "pg_dump",
            address,
            ["--format=custom", "--compress=6", f"--snapshot={row[0]}", f"--file={target}"],
        )
    return manifest


def count_rows(connection: Connection[Any]) -> dict[str, int]:
    """The rows of every table people and figures depend on, by its name."""
    counts = {}
    for schema, table in connection.execute(_TABLES, [list(COUNTED)]).fetchall():
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
        row = connection.execute(query).fetchone()
        counts[f"{schema}.{table}"] = int(row[0]) if row else 0
    return counts


def run_tool(program: str, address: Address, arguments: list[str]) -> None:
    """Run one of PostgreSQL's programs as the superuser. Raises `StackError` with its last words.

    The password goes by environment, which other accounts cannot read.
    """
    login = conninfo_to_dict(address.login("supabase_admin"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment = kept | {
        "PGHOST": str(login["host"]),
        "PGPORT": str(login["port"]),
        "PGDATABASE": str(login["dbname"]),
        "PGUSER": str(login["user"]),
        "PGPASSWORD": str(login["password"]),
        "LC_ALL": "C",
    }
    command = [str(installed_binaries() / program), "--no-password", *arguments]
    done = subprocess.run(  # noqa: S603 - the program of the installed package
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise StackError(f"{program} failed.\n{done.stderr.strip()[-2000:]}")
