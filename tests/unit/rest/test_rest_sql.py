"""The statements: values never become part of their text, identifiers never leave their quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.rest.config import RestConfig
from backoffice.rest.errors import RestError
from backoffice.rest.prepare import Prepared, prepare
from backoffice.rest.request import Headers, read_request
from backoffice.rest.schema_cache.types import (
    Column,
    QualifiedName,
    Relationship,
    SchemaCache,
    Table,
)
from backoffice.rest.sql.fragments import array_literal, identifier, literal


def _table(name: str, *columns: tuple[str, str]) -> Table:
    described = {n: Column(n, None, True, t, t, None, None, ()) for n, t in columns}
    return Table(QualifiedName("api", name), None, False, True, True, True, ("id",), described)


BOOKS = _table(
    "books", ("id", "integer"), ("title", "text"), ("details", "jsonb"), ("p_id", "integer")
)
PUBLISHERS = _table("publishers", ("id", "integer"), ("name", "text"))
TO_ONE = Relationship(
    BOOKS.name, PUBLISHERS.name, "many-to-one", "books_p_id_fkey", (("p_id", "id"),)
)
CACHE = SchemaCache(
    "1",
    {BOOKS.name: BOOKS, PUBLISHERS.name: PUBLISHERS},
    {(BOOKS.name, "api"): [TO_ONE]},
    {},
)
CONFIG = RestConfig(schemas=("api",), aggregates_enabled=True)


def prepared(method: str, path: str, query: str, body: bytes = b"", prefer: str = "") -> Prepared:
    scope = {"method": method, "path": path, "query_string": query.encode("utf-8", "replace")}
    headers = Headers({}, (prefer,) if prefer else ())
    request = read_request(scope, headers, CONFIG, frozenset())
    return prepare(request, body, CACHE, CONFIG)


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "replace"))


# What cannot be in a query string at all is refused before.
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
OPERATORS = st.sampled_from(["eq", "neq", "gt", "like", "ilike", "match", "cs", "fts", "eq(any)"])


@given(OPERATORS, VALUES, VALUES)
def test_the_value_of_a_filter_is_a_parameter(operator: str, one: str, other: str) -> None:
    first, second = (
        prepared("GET", "/books", f"title={operator}.{_quoted(value)}") for value in (one, other)
    )
    assert first.statement.sql == second.statement.sql
    star = operator in ("like", "ilike")
    assert first.statement.params[0].value == (one.replace("*", "%") if star else one)


@given(VALUES, VALUES)
def test_a_key_into_a_document_is_a_parameter(one: str, other: str) -> None:
    def statement(key: str) -> str:
        quoted = key.replace("\\", "\\\\").replace('"', '\\"')
        path = _quoted(f'details->>"{quoted}"')
        return prepared("GET", "/books", f"select=k:{path}&{path}=eq.1").statement.sql

    assert statement(one) == statement(other)


@given(VALUES)
def test_a_body_is_a_parameter(value: str) -> None:
    body = ('{"title": "' + value.replace("\\", "").replace('"', "") + '"}').encode()
    try:
        statement = prepared("POST", "/books", "", body).statement
    except RestError as error:
        assert error.code == "PGRST102", "control characters are no JSON"
        return
    assert statement.params[0].value == body
    assert statement.sql == prepared("POST", "/books", "", b'{"title": "x"}').statement.sql


@given(VALUES)
def test_a_name_stays_within_its_quotes(name: str) -> None:
    quoted = identifier(name)
    assert re.fullmatch(r'"(?:[^"]|"")*"', quoted)
    assert quoted[1:-1].replace('""', '"') == name


# Even quoted, `*` means every column, as with PostgREST.
@given(VALUES.filter(lambda name: name != "*"))
def test_an_alias_and_a_column_stay_within_their_quotes(name: str) -> None:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    item = _quoted(f'"{escaped}":"{escaped}"')
    statement = prepared("GET", "/books", f"select={item}").statement.sql
    without_names = re.sub(r'"(?:[^"]|"")*"', "N", statement)
    assert "select N.N.N as N from N.N limit 1000" in without_names


@pytest.mark.parametrize(
    "cast", ["int;drop", "int--", "int/**/", "'x'", '"x"', "a.b", "int[]", "numeric(1,2)"]
)
def test_a_cast_is_a_name_or_nothing(cast: str) -> None:
    with pytest.raises(RestError) as refused:
        prepared("GET", "/books", f"select=id::{_quoted(cast)}")
    assert refused.value.code == "PGRST100"


@pytest.mark.parametrize("cast", ["int collate x", "text as y", "text AS z", "timestamp at x"])
def test_a_cast_brings_no_more_syntax(cast: str) -> None:
    with pytest.raises(RestError):
        prepared("GET", "/books", f"select=id::{_quoted(cast)}")


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_an_array_literal_keeps_its_values(values: list[str]) -> None:
    inner = array_literal(values)[1:-1]
    elements = re.findall(r'"((?:[^"\\]|\\.)*)"', inner, re.DOTALL)
    assert [re.sub(r"\\(.)", r"\1", e, flags=re.DOTALL) for e in elements] == values


@given(VALUES)
def test_a_constant_stays_within_its_quotes(value: str) -> None:
    quoted = literal(value)
    plain = quoted.removeprefix("E")[1:-1].replace("''", "'")
    assert (plain.replace("\\\\", "\\") if quoted.startswith("E") else plain) == value


WORDS = (
    "id title details publishers p * ( ) , . : :: -> ->> ! inner ... sum() count() eq in is null"
    ' not 1 " asc'
)
FRAGMENTS = st.lists(st.sampled_from(WORDS.split()), max_size=12).map("".join)


@given(
    st.sampled_from(["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"]),
    FRAGMENTS, FRAGMENTS, FRAGMENTS, FRAGMENTS,
)  # fmt: skip
def test_every_request_is_planned_or_refused(
    method: str, select: str, order: str, name: str, value: str
) -> None:
    query = f"select={_quoted(select)}&order={_quoted(order)}&{_quoted(name)}={_quoted(value)}"
    try:
        found = prepared(method, "/books", query, b'{"id": 1}', "return=representation")
    except RestError as error:
        assert 300 <= error.status < 500
        return
    numbers = {int(n) for n in re.findall(r"\$(\d+)", found.statement.sql)}
    assert numbers == set(range(1, len(found.statement.params) + 1))
