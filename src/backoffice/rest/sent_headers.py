"""Which headers a database may have sent."""

from __future__ import annotations

import re
from typing import Any

# RFC 9110, 5.1 and 5.5: a line break would begin another header, or the body.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN = re.compile(r"[\0\r\n]")


def may_be_sent(name: str, value: Any) -> bool:
    """Whether this is one header, and no more than one."""
    is_name = _NAME.fullmatch(name) is not None
    return is_name and isinstance(value, str) and _FORBIDDEN.search(value) is None
