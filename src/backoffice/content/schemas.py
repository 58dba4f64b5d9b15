"""The configurations there are: one JSON Schema file each, below `config/`.

The name of the file is the configuration's slug, its folder the scope. `docs/configuration.md` says
what a file may hold; `rules.py` checks it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from backoffice.content.documents import Document, Json
from backoffice.content.fields import AGENT, STAFF, Schema, default_of, fields, without_staff
from backoffice.content.resolver import Strategy
from backoffice.content.rules import check_schema, reject
from backoffice.content.validation import make_validator
from backoffice.settings import PROJECT_ROOT

CONFIG = PROJECT_ROOT / "config"
SCOPES = ("global", "website")


@dataclass(frozen=True)
class Config:
    """One configuration, as its file describes it."""

    slug: str
    scope: str
    schema: Schema = field(repr=False)

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.schema["title"])

    @property
    def access(self) -> Literal["client", "staff"]:
        """Who sees and sets it, but for fields that are for staff alone."""
        return "staff" if self.schema["x-access"] == STAFF else "client"

    @property
    def delivery(self) -> Literal["widget", "agent"]:
        """Who downloads it, but for fields that are for the agent's backend alone."""
        return "agent" if self.schema["x-delivery"] == AGENT else "widget"

    @property
    def strategy(self) -> Strategy:
        """How overrides are merged."""
        return "replace" if self.schema["x-merge"] == "replace" else "deep"

    @property
    def is_feature(self) -> bool:
        """Whether it can be turned off."""
        return bool(self.schema.get("x-feature", False))

    @property
    def enabled_by_default(self) -> bool:
        """Whether it is on where nobody said otherwise."""
        return not self.is_feature or bool(self.schema.get("x-enabled-by-default", True))

    @cached_property
    def default_config(self) -> Document:
        """What holds where nobody set anything."""
        return default_of(self.schema, self.schema) or {}

    @cached_property
    def staff_pointers(self) -> tuple[str, ...]:
        """JSON pointers of the outermost fields that are for staff, when the whole is not."""
        if self.access == STAFF:
            return ()
        return _outermost([f.pointer for f in fields(self.schema) if f.access == STAFF])

    @cached_property
    def hidden_pointers(self) -> tuple[str, ...]:
        """JSON pointers of the outermost fields that the widget never gets."""
        return _outermost(
            [f.pointer for f in fields(self.schema) if f.access == STAFF or f.delivery == AGENT]
        )

    @cached_property
    def client_schema(self) -> Schema | None:
        """The schema without what is for staff; None when all of it is."""
        return None if self.access == STAFF else without_staff(self.schema)

    def validator(self, *, is_staff: bool) -> Any:
        """What checks a whole configuration, as staff or as clients see it."""
        return self._staff_validator if is_staff else self._client_validator

    @cached_property
    def _staff_validator(self) -> Any:
        return make_validator(self.schema)

    @cached_property
    def _client_validator(self) -> Any:
        return make_validator(self.client_schema or False)

    def row(self) -> dict[str, Json]:
        """The row of `public.configs`."""
        return {
            "slug": self.slug,
            "scope": self.scope,
            "position": self.schema["x-position"],
            "title": self.title,
            "description": self.schema["description"],
            "access": self.access,
            "delivery": self.delivery,
            "is_feature": self.is_feature,
            "enabled_by_default": self.enabled_by_default,
            "merge_strategy": self.strategy,
            "default_config": self.default_config,
            "staff_pointers": self.staff_pointers,
            "hidden_pointers": self.hidden_pointers,
            "schema": self.schema,
            "client_schema": self.client_schema,
        }


def _outermost(pointers: list[str]) -> tuple[str, ...]:
    return tuple(
        one for one in pointers if not any(one.startswith(f"{other}/") for other in pointers)
    )


def load_configs(folder: Path = CONFIG) -> Mapping[str, Config]:
    """Every configuration by its slug, in the order of pages.

    Raises `ConfigurationError` naming file and JSON pointer for the first file that is not right.
    """
    found: dict[str, Config] = {}
    for scope in SCOPES:
        for path in sorted((folder / scope).glob("*.json")):
            config = read_config(path, scope)
            if config.slug in found:
                reject(path, (), f"{found[config.slug].scope}/{path.name} has the same name")
            found[config.slug] = config
    ordered = sorted(found.values(), key=lambda config: (config.schema["x-position"], config.slug))
    return {config.slug: config for config in ordered}


def read_config(path: Path, scope: str) -> Config:
    """One file, checked. Raises `ConfigurationError`."""
    try:
        schema = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        reject(path, (), f"is not JSON: {error}")
    check_schema(path, schema)
    return Config(path.stem, scope, schema)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} stands there twice")
    return found


@cache
def known_configs() -> Mapping[str, Config]:
    """The configurations of this installation."""
    return load_configs()
