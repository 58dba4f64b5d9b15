"""What tests of the database share: two websites with something of everything, and their people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.two_domains import fill_two_domains


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> Iterator[TestDatabase]:
    """A database with both websites in it."""
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
    yield database


@pytest.fixture
def as_user(
    filled: TestDatabase, connect: Callable[..., Connection[Any]]
) -> Callable[[str], Connection[Any]]:
    """Connects as somebody who is signed in."""
    return lambda user: connect("authenticated", {"sub": user})
