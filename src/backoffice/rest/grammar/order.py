"""`order=`: terms of this resource, or of a to-one embed (`order=client(name).desc`)."""

from __future__ import annotations

from typing import Any

from backoffice.rest.grammar.ast import OrderTerm
from backoffice.rest.grammar.names import blanks, delimiter, field, field_name
from backoffice.rest.grammar.parsec import (
    Parser,
    Steps,
    after,
    attempt,
    between,
    char,
    choice,
    end_of_input,
    fmap,
    look_ahead,
    optional,
    separated,
    sequence,
    string,
)

_term_end: Parser[Any] = choice(attempt(look_ahead(char(","))), attempt(end_of_input))
_direction = choice(
    attempt(after(delimiter, string("asc"))), attempt(after(delimiter, string("desc")))
)
_nulls = choice(
    attempt(after(delimiter, string("nullsfirst"))),
    attempt(after(delimiter, string("nullslast"))),
)


@sequence
def _nulls_then_end() -> Steps[str | None]:
    nulls: str | None = yield optional(_nulls)
    yield _term_end
    return nulls


_ending: Parser[Any] = choice(_nulls_then_end(), fmap(_term_end, lambda _: None))


@sequence
def _field_term() -> Steps[OrderTerm]:
    column = yield field
    direction = yield optional(_direction)
    nulls = yield _ending
    return OrderTerm(column, None, direction, nulls)


@sequence
def _relation_term() -> Steps[OrderTerm]:
    relation = yield field_name
    column = yield between(char("("), char(")"), field)
    direction = yield optional(_direction)
    nulls = yield _ending
    return OrderTerm(column, relation, direction, nulls)


@sequence
def _term() -> Steps[OrderTerm]:
    yield blanks
    term: OrderTerm = yield choice(attempt(_relation_term()), _field_term())
    yield blanks
    return term


order: Parser[tuple[OrderTerm, ...]] = fmap(separated(_term(), char(",")), tuple)
