"""Selectors of custom CSS, held inside the section.

Each begins at the section's root element. From there combinators lead only downwards, or sideways
among what is inside, so that nothing of the page around it can be reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import tinycss2
from tinycss2.ast import Node

from backoffice.content.css_values import why_not_written, words

ROOT_CLASS: Final = "rose-section"
PSEUDO: Final = words(
    """
    hover active focus focus-visible focus-within visited link any-link
    enabled disabled checked indeterminate required optional valid invalid user-valid user-invalid
    placeholder-shown autofill read-only read-write empty
    first-child last-child only-child first-of-type last-of-type only-of-type
    before after first-line first-letter placeholder marker selection
    """
)
PSEUDO_FUNCTIONS: Final = words(
    """
    not is where has nth-child nth-last-child nth-of-type nth-last-of-type lang dir
    """
)
COMBINATORS: Final = frozenset({">", "+", "~"})
SIMPLE: Final = frozenset({"ident", "hash"})
IN_ARGUMENTS: Final = frozenset({"number", "dimension", "string"})
IN_ATTRIBUTES: Final = frozenset({"ident", "string", "whitespace"})


def scoped_selectors(prelude: Sequence[Node]) -> Iterator[tuple[Sequence[Node], str, str | None]]:
    """Each selector of a list: its tokens, how it is written in the section, why it is left out."""
    for selector in _split(prelude):
        why = "This is no selector." if not selector else why_not_selected(selector)
        text = "" if why else _scoped(selector)
        why = why or why_not_written(text)
        yield selector, text, why


def why_not_selected(selector: Sequence[Node]) -> str | None:
    """Why a selector is left out; None when it stays inside the section."""
    if _is_combinator(selector[0]) or _is_combinator(selector[-1]):
        return "This is no selector."
    if why := _why_not_parts(selector, within=False):
        return why
    compound, rest = _first_compound(selector)
    following = [token for token in rest if token.type != "whitespace"]
    if _names_root(compound) and following and following[0] in ("+", "~"):
        return "It reaches what stands beside the section."
    return None


def _why_not_parts(tokens: Sequence[Node], *, within: bool) -> str | None:
    waiting = [(tokens, within)]
    while waiting:
        part, nested = waiting.pop()
        for place, token in enumerate(part):
            before = part[place - 1] if place else None
            if token.type == "function":
                if before != ":" or token.lower_name not in PSEUDO_FUNCTIONS:
                    return f":{token.name}() is not among what a section may select by."
                waiting.append((token.arguments, True))
            elif why := _why_not_part(token, before, nested=nested):
                return why
    return None


def _why_not_part(token: Node, before: Node | None, *, nested: bool) -> str | None:
    match token.type:
        case "whitespace":
            return None
        case "ident" if before == ":" and token.lower_value not in PSEUDO:
            return f":{token.value} is not among what a section may select by."
        case "[] block":
            odd = (each for each in token.content if not _is_in_attribute(each))
            return "This is no selector." if any(odd) else None
        case "literal" if token.value == "&":
            return "Nested rules must be written out."
        case "literal" if token.value in (".", ":", "*", "::") or token.value in COMBINATORS:
            return None
        case "literal" if nested and token.value in (",", "-"):
            return None
        case kind if kind in SIMPLE or (nested and kind in IN_ARGUMENTS):
            return None
        case _:
            return "This is no selector."


def _is_in_attribute(token: Node) -> bool:
    if token.type == "literal":
        return token.value in ("=", "~=", "|=", "^=", "$=", "*=", "-")
    return token.type in IN_ATTRIBUTES


def _split(prelude: Sequence[Node]) -> Iterator[Sequence[Node]]:
    selector: list[Node] = []
    for each in prelude:
        if each == ",":
            yield _trimmed(selector)
            selector = []
        elif each.type != "comment":
            selector.append(each)
    yield _trimmed(selector)


def _trimmed(tokens: list[Node]) -> Sequence[Node]:
    start, end = 0, len(tokens)
    while start < end and tokens[start].type == "whitespace":
        start += 1
    while end > start and tokens[end - 1].type == "whitespace":
        end -= 1
    return tokens[start:end]


def _first_compound(selector: Sequence[Node]) -> tuple[Sequence[Node], Sequence[Node]]:
    for place, token in enumerate(selector):
        if token.type == "whitespace" or _is_combinator(token):
            return selector[:place], selector[place:]
    return selector, []


def _names_root(compound: Sequence[Node]) -> bool:
    return any(
        before == "." and token.type == "ident" and token.value == ROOT_CLASS
        for before, token in pairwise(compound)
    )


def _is_combinator(token: Node) -> bool:
    return token.type == "literal" and token.value in COMBINATORS


def _scoped(selector: Sequence[Node]) -> str:
    text = tinycss2.serialize(list(selector))
    compound, _ = _first_compound(selector)
    return text if _names_root(compound) else f".{ROOT_CLASS} {text}"
