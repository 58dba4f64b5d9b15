"""Which values, functions and properties custom CSS may use.

What loads is known by how it is written: an address token or a function. Only functions that are
known to compute are let through, so that one that CSS gets later loads nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tinycss2.ast import Declaration, Node


def words(text: str) -> frozenset[str]:
    """What stands between the spaces of `text`."""
    return frozenset(text.split())


FUNCTIONS: Final = words(
    """
    calc min max clamp round mod rem abs sign sin cos tan asin acos atan atan2 pow sqrt hypot log
    exp var env
    rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark
    linear-gradient radial-gradient conic-gradient
    repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient
    translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d
    rotate rotatex rotatey rotatez rotate3d skew skewx skewy matrix matrix3d perspective
    cubic-bezier steps linear
    blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
    repeat minmax fit-content
    circle ellipse inset polygon rect xywh
    counter counters
    """
)
LOADING: Final = words(
    """
    url url-prefix domain src image image-set -webkit-image-set cross-fade -webkit-cross-fade
    element -moz-element paint -webkit-canvas attr
    """
)
PROPERTIES_THAT_ESCAPE: Final = {
    "behavior": "It runs code.",
    "-ms-behavior": "It runs code.",
    "-moz-binding": "It runs code.",
    "view-transition-name": "It takes part in the page's own transitions.",
    "view-transition-class": "It takes part in the page's own transitions.",
    "view-transition-group": "It takes part in the page's own transitions.",
    "anchor-name": "It offers itself to the page's own elements.",
    "anchor-scope": "It offers itself to the page's own elements.",
    "position-anchor": "It is placed by an element of the page.",
    "position-area": "It is placed by an element of the page.",
}
POSITIONS: Final = words("static relative absolute initial unset revert")
NAME: Final = re.compile(r"--[a-z0-9_-]+|-?[a-z][a-z-]*", re.IGNORECASE)
# What would end a <style> element or hide from whoever reads it as markup.
MARKUP: Final = re.compile(r"</|<!--|-->|\]\]>")
PLACE_ONLY: Final = (
    "A section stays in its place: position is static, relative or absolute, without var()."
)


def why_not_declared(declaration: Declaration) -> str | None:
    """Why a declaration is left out, as a sentence; None when it may stay."""
    name = declaration.lower_name
    if not NAME.fullmatch(name):
        return "This is no property."
    if name in PROPERTIES_THAT_ESCAPE:
        return PROPERTIES_THAT_ESCAPE[name]
    if name == "position" and not _is_place(declaration.value):
        return PLACE_ONLY
    return why_not_valued(declaration.value) or why_not_written(declaration.serialize())


def why_not_valued(value: Sequence[Node]) -> str | None:
    """Why a value, or the condition of a rule, is left out; None when it may stay."""
    waiting = list(value)
    while waiting:
        token = waiting.pop()
        match token.type:
            case "url":
                return "It loads from an address."
            case "function":
                if token.lower_name in LOADING:
                    return f"{token.name}() loads, or may."
                if token.lower_name not in FUNCTIONS:
                    return f"{token.name}() is not among the functions a section may use."
                waiting.extend(token.arguments)
            case "() block" | "[] block":
                waiting.extend(token.content)
            case "{} block":
                return "A block is no value."
            case "error" | "at-keyword":
                return "This is not valid CSS."
            case _:
                pass
    return None


def why_not_written(text: str) -> str | None:
    """Why what would be written is left out: it could be read as markup."""
    return "It contains markup." if MARKUP.search(text) else None


def _is_place(value: Sequence[Node]) -> bool:
    said = [token for token in value if token.type not in ("whitespace", "comment")]
    return len(said) == 1 and said[0].type == "ident" and said[0].lower_value in POSITIONS
