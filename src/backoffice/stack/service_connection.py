"""A command's connection to the database that runs now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import namedtuple_row

from backoffice.settings import Settings
from backoffice.stack.address import find_address
from backoffice.stack.runtime import load


@contextmanager
def service_connection(settings: Settings) -> Iterator[Connection[Any]]:
    """Connect as `service_role`, in autocommit mode. Raises `StackError` without a database."""
    address = find_address(settings, load(settings))
    with psycopg.connect(
        address.with_role("service_role"), autocommit=True, row_factory=namedtuple_row
    ) as connection:
        yield connection
