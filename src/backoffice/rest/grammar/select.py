"""`select=`: columns, casts, aggregates and embedded resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backoffice.rest.grammar.ast import (
    Field,
    JoinType,
    SelectEmbed,
    SelectField,
    SelectItem,
)
from backoffice.rest.grammar.names import blanks, comma, field, field_name, identifier
from backoffice.rest.grammar.parsec import (
    Parser,
    Steps,
    after,
    attempt,
    between,
    char,
    choice,
    end_of_input,
    fail,
    fmap,
    look_ahead,
    not_followed_by,
    optional,
    pure,
    separated,
    sequence,
    string,
)

_alias_separator = after(char(":"), not_followed_by(char(":")))
_item_end: Parser[object] = choice(
    attempt(look_ahead(string(")"))), attempt(look_ahead(string(","))), attempt(end_of_input)
)
_cast = optional(after(string("::"), identifier))


@sequence
def _alias_name() -> Steps[str]:
    name: str = yield field_name
    yield _alias_separator
    return name


_alias = optional(attempt(_alias_name()))

# `min` and `max` share their first letter.
_aggregate: Parser[str] = choice(
    string("sum"), string("avg"), string("count"), attempt(string("max")), attempt(string("min"))
)


@sequence
def _aggregate_call() -> Steps[str]:
    yield char(".")
    name: str = yield _aggregate
    yield string("()")
    return name


@sequence
def _star() -> Steps[SelectItem]:
    yield string("*")
    yield _item_end
    return SelectField(Field("*"))


@sequence
def _count_of_rows() -> Steps[SelectItem]:
    alias = yield _alias
    yield string("count()")
    cast = yield _cast
    yield _item_end
    return SelectField(Field("*"), alias, aggregate="count", aggregate_cast=cast)


@sequence
def _column() -> Steps[SelectItem]:
    alias = yield _alias
    selected = yield field
    cast = yield _cast
    aggregate = yield optional(attempt(_aggregate_call()))
    aggregate_cast = yield _cast
    yield _item_end
    return SelectField(selected, alias, cast, aggregate, aggregate_cast)


_field_body: Parser[SelectItem] = choice(attempt(_star()), attempt(_count_of_rows()), _column())


@sequence
def _select_field() -> Steps[SelectItem]:
    yield blanks
    item: SelectItem = yield _field_body
    yield blanks
    return item


_join_or_hint: Parser[tuple[str, str]] = after(
    char("!"),
    choice(
        fmap(attempt(string("left")), lambda join: ("join", join)),
        fmap(attempt(string("inner")), lambda join: ("join", join)),
        fmap(attempt(field_name), lambda hint: ("hint", hint)),
    ),
)


@sequence
def _embed_parameters() -> Steps[tuple[str | None, JoinType | None]]:
    first = yield optional(_join_or_hint)
    second = yield optional(_join_or_hint)
    found: dict[str, Any] = dict(p for p in (second, first) if p is not None)
    return found.get("hint"), found.get("join")


_opening_ahead = attempt(look_ahead(string("(")))

EmbedHead = Callable[[tuple[SelectItem, ...]], SelectEmbed]


@sequence
def _spread_head() -> Steps[EmbedHead]:
    yield blanks
    yield string("...")
    name = yield field_name
    hint, join = yield _embed_parameters()
    yield _opening_ahead
    yield blanks
    return lambda children: SelectEmbed(name, None, hint, join, True, children)


@sequence
def _embed_head() -> Steps[EmbedHead]:
    yield blanks
    alias = yield _alias
    name = yield field_name
    # `count()` is the aggregate, never a relation.
    yield fail() if name == "count" else pure(None)
    hint, join = yield _embed_parameters()
    yield _opening_ahead
    yield blanks
    return lambda children: SelectEmbed(name, alias, hint, join, False, children)


def _items(text: str, position: int) -> Any:
    return items(text, position)


@sequence
def _embed(head: Parser[EmbedHead]) -> Steps[SelectItem]:
    build: EmbedHead = yield attempt(head)
    children = yield between(char("("), char(")"), _items)
    return build(children)


_item: Parser[SelectItem] = choice(_embed(_spread_head()), _embed(_embed_head()), _select_field())
items: Parser[tuple[SelectItem, ...]] = fmap(choice(separated(_item, comma), pure([])), tuple)
