"""Filters (`id=eq.1`) and logic trees (`or=(a.eq.1,b.is.null)`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backoffice.rest.grammar.ast import (
    Compare,
    EmbedPath,
    Field,
    Filter,
    In,
    Is,
    Logic,
    LogicGroup,
    Operation,
    TextSearch,
)
from backoffice.rest.grammar.names import (
    delimiter,
    field,
    field_name,
    identifier,
    lexeme,
    quoted_value,
)
from backoffice.rest.grammar.parsec import (
    Parser,
    Reply,
    Steps,
    after,
    any_char,
    attempt,
    between,
    char,
    choice,
    fmap,
    label,
    many,
    none_of,
    not_followed_by,
    optional,
    pure,
    separated,
    sequence,
    string,
)

SIMPLE_OPERATORS = ("neq", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj")
QUANTIFIED_OPERATORS = ("eq", "gte", "gt", "lte", "lt", "like", "ilike", "match", "imatch")
TEXT_SEARCH_OPERATORS = ("fts", "plfts", "phfts", "wfts")

Negatable = tuple[bool, Operation]
Build = Callable[[Field], Filter]


def _any_of(names: tuple[str, ...]) -> Parser[str]:
    return choice(*(attempt(string(name)) for name in names))


def _ignoring_case(text: str) -> Parser[str]:
    @sequence
    def letters() -> Steps[str]:
        for letter in text:
            yield choice(char(letter), char(letter.upper()))
        return text

    return letters()


_quoted_element = attempt(
    fmap(
        between(pure(None), not_followed_by(none_of(",)")), quoted_value),
        lambda value: value,
    )
)
_bare_element = fmap(many(none_of(",)")), "".join)
_list_values: Parser[tuple[str, ...]] = between(
    lexeme(char("(")),
    lexeme(char(")")),
    fmap(separated(choice(_quoted_element, _bare_element), char(",")), tuple),
)
_is_value: Parser[str] = label(
    choice(
        *(
            attempt(_ignoring_case(value))
            for value in ("null", "not_null", "true", "false", "unknown")
        )
    ),
    "isVal: (null, not_null, true, false, unknown)",
)


@sequence
def _braces() -> Steps[str]:
    yield string("{")
    inner = yield many(none_of("{}"))
    yield string("}")
    return "{" + "".join(inner) + "}"


single_value: Parser[str] = fmap(many(any_char), "".join)
_logic_value: Parser[str] = choice(_quoted_element, attempt(_braces()), _bare_element)
_quantifier = optional(
    attempt(between(char("("), char(")"), choice(attempt(string("any")), string("all"))))
)


def _operation(value: Parser[str]) -> Parser[Operation]:
    @sequence
    def is_in() -> Steps[Operation]:
        yield attempt(after(string("in"), delimiter))
        return In((yield _list_values))

    @sequence
    def is_() -> Steps[Operation]:
        yield attempt(after(string("is"), delimiter))
        return Is((yield _is_value))

    @sequence
    def is_distinct() -> Steps[Operation]:
        yield attempt(after(string("isdistinct"), delimiter))
        return Compare("isdistinct", (yield value))

    @sequence
    def text_search() -> Steps[Operation]:
        operator = yield _any_of(TEXT_SEARCH_OPERATORS)
        config = yield optional(attempt(between(char("("), char(")"), identifier)))
        yield delimiter
        return TextSearch(operator, config, (yield value))

    @sequence
    def simple() -> Steps[Operation]:
        operator = yield label(_any_of(SIMPLE_OPERATORS), "unknown single value operator")
        yield delimiter
        return Compare(operator, (yield value))

    @sequence
    def quantified() -> Steps[Operation]:
        operator = yield label(_any_of(QUANTIFIED_OPERATORS), "unknown single value operator")
        quantifier = yield _quantifier
        yield delimiter
        return Compare(operator, (yield value), quantifier)

    return label(
        choice(
            is_in(),
            is_(),
            is_distinct(),
            attempt(text_search()),
            attempt(simple()),
            attempt(quantified()),
        ),
        "operator (eq, gt, ...)",
    )


_negation: Parser[bool] = fmap(attempt(after(string("not"), delimiter)), lambda _: True)


@sequence
def _condition(operation: Parser[Operation]) -> Steps[Negatable]:
    negated = yield choice(_negation, pure(False))
    return negated, (yield operation)


condition: Parser[Negatable] = _condition(_operation(single_value))
_logic_condition: Parser[Negatable] = _condition(_operation(_logic_value))


@sequence
def _logic_filter() -> Steps[Logic]:
    name = yield field
    yield delimiter
    negated, operation = yield _logic_condition
    return Filter(name, operation, negated)


def _logic(text: str, position: int) -> Reply[Any]:
    return logic(text, position)


@sequence
def _logic_group() -> Steps[Logic]:
    negated = yield label(choice(_negation, pure(False)), "negation operator (not)")
    operator = yield label(choice(attempt(string("and")), string("or")), "logic operator (and, or)")
    yield lexeme(char("("))
    members = yield separated(_logic, lexeme(char(",")))
    yield lexeme(char(")"))
    return LogicGroup(operator, tuple(members), negated)


logic: Parser[Logic] = choice(attempt(_logic_filter()), _logic_group())


@sequence
def _logic_path() -> Steps[tuple[EmbedPath, str]]:
    """`rel.not.or` → (("rel",), "not.or")."""
    names = yield separated(field_name, delimiter)
    operator = f"not.{names[-1]}" if "not" in names else names[-1]
    return tuple(name for name in names[:-1] if name != "not"), operator


logic_path = _logic_path()
