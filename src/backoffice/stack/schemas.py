"""Building a database straight from `supabase/schemas`, the truth the migrations must equal."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from backoffice.errors import MigrationError
from backoffice.stack.migrate import SUPABASE, describe


def schema_files(supabase: Path = SUPABASE) -> list[Path]:
    """The files in the order of `[db.migrations] schema_paths` in `config.toml`, none twice.

    Raises `MigrationError` when a pattern finds nothing, or a file is in no pattern.
    """
    config = tomllib.loads((supabase / "config.toml").read_text(encoding="utf-8"))
    ordered: dict[Path, None] = {}
    for pattern in config["db"]["migrations"]["schema_paths"]:
        found = sorted(supabase.glob(pattern.removeprefix("./")))
        if not found:
            raise MigrationError(f"schema_paths: nothing matches {pattern}")
        ordered.update(dict.fromkeys(found))
    forgotten = sorted(set((supabase / "schemas").rglob("*.sql")) - ordered.keys())
    if forgotten:
        names = ", ".join(path.relative_to(supabase).as_posix() for path in forgotten)
        raise MigrationError(f"schema_paths leaves out {names}")
    return list(ordered)


def build_from_schemas(connection: Connection[Any], supabase: Path = SUPABASE) -> None:
    """Run every schema file, in one transaction, as the role that runs migrations."""
    with connection.transaction():
        for path in schema_files(supabase):
            text = path.read_text(encoding="utf-8")
            try:
                connection.execute(text.encode())
            except psycopg.Error as error:
                name = path.relative_to(supabase).as_posix()
                raise MigrationError(f"{name} failed: {describe(error, text)}") from error
