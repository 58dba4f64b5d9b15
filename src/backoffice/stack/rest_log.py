"""The access log of `backoffice rest`: lines in the combined format on standard output.

Source: PostgREST 14, "Logs". Query strings are left out, for filters carry personal data.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

# The status from which each level of PostgREST's logs a request.
LOGGED_FROM = {"crit": 600, "error": 500, "warn": 400, "info": 100, "debug": 100}
_UNPRINTABLE = re.compile(r"[^ !#-\[\]-~]")


def write_access(scope: MutableMapping[str, Any], status: int, length: bytes | None) -> None:
    """One line: who, when, what, how it ended, how many bytes, which client."""
    agent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
    path = scope.get("raw_path") or scope["path"].encode()
    moment = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
    line = (
        f"- - {_clean(scope.get('rest_role') or '-')} [{moment}]"
        f' "{scope["method"]} {_clean(path)} HTTP/{scope["http_version"]}"'
        f' {status} {_clean(length or b"-")} "" "{_clean(agent)}"\n'
    )
    sys.stdout.write(line)
    sys.stdout.flush()


def _clean(text: str | bytes) -> str:
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
