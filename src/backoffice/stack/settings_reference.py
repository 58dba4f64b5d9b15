"""`docs/settings.md`, written from the settings themselves, so that it cannot differ.

python -m backoffice.stack.settings_reference
"""

from __future__ import annotations

import re
import types
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from backoffice.linear_settings import LinearSettings
from backoffice.provider_settings import ProviderSettings
from backoffice.settings import PROJECT_ROOT, Settings

TARGET = PROJECT_ROOT / "docs" / "settings.md"
PREFIX = "BACKOFFICE_"
# The first setting of each part; what is added later belongs to the part it is added to.
PARTS = {
    "linear_api_key": "Tickets in Linear",
    "google_client_id": "Signing in with other services",
    "data_dir": "Data and database",
    "jwt_secret": "Keys",
    "supabase_url": "Addresses",
    "pool_size": "The process",
    "trusted_proxies": "Visitors' addresses and countries",
    "smtp_host": "E-mail",
    "redirect_urls": "Accounts and sessions",
    "snitcher_api_key": "Enrichment",
    "insights_quiet_minutes": "Analysis of conversations",
    "demo": "Demonstration",
}
HEAD = """\
# Settings

Written by `make reference` from `src/backoffice/settings.py`; do not edit.

Every setting is an environment variable, or a line of a file `.env` where the server is started.
Lists are separated by commas. What is marked *secret* never appears in a log, an error or a page.
A value that is not valid stops the start and says which one.
"""


def render() -> str:
    """The whole document."""
    lines = [HEAD]
    others = [*LinearSettings.model_fields, *ProviderSettings.model_fields]
    # What stands in classes of its own comes last, though those come first.
    own = [name for name in Settings.model_fields if name not in others]
    for name in [*own, *others]:
        field = Settings.model_fields[name]
        if name in PARTS:
            lines += [
                f"## {PARTS[name]}\n" if len(lines) == 1 else f"\n## {PARTS[name]}\n",
                "| variable | type | default | meaning |",
                "|---|---|---|---|",
            ]
        cells = [variable(name, field), type_of(field), default_of(field), field.description or ""]
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def variable(name: str, field: FieldInfo) -> str:
    """The environment variables that set it."""
    alias = field.validation_alias
    choices = [str(each) for each in getattr(alias, "choices", [])] or [f"{PREFIX}{name.upper()}"]
    return ", ".join(f"`{each}`" for each in choices if each.isupper())


def type_of(field: FieldInfo) -> str:
    """The type in words, with what bounds it."""
    bounds = []
    for each in field.metadata:
        for name, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<")):
            if (bound := getattr(each, name, None)) is not None:
                bounds.append(f"{sign} {bound}")
        if pattern := getattr(each, "pattern", None):
            words = re.fullmatch(r"\^\(([a-z|]+)\)\$", pattern)
            if words:
                return " or ".join(f"`{word}`" for word in words[1].split("|"))
    return ", ".join([_named(field.annotation), *bounds])


def _named(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _named(arguments[0])
    if origin in (Union, types.UnionType):
        return _named(next(each for each in arguments if each is not type(None)))
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in arguments)
    if origin is list:
        return "list"
    return NAMES[annotation]


NAMES: dict[Any, str] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "`true` or `false`",
    Path: "path",
    SecretStr: "text, *secret*",
    timedelta: "duration",
}


def default_of(field: FieldInfo) -> str:
    """The default as one would write it."""
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value == []:
        return "–"
    if isinstance(value, Path):
        inside = value.relative_to(PROJECT_ROOT) if value.is_relative_to(PROJECT_ROOT) else value
        return f"`{inside}`"
    if isinstance(value, list):
        return f"`{','.join(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
