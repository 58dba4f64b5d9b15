"""Overrides are merged alike in Python and in SQL, and merging obeys its laws."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.types.json import Jsonb

from backoffice.content.documents import changes, is_same, merge, smallest_override, without
from backoffice.content.resolver import resolve
from support.database import TestDatabase

KEYS = st.sampled_from(["a", "b", "c", "ü", "0", ""])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([0.5, 1.0, 1e10, -0.25])
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


def of_one_shape(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Documents in which a key is either always an object or never, as a schema has it."""
    inner = st.fixed_dictionaries({}, optional={"x": leaves, "y": leaves})
    return st.fixed_dictionaries({}, optional={"group": inner, "other": inner, "leaf": leaves})


SHAPED = of_one_shape(SCALARS | st.lists(SCALARS, max_size=2))


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as connection:
        yield connection


def ask(connection: Connection[Any], query: str, *parameters: Any) -> Any:
    row = connection.execute(query, parameters).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def as_json(value: Any) -> Any:
    """What PostgreSQL has after reading it."""
    return None if value is None else Jsonb(value)


@given(
    DOCUMENTS, st.none() | DOCUMENTS, st.none() | DOCUMENTS, st.sampled_from(["deep", "replace"])
)
def test_python_and_sql_resolve_alike(
    owner: Connection[Any], default: Any, everywhere: Any, site: Any, strategy: Any
) -> None:
    theirs = ask(
        owner,
        "select private.resolve_config(%s, %s, %s, %s)",
        strategy,
        *map(as_json, (default, everywhere, site)),
    )
    assert is_same(theirs, resolve(strategy, default, everywhere, site))


@given(
    DOCUMENTS,
    st.lists(st.sampled_from(["/a", "/a/b", "/a/*/b", "/*/c", "/b/*/*/a", "/ü/a"]), max_size=3),
)
def test_python_and_sql_leave_out_alike(
    owner: Connection[Any], document: Any, pointers: list[str]
) -> None:
    theirs = ask(owner, "select private.without_pointers(%s, %s)", Jsonb(document), pointers)
    assert is_same(theirs, without(document, pointers))


@given(DOCUMENTS, DOCUMENTS)
def test_merging_obeys_its_laws(base: Any, override: Any) -> None:
    merged = merge(base, override)
    assert is_same(merge(base, {}), base)
    assert is_same(merge({}, override), override)
    assert is_same(merge(base, base), base)
    assert is_same(merge(merged, override), merged)
    assert set(merged) == {*base, *override}
    # Nothing given is changed.
    before = json.dumps([base, override])
    merge(base, override)
    assert json.dumps([base, override]) == before


@given(SHAPED, SHAPED, SHAPED)
def test_overrides_of_one_shape_may_be_merged_in_any_grouping(
    one: Any, two: Any, three: Any
) -> None:
    assert is_same(merge(merge(one, two), three), merge(one, merge(two, three)))


@given(DOCUMENTS, DOCUMENTS)
def test_the_smallest_override_gives_what_is_wanted(inherited: Any, override: Any) -> None:
    wanted = merge(inherited, override)
    smallest = smallest_override(inherited, wanted)
    assert is_same(merge(inherited, smallest), wanted)
    assert smallest_override(inherited, inherited) == {}
    # It names nothing that is as inherited.
    assert is_same(smallest_override(inherited, merge(inherited, smallest)), smallest)


@given(DOCUMENTS, DOCUMENTS)
def test_changes_are_none_exactly_between_equals(before: Any, after: Any) -> None:
    assert (list(changes(before, after)) == []) == is_same(before, after)
    assert list(changes(before, before)) == []


def test_true_is_not_one() -> None:
    assert not is_same({"a": True}, {"a": 1})
    assert not is_same([0], [False])
    assert is_same({"a": 1}, {"a": 1.0})
