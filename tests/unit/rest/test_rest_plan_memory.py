"""Plans by shape: what is remembered must be what would have been planned."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.rest.config import RestConfig
from backoffice.rest.errors import RestError
from backoffice.rest.plan_memory import PlanMemory
from backoffice.rest.prepare import Prepared, prepare
from backoffice.rest.request import ApiRequest, Headers, read_request
from backoffice.rest.schema_cache.types import Column, QualifiedName, SchemaCache, Table

NAME = QualifiedName("api", "books")
COLUMNS = {
    name: Column(name, None, True, kind, kind, None, None, ())
    for name, kind in (("id", "integer"), ("title", "text"), ("words", "tsvector"))
}
CACHE = SchemaCache(
    "1", {NAME: Table(NAME, None, False, True, True, True, ("id",), COLUMNS)}, {}, {}
)
CONFIG = RestConfig(schemas=("api",))
MEMORY = PlanMemory(CONFIG)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
OPERATORS = st.sampled_from(
    ["eq", "neq", "gt", "lte", "like", "ilike", "cs", "ov", "in", "not.eq", "fts", "eq(any)", "is"]
)
FILTERS = st.lists(st.tuples(st.sampled_from(["id", "title", "words"]), OPERATORS, TEXTS))


def request_of(method: str, query: str, prefer: tuple[str, ...] = ()) -> ApiRequest:
    scope = {"method": method, "path": "/books", "query_string": query.encode()}
    return read_request(scope, Headers({}, prefer), CONFIG, frozenset())


def outcome(request: ApiRequest, body: bytes, memory: PlanMemory | None) -> Prepared | str:
    try:
        if memory is None:
            return prepare(request, body, CACHE, CONFIG)
        return memory.prepare(request, body, CACHE)
    except RestError as error:
        return f"{error.status} {error.code} {error.message} {error.details}"


@given(FILTERS, st.sampled_from(["", "count=exact", "count=planned"]))
def test_a_read_from_memory_is_the_read_itself(
    filters: list[tuple[str, str, str]], prefer: str
) -> None:
    def value(operator: str, text: str) -> str:
        return quote(f"{operator}.({text})" if operator == "in" else f"{operator}.{text}")

    query = "&".join(f"{name}={value(operator, text)}" for name, operator, text in filters)
    request = request_of("GET", f"select=id&{query}&limit=3", (prefer,) if prefer else ())
    assert outcome(request, b"", MEMORY) == outcome(request, b"", None)
    assert outcome(request, b"", MEMORY) == outcome(request, b"", None)


@given(TEXTS, st.sampled_from(["POST", "PATCH", "DELETE"]), st.sampled_from(["", "columns=title"]))
def test_a_write_from_memory_is_the_write_itself(text: str, method: str, columns: str) -> None:
    body = json.dumps({"title": text, "id": 1}).encode()
    request = request_of(method, f"{columns}&id=eq.{quote(text)}", ("return=representation",))
    assert outcome(request, body, MEMORY) == outcome(request, body, None)
    assert outcome(request, body, MEMORY) == outcome(request, body, None)


def test_other_values_share_a_plan_and_other_shapes_do_not() -> None:
    memory = PlanMemory(CONFIG)
    first, second = (memory.prepare(request_of("GET", f"id=eq.{n}"), b"", CACHE) for n in (1, 2))
    assert isinstance(first, Prepared)
    assert first.handler is second.handler
    assert second.statement.params[0].value == "2"
    assert second.location == "/books?id=eq.2"
    listed = memory.prepare(request_of("GET", "id=in.(1,2)"), b"", CACHE)
    assert listed.statement.sql != first.statement.sql


@pytest.mark.parametrize("query", ["nothing=eq.1", "id=eq(some).1", "select=id("])
def test_what_is_refused_is_refused_in_the_callers_words(query: str) -> None:
    request = request_of("GET", query)
    for _ in range(2):
        assert outcome(request, b"", MEMORY) == outcome(request, b"", None)
