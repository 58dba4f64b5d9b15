"""Where in a token's claims its role stands: PostgREST's `jwt-role-claim-key`.

Source: PostgREST 14, "JWT Role Extraction". A path is `.key`, `."odd key"`, `[0]`, a filter of an
array's texts as its `[?(@ == "x")]`, and a slice of a text as its `[7:-3]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_KEY = re.compile(r'\.(?:([\w$@]+)|"([^"]*)")')
_INDEX = re.compile(r"\[(\d+)\]")
_SLICE = re.compile(r"\[(-?\d+)?:(-?\d+)?\]")
_FILTER = re.compile(r'\[\?\(@ *(==\^|==|!=|\^==|\*==) *"([^"]*)"\)\]')
_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "==": str.__eq__,
    "!=": str.__ne__,
    "^==": str.startswith,
    "==^": str.endswith,
    "*==": str.__contains__,
}


@dataclass(frozen=True, slots=True)
class TextFilter:
    """The first text of an array that compares so with another."""

    operator: str
    text: str

    def first(self, values: list[Any]) -> str | None:
        """The text, if there is one."""
        matches = _MATCHES[self.operator]
        texts = (value for value in values if isinstance(value, str))
        return next((text for text in texts if matches(text, self.text)), None)


@dataclass(frozen=True, slots=True)
class TextSlice:
    """A part of a text; negative places count from its end."""

    start: int | None
    stop: int | None


Step = str | int | TextFilter | TextSlice
ClaimPath = tuple[Step, ...]


def parse_claim_path(text: str) -> ClaimPath:
    """The path's steps. Raises `ValueError` if it is none, or does not begin with a key."""
    steps: list[Step] = []
    position = 0
    while position < len(text):
        if found := _KEY.match(text, position):
            steps.append(found[1] if found[2] is None else found[2])
        elif found := _INDEX.match(text, position):
            steps.append(int(found[1]))
        elif found := _SLICE.match(text, position):
            steps.append(TextSlice(*(int(part) if part else None for part in found.groups())))
        elif found := _FILTER.match(text, position):
            steps.append(TextFilter(found[1], found[2]))
        else:
            raise ValueError(text)
        position = found.end()
    if not steps or not isinstance(steps[0], str):
        raise ValueError(text)
    return tuple(steps)


def show_claim_path(path: ClaimPath) -> str:
    """The path as `parse_claim_path` reads it, every key quoted."""
    return "".join(map(_shown, path))


def _shown(step: Step) -> str:
    match step:
        case str():
            return f'."{step}"'
        case int():
            return f"[{step}]"
        case TextFilter():
            return f'[?(@ {step.operator} "{step.text}")]'
    start, stop = ("" if place is None else place for place in (step.start, step.stop))
    return f"[{start}:{stop}]"


def find_claim(claims: Mapping[str, Any], path: ClaimPath) -> Any:
    """What stands there, None if nothing does."""
    value: Any = claims
    for step in path:
        match step, value:
            case str(), Mapping():
                value = value.get(step)
            case int(), list() if step < len(value):
                value = value[step]
            case TextFilter(), list():
                value = step.first(value)
            case TextSlice(), str():
                value = value[step.start : step.stop]
            case _:
                return None
    return value
