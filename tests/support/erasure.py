"""Erasing visitors, as the privacy routes do."""

from __future__ import annotations

from itertools import count
from typing import Any

import psycopg
from psycopg import Connection

from support.somebody import DOMAIN
from support.traffic import prepare

_numbers = count(1)
ERASE = "select * from private.erase_visitors(%s, %s::uuid[], %s::text[])"


def erase(
    connection: Connection[Any], *visitors: str, domain: str = DOMAIN, sealed: tuple[str, ...] = ()
) -> Any:
    """Erase visitors; gives the receipt."""
    with connection.cursor(row_factory=psycopg.rows.namedtuple_row) as cursor:
        return cursor.execute(ERASE, [domain, list(visitors), list(sealed)]).fetchone()


def erase_person(connection: Connection[Any], domain: str, person: str) -> bool:
    """Erase whoever is known by an id now; whether there was somebody."""
    while True:
        row = connection.execute(
            "select visitor_id::text from public.visitor_ids"
            " where site_domain = %s and distinct_id = %s",
            [domain, person],
        ).fetchone()
        if row is None:
            return False
        try:
            erase(connection, row[0], domain=domain)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            continue
        except psycopg.Error as error:
            if error.sqlstate != "PT404":  # Merged or erased meanwhile.
                raise
        return True


def new_domain(connection: Connection[Any]) -> str:
    """Another website, with what the traffic names."""
    domain = f"shop{next(_numbers)}.example"
    connection.execute("select private.create_domain(%s, 'Shop', 'Europe/Paris', 'Shop')", [domain])
    prepare(connection, domain)
    return domain
