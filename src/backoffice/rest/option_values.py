"""Where an option's value is found, and how PostgREST reads numbers, flags and lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from backoffice.errors import ConfigurationError

PREFIX = "PGRST_"
_APP_SETTINGS = "PGRST_APP_SETTINGS_"
_WRITTEN_SETTINGS = "app.settings."
_ALIASES = {
    "db_max_rows": "max_rows",
    "db_pre_request": "pre_request",
    "db_root_spec": "root_spec",
    "db_schemas": "db_schema",
    "db_pool_max_idletime": "db_pool_timeout",
    "jwt_role_claim_key": "role_claim_key",
    "jwt_secret_is_base64": "secret_is_base64",
}
T = TypeVar("T")


class OptionValues:
    """Options by PostgREST's names with `_` for `-`; empty ones count as not given."""

    def __init__(
        self,
        environment: Mapping[str, str],
        in_database: Mapping[str, str],
        written: Mapping[str, str],
    ) -> None:
        self._environment = environment
        self._in_database = in_database
        self._written = written

    def app_settings(self) -> dict[str, str]:
        """`app.settings.*`, by name."""
        found = {name: v for name, v in self._written.items() if name.startswith(_WRITTEN_SETTINGS)}
        found |= {
            _WRITTEN_SETTINGS + name.removeprefix(_APP_SETTINGS): value
            for name, value in self._environment.items()
            if name.startswith(_APP_SETTINGS)
        }
        return dict(sorted(found.items()))

    def _found(self, name: str) -> str | None:
        for candidate in (name, _ALIASES.get(name, name)):
            if candidate in self._in_database:
                return self._in_database[candidate]
            value = self._environment.get(PREFIX + candidate.upper())
            if value is None:
                value = self._written.get(candidate.replace("_", "-"))
            if value is not None:
                return value
        return None

    def text(self, name: str) -> str | None:
        return self._found(name) or None

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name)
        if value is None:
            return default
        word = re.sub(r"[^a-z]", "", value.lower())
        if word in ("true", "false"):
            return word == "true"
        return self._parsed(name, value, int) > 0

    def number(self, name: str, default: int) -> int:
        found = self.optional_number(name)
        return default if found is None else found

    def optional_number(self, name: str) -> int | None:
        value = self.text(name)
        return None if value is None else self._parsed(name, value, int)

    def names(
        self, name: str, default: tuple[str, ...], *, emptyable: bool = False
    ) -> tuple[str, ...]:
        value = self._found(name)
        if value is None or (value == "" and not emptyable):
            return default
        return tuple(part.strip() for part in value.split(",")) if value else ()

    def choice(self, name: str, choices: tuple[T, ...], default: T) -> T:
        value = self.text(name)
        if value is None:
            return default
        for choice in choices:
            if choice == value:
                return choice
        raise ConfigurationError(
            f"Invalid {name.replace('_', '-')}. Check your configuration."
            f" {PREFIX}{name.upper()} must be one of {', '.join(map(str, choices))}"
        )

    def _parsed(self, name: str, value: str, parse: Callable[[str], int]) -> int:
        try:
            return parse(value.strip())
        except ValueError as error:
            raise ConfigurationError(f"{PREFIX}{name.upper()} cannot be {value!r}") from error
