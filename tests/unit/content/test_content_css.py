"""Custom CSS: what is typed by whoever, and read anew by a parser after cleaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import tinycss2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backoffice.content.css import clean_css

ROOT = ".rose-section"
RULES = {"media", "supports", "container", "keyframes", "-webkit-keyframes"}
LOADS = {"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "element", "attr"}


def walk(nodes: Any) -> Iterator[Any]:
    waiting = list(nodes or [])
    while waiting:
        node = waiting.pop()
        yield node
        for name in ("prelude", "content", "arguments", "value"):
            inside = getattr(node, name, None)
            if isinstance(inside, list):
                waiting.extend(inside)


def selectors(prelude: Any) -> list[str]:
    parts: list[list[Any]] = [[]]
    for each in prelude:
        if each == ",":
            parts.append([])
        else:
            parts[-1].append(each)
    return [tinycss2.serialize(part).strip() for part in parts]


def check_rules(rules: Any, *, frames: bool = False) -> None:
    for rule in rules:
        if rule.type == "at-rule":
            assert rule.lower_at_keyword in RULES
            inner = tinycss2.parse_rule_list(rule.content, skip_whitespace=True)
            check_rules(inner, frames="keyframes" in rule.lower_at_keyword)
            continue
        assert rule.type == "qualified-rule", rule
        for selector in [] if frames else selectors(rule.prelude):
            compound = selector.split(" ")[0].split(">")[0]
            assert ROOT in compound, selector
            assert not re.match(r"[^\s>]*[.]rose-section[^\s>]*\s*[+~]", selector), selector
        for item in tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True):
            assert item.type == "declaration", item
            if item.lower_name == "position":
                assert tinycss2.serialize(item.value).strip() in ("static", "relative", "absolute")


def check(css: str) -> None:
    """What is delivered neither loads nor leaves the section, read by a parser of its own run."""
    assert "</" not in css and "<!--" not in css
    rules = tinycss2.parse_stylesheet(css, skip_whitespace=True)
    for node in walk(rules):
        assert node.type not in ("url", "error", "at-keyword"), node
        if node.type == "function":
            assert node.lower_name not in LOADS
            assert "host" not in node.lower_name and "slotted" not in node.lower_name
    check_rules(rules)
    again = clean_css(css)
    assert (again.css, again.removed) == (css, ())
    after = tinycss2.parse_stylesheet(f"{css} .after{{}}", skip_whitespace=True)
    assert tinycss2.serialize(after[-1].prelude).strip() == ".after", "everything is closed"


@pytest.mark.parametrize(
    "hostile",
    [
        ".a { background: url(https://evil.example/x) }",
        ".a { background: URL('x') }",
        ".a { background: u\\72l(x) }",
        ".a { background: \\75 rl(x) }",
        ".a { background: url( }",
        ".a { background: image-set('x' 1x) }",
        ".a { background: -webkit-image-set(url(x) 1x) }",
        ".a { background: cross-fade(url(x), red) }",
        ".a { --x: url(x); background: var(--x) }",
        ".a { --x: { background: url(x) } }",
        ".a { background: src('x') }",
        ".a { background: unknown('x') }",
        ".a { content: attr(data-x type(<url>)) }",
        ".a { cursor: url(x), auto }",
        ".a { filter: url(#x) }",
        ".a { filter: progid:DXImageTransform.Microsoft.AlphaImageLoader(src='x') }",
        ".a { width: expression(alert(1)) }",
        ".a { behavior: none }",
        ".a { -moz-binding: none }",
        ".a { position: fixed }",
        ".a { POSITION: Sticky !important }",
        ".a { p\\6fsition: f\\69xed }",
        ".a { position: var(--p) }",
        ".a { position: -webkit-sticky }",
        ".a { position/**/: /**/fixed }",
        ".a { view-transition-name: page }",
        ".a { position-anchor: --page }",
        ".a { top: anchor(--page bottom) }",
        ".a { color: red; <!-- } ",
        ".a::before { content: '</style><script>alert(1)</script>' }",
        "@import 'x';",
        "@import url(x);",
        "@\\69mport 'x';",
        "@charset 'utf-8';",
        "@font-face { font-family: x; src: url(x) }",
        "@namespace svg url(http://www.w3.org/2000/svg);",
        "@property --x { syntax: '<url>'; inherits: true; initial-value: url(x) }",
        "@page { margin: 0 }",
        "@layer x;",
        "@view-transition { navigation: auto }",
        "@unknown { .a { color: red } }",
        ":host { color: red }",
        ":host(.x) .a { color: red }",
        ":host-context(body) .a { color: red }",
        ":root { color: red }",
        ":scope { color: red }",
        ":is(:host) { color: red }",
        ":not(:host(*)) { color: red }",
        "::slotted(*) { color: red }",
        "::part(x) { color: red }",
        "::view-transition { color: red }",
        "> .a { color: red }",
        "+ .a { color: red }",
        "~ .a { color: red }",
        ".rose-section + p { color: red }",
        ".rose-section~p { color: red }",
        ".rose-section:hover ~ * { color: red }",
        "p.rose-section + p { color: red }",
        ".a || .b { color: red }",
        "svg|a { color: red }",
        "& { color: red }",
        "& + p { color: red }",
        "} body { color: red",
        "</style><script>alert(1)</script>",
        "[a='</style>'] { color: red }",
        "{ color: red }",
        ", { color: red }",
        "@media (x: url(y)) { .a { color: red } }",
        "@supports selector(:host) { .a { color: red } }",
        "@media screen;",
        "@keyframes x { .a { color: red } }",
    ],
)
def test_what_loads_or_escapes_is_left_out_and_named(hostile: str) -> None:
    cleaned = clean_css(hostile)
    assert cleaned.removed
    for what in cleaned.removed:
        assert what.why.endswith(".") and what.line == 1
    check(cleaned.css)
    assert "red" not in cleaned.css or hostile.startswith(("}", ".a { color: red; <!--", "</"))


def test_the_rest_of_a_rule_stays() -> None:
    cleaned = clean_css(
        ".rose-title, :host { color: red; background: url(x); margin: 0 }\n.b { position: fixed }"
    )
    assert cleaned.css == ".rose-section .rose-title{color: red;margin: 0 }"
    assert [(each.what, each.line) for each in cleaned.removed] == [
        (":host", 1),
        ("background: url(x)", 1),
        ("position: fixed", 2),
    ]


@pytest.mark.parametrize(
    ("typed", "delivered"),
    [
        (".rose-section { color: red }", ".rose-section{color: red }"),
        ("section.rose-section:hover > ul{x:y}", "section.rose-section:hover > ul{x:y}"),
        (".rose-section[data-layout=list]{x:y}", ".rose-section[data-layout=list]{x:y}"),
        ("a, b{x:y}", ".rose-section a,.rose-section b{x:y}"),
        ("*{x:y}", ".rose-section *{x:y}"),
        (".a:is(.b, .c)::before{x:y}", ".rose-section .a:is(.b, .c)::before{x:y}"),
        ("/* why */ .a{x:y}", ".rose-section .a{x:y}"),
        ("@media (width <= 40em){.a{x:y}}", "@media (width <= 40em){.rose-section .a{x:y}}"),
        ("@KEYFRAMES k{from,50%{x:y}}", "@keyframes k{from,50%{x:y}}"),
        (".a{--g:4px;gap:calc(var(--g)*2)}", ".rose-section .a{--g:4px;gap:calc(var(--g)*2)}"),
        ("i{b:linear-gradient(#fff,red)}", ".rose-section i{b:linear-gradient(#fff,red)}"),
        (".a{content:'→ \\201C'}", '.rose-section .a{content:"→ “"}'),
        (".a{}", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_what_stays_is_written_into_the_section(typed: str, delivered: str) -> None:
    cleaned = clean_css(typed)
    assert (cleaned.css, cleaned.removed) == (delivered, ())
    check(cleaned.css)


@pytest.mark.parametrize("opened", ["(", "[", "{", "a{", "/*", "a{b:c(", "@media x{", "a{b:c}/*"])
def test_what_is_not_closed_is_said(opened: str) -> None:
    cleaned = clean_css(f".x{{y:z}} {opened}")
    assert ".rose-section .x{y:z}" in cleaned.css
    assert any("not closed" in each.why for each in cleaned.removed)
    check(cleaned.css)


@pytest.mark.parametrize("unit", ["(", "a{", "@media x{", ":is(", "[", "a{b:c(", "calc("])
def test_deep_nesting_neither_fails_nor_takes_long(unit: str) -> None:
    check(clean_css(unit * (20_000 // len(unit))).css)
    check(clean_css(f".a{{x:{unit * 5000}}}").css)


def test_a_long_list_of_what_was_removed_ends() -> None:
    assert len(clean_css("@import 'x';" * 1500).removed) == 100


PIECES = """
.a .rose-section :host ::slotted(*) :is( :not( ) ( [ ] { } ; : , > + ~ & * | || @media @import
@font-face @keyframes @supports @layer from 50% screen (width<9px) url( url(x) URL("x") src("x")
image-set("x" image( attr(x) var(--x) calc(1px+1px) --x position fixed sticky static absolute
color red background content "a" 'b " ' \\ \\75 \\66 ixed /* */ <!-- --> </style> !important #
1px 2n+1 % behavior expression(1) progid:X(y) @ $ ^ = ~= - -- . :: u+1-2 é 😀
"""
PIECE = st.sampled_from([*re.split(r"\s+", PIECES.strip()), "\n", " ", "\x00", "\x0c"])


@settings(max_examples=600)
@given(st.lists(PIECE, max_size=40).map("".join))
@example(".a{x:\\")
@example("a{b:c}\\")
def test_nothing_written_from_these_pieces_loads_or_escapes(typed: str) -> None:
    check(clean_css(typed).css)


@settings(max_examples=300)
@given(st.lists(PIECE, max_size=40).map(" ".join))
def test_nor_with_spaces_between(typed: str) -> None:
    check(clean_css(typed).css)


@given(st.text(max_size=300))
def test_any_text_is_taken(typed: str) -> None:
    check(clean_css(typed).css)
