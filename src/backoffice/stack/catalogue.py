"""What a database consists of, as PostgreSQL itself describes it, and how two databases differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is missing in one of two databases (`None`), or differs."""

    identity: str
    left: str | None
    right: str | None

    def __str__(self) -> str:
        return f"{self.identity}\n  left:  {self.left}\n  right: {self.right}"


def read_catalogue(connection: Connection[Any]) -> dict[str, str]:
    """The definition of every object by its identity: see `sql/catalogue.sql`."""
    query = files("backoffice.stack").joinpath("sql", "catalogue.sql").read_bytes()
    with connection.transaction():
        # With an empty path every name is written out, whatever the session's path is.
        connection.execute("set local search_path = ''")
        rows = connection.execute(query).fetchall()
    catalogue = {identity: str(definition) for identity, definition in rows}
    assert len(catalogue) == len(rows), "two objects have the same identity"
    return catalogue


def differences(left: Mapping[str, str], right: Mapping[str, str]) -> list[Difference]:
    """Where two catalogues differ, by identity."""
    return [
        Difference(identity, left.get(identity), right.get(identity))
        for identity in sorted(left.keys() | right.keys())
        if left.get(identity) != right.get(identity)
    ]
