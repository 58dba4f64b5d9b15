"""The query grammar: what it reads, where its errors point, and that nothing else happens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.rest.errors import RestError
from backoffice.rest.grammar.ast import (
    Compare,
    Field,
    Filter,
    In,
    Is,
    JsonStep,
    LogicGroup,
    OrderTerm,
    SelectEmbed,
    SelectField,
    TextSearch,
)
from backoffice.rest.grammar.query import decode_pairs, parse_query


def parsed(query: str) -> Any:
    return parse_query(decode_pairs(query.encode()))


def refusal(query: str) -> tuple[str, Any]:
    with pytest.raises(RestError) as refused:
        parsed(query)
    assert refused.value.code == "PGRST100"
    return refused.value.message, refused.value.details


def test_select() -> None:
    assert parsed("select=*,a:b->c->>0::text,d.sum()::int,...e!x!inner(f),g()").select == (
        SelectField(Field("*")),
        SelectField(
            Field("b", (JsonStep(False, "c", False), JsonStep(True, "+0", True))), "a", "text"
        ),
        SelectField(Field("d"), aggregate="sum", aggregate_cast="int"),
        SelectEmbed("e", None, "x", "inner", True, (SelectField(Field("f")),)),
        SelectEmbed("g", None, None, None, False, ()),
    )


def test_filters() -> None:
    query = parsed('a=eq.1&b.c=not.in.(1,"x,y")&d->e=is.NULL&f=fts(english).g&h=like(any).{a,b}')
    assert query.filters == (
        ((), Filter(Field("a"), Compare("eq", "1"))),
        (("b",), Filter(Field("c"), In(("1", "x,y")), True)),
        ((), Filter(Field("d", (JsonStep(False, "e", False),)), Is("null"))),
        ((), Filter(Field("f"), TextSearch("fts", "english", "g"))),
        ((), Filter(Field("h"), Compare("like", "{a,b}", "any"))),
    )


def test_logic_and_order() -> None:
    query = parsed(
        'a.not.or=(b.eq."x)",not.and(c.is.true,d.cs.{1,2}))&e.order=f.desc.nullslast,g(h)'
    )
    [(path, tree)] = query.logic
    assert path == ("a",)
    assert tree == LogicGroup(
        "or",
        (
            Filter(Field("b"), Compare("eq", "x)")),
            LogicGroup(
                "and",
                (Filter(Field("c"), Is("true")), Filter(Field("d"), Compare("cs", "{1,2}"))),
                True,
            ),
        ),
        True,
    )
    assert query.orders == {
        ("e",): (
            OrderTerm(Field("f"), None, "desc", "nullslast"),
            OrderTerm(Field("h"), "g"),
        )
    }


def test_arguments_are_what_is_no_filter() -> None:
    query = parse_query(decode_pairs(b"a=1&b=eq.2&c=hello.world&d="), is_rpc_read=True)
    assert query.arguments == (("a", "1"), ("c", "hello.world"), ("d", ""))
    assert [item.field.name for _, item in query.filters] == ["b"]


@pytest.mark.parametrize(
    ("query", "message", "details"),
    [
        (
            "a=noop.0",
            '"failed to parse filter (noop.0)" (line 1, column 1)',
            'unexpected "o" expecting "not" or operator (eq, gt, ...)',
        ),
        (
            "a=is.maybe",
            '"failed to parse filter (is.maybe)" (line 1, column 4)',
            'unexpected "m" expecting isVal: (null, not_null, true, false, unknown)',
        ),
        (
            "a=in.1,2",
            '"failed to parse filter (in.1,2)" (line 1, column 4)',
            'unexpected "1" expecting "("',
        ),
        (
            "order=id.descc",
            '"failed to parse order (id.descc)" (line 1, column 8)',
            "unexpected 'c' expecting delimiter (.), \",\" or end of input",
        ),
        (
            "order=id.asc.nlsfst",
            '"failed to parse order (id.asc.nlsfst)" (line 1, column 8)',
            'unexpected "l" expecting "nullsfirst" or "nullslast"',
        ),
        (
            "select=id,clients(name[])",
            '"failed to parse select parameter (id,clients(name[]))" (line 1, column 16)',
            'unexpected \'[\' expecting letter, digit, "-", "->>", "->", "::", ".", ")", ","'
            " or end of input",
        ),
        (
            "select=data->>-78xy",
            '"failed to parse select parameter (data->>-78xy)" (line 1, column 11)',
            'unexpected \'x\' expecting digit, "->", "::", ".", "," or end of input',
        ),
        (
            "or=(id.in.1,2,id.eq.3)",
            '"failed to parse logic tree ((id.in.1,2,id.eq.3))" (line 1, column 10)',
            'unexpected "1" expecting "("',
        ),
        (
            "or=)(",
            '"failed to parse logic tree ()()" (line 1, column 3)',
            'unexpected ")" expecting "("',
        ),
        (
            "columns=",
            '"failed to parse columns parameter ()" (line 1, column 1)',
            "unexpected end of input expecting field name (* or [a..z0..9_$])",
        ),
    ],
)
def test_errors_point_at_the_character(query: str, message: str, details: str) -> None:
    assert refusal(query) == (message, details)


def test_depth_and_number_are_bounded() -> None:
    assert "nested deeper" in refusal("select=" + "a(" * 5000)[1]
    assert "nested deeper" in refusal("or=" + "(and" * 5000)[1]
    assert refusal("&".join(f"a{i}=eq.1" for i in range(2000)))[0] == "too many query parameters"


NAMES = st.sampled_from(
    ["select", "order", "limit", "offset", "or", "and", "not.or", "a", "a.b", "a.order", "columns"]
)
CHARACTERS = st.sampled_from("abz09_$*.,:;()!-<>\"\\{}[]'% \t\n\0é😀")
PIECES = st.one_of(CHARACTERS, st.sampled_from(["->", "->>", "::", "eq.", "in.(", "not.", "..."]))
TEXTS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=25).map("".join))


@given(st.lists(st.tuples(NAMES | TEXTS, TEXTS), max_size=4), st.booleans())
def test_whatever_is_sent_is_understood_or_refused(
    pairs: list[tuple[str, str]], is_rpc_read: bool
) -> None:
    try:
        parse_query(pairs, is_rpc_read=is_rpc_read)
    except RestError as error:
        assert error.status in (400, 416)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_query_string(query: bytes) -> None:
    try:
        decode_pairs(query)
    except RestError as error:
        assert error.code == "PGRST100"
