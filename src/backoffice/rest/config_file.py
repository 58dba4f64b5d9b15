"""Configuration files as PostgREST reads them: `key = value`, one a line, `#` begins a comment.

Source: PostgREST 14, "Configuration file". A value is a text in double quotes, in which `$(NAME)`
stands for a variable of the environment, a number, or one of true, false, on and off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from backoffice.errors import ConfigurationError

_LINE = re.compile(
    r'\s*([A-Za-z][\w.-]*)\s*=\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|on|off)'
    r"\s*(?:#.*)?"
)
_NOTHING = re.compile(r"\s*(?:#.*)?")
_VARIABLE = re.compile(r"\$(?:\$|\((\w+)\))")
_WORDS = {"on": "true", "off": "false"}


def read_config_file(path: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The values by option, as it is written there (`db-uri`, `app.settings.x`).

    Raises `ConfigurationError` naming the line that cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(f"Cannot read {path}: {reason}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if _NOTHING.fullmatch(line):
            continue
        entry = _LINE.fullmatch(line)
        if entry is None:
            raise ConfigurationError(f"{path}, line {number}, is not of the form: key = value")
        try:
            found[entry[1]] = _value(entry[2], environment)
        except ValueError as error:
            raise ConfigurationError(f"{path}, line {number}: {error}") from error
    return found


def _value(written: str, environment: Mapping[str, str]) -> str:
    if not written.startswith('"'):
        return _WORDS.get(written, written)
    text: str = json.loads(written, strict=False)

    def variable(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "$"
        if name not in environment:
            raise ValueError(f"the environment has no {name}")
        return environment[name]

    return _VARIABLE.sub(variable, text)
