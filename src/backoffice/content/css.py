"""A client's own CSS for an AI Section, made safe to put on their page.

It is parsed as browsers parse it (CSS Syntax Level 3, by tinycss2) and written anew from what was
understood: what loads or reaches out of the section is left out, and so is what is not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import tinycss2
from tinycss2.ast import AtRule, Node, QualifiedRule

from backoffice.content.css_selectors import scoped_selectors
from backoffice.content.css_values import why_not_declared, why_not_valued, why_not_written

CONDITIONS: Final = frozenset({"media", "supports", "container"})
KEYFRAMES: Final = frozenset({"keyframes", "-webkit-keyframes"})
LOADING_RULES: Final = frozenset({"import", "font-face", "namespace"})
MAX_DEPTH: Final = 20
MAX_REMOVALS: Final = 100
SHOWN: Final = 80
_END: Final = "rose-end"


@dataclass(frozen=True, slots=True)
class Removal:
    """What was left out, as it was written (shortened), why, and on which line it stood."""

    what: str
    why: str
    line: int


@dataclass(frozen=True, slots=True)
class CleanCss:
    """CSS to deliver, and what was left out of what was typed, at most `MAX_REMOVALS` of it."""

    css: str
    removed: tuple[Removal, ...]


def clean_css(source: str) -> CleanCss:
    """`source` held inside the section's root element, without anything that loads or escapes."""
    rules = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
    if _depth(rules) > MAX_DEPTH:
        return CleanCss("", (Removal(source[:SHOWN], "It is nested too deeply.", 1),))
    cleaner = _Cleaner()
    css = "\n".join(cleaner.rules(rules, 0))
    if not _is_closed(source):
        why = "A block, comment or bracket is not closed; it was closed at the end."
        cleaner.removed.append(Removal("", why, source.count("\n") + 1))
    return CleanCss(css, tuple(cleaner.removed[:MAX_REMOVALS]))


@dataclass(slots=True)
class _Cleaner:
    removed: list[Removal] = field(default_factory=list)

    def rules(self, rules: Iterable[Node], depth: int) -> Iterator[str]:
        """The rules that stay, written anew."""
        for rule in rules:
            match rule.type:
                case "qualified-rule":
                    yield from self._styles(rule)
                case "at-rule":
                    yield from self._at_rule(rule, depth)
                case _:
                    self._remove(rule, "This is not valid CSS.")

    def _styles(self, rule: QualifiedRule) -> Iterator[str]:
        kept: list[str] = []
        for selector, text, why in scoped_selectors(rule.prelude):
            if why:
                self._remove(rule, why, selector)
            else:
                kept.append(text)
        body = self._declarations(rule.content) if kept else ""
        if body:
            yield f"{','.join(kept)}{{{body}}}"

    def _declarations(self, content: Sequence[Node]) -> str:
        kept: list[str] = []
        found = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
        for item in found:
            if item.type == "declaration":
                why = why_not_declared(item)
            elif item.type in ("qualified-rule", "at-rule"):
                why = "Nested rules must be written out."
            else:
                why = "This is not valid CSS."
            if why:
                self._remove(item, why)
            else:
                kept.append(item.serialize())
        return ";".join(kept)

    def _at_rule(self, rule: AtRule, depth: int) -> Iterator[str]:
        name = rule.lower_at_keyword
        condition = tinycss2.serialize(rule.prelude).strip()
        if name in LOADING_RULES:
            self._remove(rule, f"@{name} loads, or changes how other rules are read.")
        elif name not in CONDITIONS | KEYFRAMES or rule.content is None:
            self._remove(rule, f"@{name} is not among the rules a section may use.")
        elif why := why_not_valued(rule.prelude) or why_not_written(condition):
            self._remove(rule, why)
        else:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            kept = self._frames(inner) if name in KEYFRAMES else self.rules(inner, depth + 1)
            body = "".join(kept)
            if body:
                yield f"@{name} {condition}{{{body}}}"

    def _frames(self, rules: Iterable[Node]) -> Iterator[str]:
        for rule in rules:
            if rule.type != "qualified-rule" or not _is_moment(rule.prelude):
                self._remove(rule, "Keyframes hold from, to and percentages.")
            elif body := self._declarations(rule.content):
                yield f"{tinycss2.serialize(rule.prelude).strip()}{{{body}}}"

    def _remove(self, node: Node, why: str, part: Sequence[Node] | None = None) -> None:
        if len(self.removed) < MAX_REMOVALS:
            text = tinycss2.serialize(part) if part else _written(node)
            what = " ".join(text.split())
            shown = what if len(what) <= SHOWN else f"{what[: SHOWN - 1]}…"
            self.removed.append(Removal(shown, why, node.source_line))


def _written(node: Node) -> str:
    return "" if node.type == "error" else str(node.serialize())


def _is_moment(prelude: Sequence[Node]) -> bool:
    said = [each for each in prelude if each.type not in ("whitespace", "comment")]
    return bool(said) and all(
        each == ","
        or each.type == "percentage"
        or (each.type == "ident" and each.lower_value in ("from", "to"))
        for each in said
    )


def _depth(nodes: Sequence[Node]) -> int:
    """How deeply blocks and functions are nested; without recursion, since nobody limits them."""
    deepest = 0
    waiting = [(node, 1) for node in nodes]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        for name in ("prelude", "content", "arguments"):
            inside = getattr(node, name, None)
            if isinstance(inside, list):
                waiting.extend((each, depth + 1) for each in inside)
    return deepest


def _is_closed(source: str) -> bool:
    """Whether everything that `source` opens is closed: what is put after it stands by itself."""
    after = tinycss2.parse_component_value_list(f"{source}\n@{_END};")
    return any(token.type == "at-keyword" and token.value == _END for token in after)
