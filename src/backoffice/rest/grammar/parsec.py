"""Parser combinators whose errors point at the character, and say what was expected there.

Clients show PostgREST's PGRST100 texts to people, and its test suite compares them, so these
combinators merge errors by the rules of Parsec, the library PostgREST's own grammar is written in
(Leijen and Meijer, "Parsec: Direct Style Monadic Parser Combinators For The Real World", 2001).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import wraps
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from backoffice.rest.grammar.failures import (
    Failure,
    GrammarError,
    Kind,
    escaped,
    explain,
    line_and_column,
    merge,
    quoted,
)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")


class Reply(NamedTuple, Generic[T_co]):
    """A parser's answer. `failure` is kept on success too: a later failure may merge with it."""

    ok: bool
    consumed: bool
    position: int
    failure: Failure
    value: T_co


Parser = Callable[[str, int], Reply[T]]


def pure(value: T) -> Parser[T]:
    """Succeed without reading."""
    return lambda _text, position: Reply(True, False, position, Failure(position), value)


def fail(message: str = "") -> Parser[Any]:
    """Fail without reading."""
    messages = ((Kind.MESSAGE, message),) if message else ()
    return lambda _text, position: Reply(False, False, position, Failure(position, messages), None)


def satisfy(accepts: Callable[[str], bool]) -> Parser[str]:
    """One character that `accepts`."""

    def parse(text: str, position: int) -> Reply[Any]:
        if position >= len(text):
            unexpected = (Kind.SYSTEM_UNEXPECTED, "")
        elif accepts(text[position]):
            return Reply(True, True, position + 1, Failure(position + 1), text[position])
        else:
            unexpected = (Kind.SYSTEM_UNEXPECTED, quoted(text[position]))
        return Reply(False, False, position, Failure(position, (unexpected,)), None)

    return parse


def label(parser: Parser[T], *names: str) -> Parser[T]:
    """Say `names` are expected when `parser` fails without reading."""
    expected = tuple((Kind.EXPECTED, name) for name in names)

    def parse(text: str, position: int) -> Reply[T]:
        reply = parser(text, position)
        if reply.consumed or (reply.ok and not reply.failure.messages):
            return reply
        others = tuple(m for m in reply.failure.messages if m[0] is not Kind.EXPECTED)
        return reply._replace(failure=Failure(reply.failure.position, others + expected))

    return parse


def char(expected: str) -> Parser[str]:
    """This character."""
    return label(satisfy(lambda c: c == expected), quoted(expected))


def one_of(characters: str) -> Parser[str]:
    """One of these characters."""
    return satisfy(lambda c: c in characters)


def none_of(characters: str) -> Parser[str]:
    """Any character but these."""
    return satisfy(lambda c: c not in characters)


def string(expected: str) -> Parser[str]:
    """This text. Failing after its first character counts as having read."""
    expectation = (Kind.EXPECTED, quoted(expected))

    def parse(text: str, position: int) -> Reply[Any]:
        if text.startswith(expected, position):
            end = position + len(expected)
            return Reply(True, True, end, Failure(end), expected)
        matched = 0
        while position + matched < len(text) and text[position + matched] == expected[matched]:
            matched += 1
        rest = text[position + matched : position + matched + 1]
        messages = ((Kind.SYSTEM_UNEXPECTED, quoted(rest) if rest else ""), expectation)
        return Reply(False, matched > 0, position, Failure(position, messages), None)

    return parse


def attempt(parser: Parser[T]) -> Parser[T]:
    """`parser`, but a failure counts as not having read (Parsec's `try`)."""

    def parse(text: str, position: int) -> Reply[T]:
        reply = parser(text, position)
        return reply if reply.ok else reply._replace(consumed=False)

    return parse


def look_ahead(parser: Parser[T]) -> Parser[T]:
    """What `parser` finds, without moving on."""

    def parse(text: str, position: int) -> Reply[T]:
        reply = parser(text, position)
        if not reply.ok:
            return reply
        return Reply(True, False, position, Failure(position), reply.value)

    return parse


def choice(*parsers: Parser[T]) -> Parser[T]:
    """The first that succeeds; one that failed after reading ends the search."""

    def parse(text: str, position: int) -> Reply[T]:
        failure = Failure(position)
        for parser in parsers:
            reply = parser(text, position)
            if reply.consumed:
                return reply
            failure = merge(failure, reply.failure)
            if reply.ok:
                return reply._replace(failure=failure)
        return Reply(False, False, position, failure, None)  # type: ignore[arg-type]

    return parse


def optional(parser: Parser[T]) -> Parser[T | None]:
    """`parser` or None."""
    return choice(parser, pure(None))


def many(parser: Parser[T]) -> Parser[list[T]]:
    """As many as there are."""

    def parse(text: str, position: int) -> Reply[list[T]]:
        values: list[T] = []
        while True:
            reply = parser(text, position)
            if not reply.ok:
                ok = not reply.consumed
                consumed = bool(values) or reply.consumed
                return Reply(ok, consumed, position, reply.failure, values)
            if reply.position == position:
                raise AssertionError("many() of a parser that reads nothing never ends")
            values.append(reply.value)
            position = reply.position

    return parse


def fmap(parser: Parser[Any], function: Callable[[Any], T]) -> Parser[T]:
    """`function` of what `parser` finds."""

    def parse(text: str, position: int) -> Reply[T]:
        reply = parser(text, position)
        return reply._replace(value=function(reply.value)) if reply.ok else reply

    return parse


Steps = Generator[Parser[Any], Any, T]


def sequence(steps: Callable[P, Steps[T]]) -> Callable[P, Parser[T]]:
    """Write a parser as a generator: `value = yield parser`, one after the other."""

    @wraps(steps)
    def build(*args: P.args, **kwargs: P.kwargs) -> Parser[T]:
        def parse(text: str, position: int) -> Reply[T]:
            generator = steps(*args, **kwargs)
            consumed, failure, value = False, Failure(position), None
            try:
                while True:
                    reply = generator.send(value)(text, position)
                    consumed = consumed or reply.consumed
                    failure = reply.failure if reply.consumed else merge(failure, reply.failure)
                    if not reply.ok:
                        return Reply(False, consumed, position, failure, reply.value)
                    position, value = reply.position, reply.value
            except StopIteration as stop:
                return Reply(True, consumed, position, failure, stop.value)

        return parse

    return build


@sequence
def many1(parser: Parser[T]) -> Steps[list[T]]:
    """One or more."""
    first = yield parser
    rest = yield many(parser)
    return [first, *rest]


@sequence
def separated(parser: Parser[T], separator: Parser[Any]) -> Steps[list[T]]:
    """One or more, with `separator` between (Parsec's `sepBy1`)."""
    first = yield parser
    rest = yield many(after(separator, parser))
    return [first, *rest]


@sequence
def after(before: Parser[Any], parser: Parser[T]) -> Steps[T]:
    """`parser`, when `before` came before it."""
    yield before
    value: T = yield parser
    return value


@sequence
def between(opening: Parser[Any], closing: Parser[Any], parser: Parser[T]) -> Steps[T]:
    """`parser` between two others."""
    yield opening
    value: T = yield parser
    yield closing
    return value


def not_followed_by(parser: Parser[str]) -> Parser[None]:
    """Succeed, reading nothing, where `parser` fails."""

    def parse(text: str, position: int) -> Reply[None]:
        reply = parser(text, position)
        if not reply.ok:
            return Reply(True, False, position, Failure(position), None)
        found = (Kind.UNEXPECTED, f"'{escaped(reply.value)}'")
        return Reply(False, False, position, Failure(position, (found,)), None)

    return parse


any_char = satisfy(lambda _: True)
end_of_input = label(not_followed_by(any_char), "end of input")
letter = label(satisfy(str.isalpha), "letter")
digit = label(satisfy(lambda c: c.isascii() and c.isdigit()), "digit")


def run(parser: Parser[T], name: str, text: str) -> T:
    """What `parser` finds in `text`; `name` names the text in errors. Raises `GrammarError`."""
    try:
        reply = parser(text, 0)
    except RecursionError:
        raise GrammarError(f'"{name[:200]}" (line 1, column 1)', "nested too deeply") from None
    if reply.ok:
        return reply.value
    line, column = line_and_column(text, reply.failure.position)
    place = f'"{name}" (line {line}, column {column})'
    raise GrammarError(place, explain(reply.failure.messages))
