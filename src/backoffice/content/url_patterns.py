"""Patterns of addresses: globs, in which only `*` means something.

They are matched in the browser (`widget/src/url-rules.ts`) in linear time; here it is only checked
that one could ever match.
"""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 500
MAX_STARS: Final = 20
HOST: Final = re.compile(
    r"(?:https?://)?(?:\*|[\w-]+)(?:\.(?:\*|[\w-]+))*(?::\d{1,5})?(?:/.*)?", re.IGNORECASE
)


def check_pattern(pattern: str) -> str:
    """The pattern itself. Raises `ValueError` saying what is wrong with it."""
    if not pattern:
        raise ValueError("An empty pattern matches nothing.")
    if len(pattern) > MAX_LENGTH:
        raise ValueError(f"It is too long: at most {MAX_LENGTH} characters.")
    if any(each.isspace() for each in pattern):
        raise ValueError("A pattern has no spaces; give each a line of its own.")
    if '"' in pattern or "\\" in pattern:
        raise ValueError('No address has " or \\ in it.')
    if "#" in pattern:
        raise ValueError("What follows # is never compared; leave it out.")
    if pattern.count("*") > MAX_STARS:
        raise ValueError(f"It has too many stars: at most {MAX_STARS}.")
    if not pattern.startswith(("/", "*")) and not HOST.fullmatch(pattern):
        raise ValueError(
            "A pattern begins with / or *, or with a host: /pricing*, *.example.com/*."
        )
    return pattern
