"""Telling the database what the files of `config/` say."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import Connection
from psycopg.types.json import Json

from backoffice.content.schemas import Config, known_configs


def sync_configs(connection: Connection, configs: Mapping[str, Config] | None = None) -> int:
    """Make `public.configs` what the files say; gives how many rows changed.

    `connection` is of the database's owner. Raises `ConfigurationError` for a file that is not
    right.
    """
    known = known_configs() if configs is None else configs
    row = connection.execute(
        "select private.sync_configs(%s)", [Json([config.row() for config in known.values()])]
    ).fetchone()
    return int(row[0]) if row else 0
