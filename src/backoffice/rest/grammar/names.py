"""Identifiers, quoted values, fields and JSON paths."""

from __future__ import annotations

from backoffice.rest.grammar.ast import EmbedPath, Field, JsonStep
from backoffice.rest.grammar.parsec import (
    Parser,
    Steps,
    after,
    any_char,
    attempt,
    between,
    char,
    choice,
    digit,
    end_of_input,
    fmap,
    label,
    letter,
    look_ahead,
    many,
    many1,
    none_of,
    not_followed_by,
    one_of,
    pure,
    separated,
    sequence,
    string,
)

blanks = fmap(many(one_of(" \t")), "".join)
delimiter = label(char("."), "delimiter (.)")


@sequence
def lexeme(parser: Parser[object]) -> Steps[object]:
    """`parser` with blanks around it."""
    yield blanks
    value = yield parser
    yield blanks
    return value


comma = lexeme(char(","))
identifier_char = choice(letter, digit, one_of("_ $"))
identifier = fmap(many1(identifier_char), lambda chars: "".join(chars).strip())
quoted_value = fmap(
    between(
        char('"'),
        char('"'),
        many(choice(none_of('\\"'), after(char("\\"), any_char))),
    ),
    "".join,
)


@sequence
def _dash() -> Steps[str]:
    yield char("-")
    yield not_followed_by(char(">"))
    return "-"


def _joined_by_dashes(parser: Parser[str]) -> Parser[str]:
    return fmap(separated(parser, attempt(_dash())), "-".join)


field_name: Parser[str] = label(
    choice(quoted_value, _joined_by_dashes(identifier)), "field name (* or [a..z0..9_$])"
)
_json_identifier = fmap(many1(none_of("(-:.,>)")), lambda chars: "".join(chars).strip())
_json_key_name: Parser[str] = label(
    choice(quoted_value, _joined_by_dashes(_json_identifier)),
    "any non reserved character different from: .,>()",
)
_index_end: Parser[object] = choice(
    *(attempt(look_ahead(string(end))) for end in ("->", "::", ".", ",")),
    attempt(end_of_input),
)


@sequence
def _json_index() -> Steps[tuple[str, bool]]:
    sign = yield choice(char("-"), pure("+"))
    digits = yield many1(digit)
    yield _index_end
    return sign + "".join(digits), True


_json_operand: Parser[tuple[str, bool]] = choice(
    attempt(_json_index()), attempt(fmap(_json_key_name, lambda key: (key, False)))
)


@sequence
def _json_step() -> Steps[JsonStep]:
    arrow = yield choice(attempt(string("->>")), attempt(string("->")))
    operand, is_index = yield _json_operand
    return JsonStep(arrow == "->>", operand, is_index)


json_path: Parser[tuple[JsonStep, ...]] = fmap(many(_json_step()), tuple)


@sequence
def _field() -> Steps[Field]:
    yield blanks
    name = yield field_name
    path = yield json_path
    yield blanks
    return Field(name, path)


field = _field()


@sequence
def _tree_path() -> Steps[tuple[EmbedPath, Field]]:
    names = yield separated(field_name, delimiter)
    path = yield json_path
    return tuple(names[:-1]), Field(names[-1], path)


tree_path = _tree_path()
columns: Parser[list[str]] = separated(field_name, comma)
