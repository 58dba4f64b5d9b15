"""What is sent to save a configuration, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from backoffice.content.documents import Change, Json
from backoffice.http.refused import FieldError, InvalidFields

MAX_DEPTH: Final = 40
MAX_NODES: Final = 50_000


def _printable(text: str) -> str:
    if any(character < " " and character not in "\t\n\r" for character in text):
        raise ValueError("It contains control characters.")
    return text


Reason = Annotated[str, Field(max_length=500), AfterValidator(_printable)]


class Body(BaseModel):
    """A strict body: an unknown key is an error, so that a misspelt one is not lost silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Based(Body):
    """A change to what somebody looked at: `version` says at which version of it; 0 is none yet."""

    version: int = Field(ge=0, le=2**31 - 1)


class Save(Based):
    """`values`, a whole form, or `config`, the override itself (null: none); or `enabled` alone."""

    values: dict[str, Any] | None = None
    config: dict[str, Any] | None = None
    enabled: bool | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Save:
        if "values" in self.model_fields_set and "config" in self.model_fields_set:
            raise ValueError("Send values or config, not both.")
        if "values" in self.model_fields_set and self.values is None:
            raise ValueError("values are the fields of the form.")
        return self

    def sends(self, name: str) -> bool:
        """Whether a field was sent at all."""
        return name in self.model_fields_set


class Revert(Based):
    """Back to what was there after version `to`."""

    to: int = Field(ge=1, le=2**31 - 2)


class Switch(Based):
    """An agent on or off, and why."""

    enabled: bool
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A configuration after a save, or as it would be after one.

    `config` is what is overridden (None: nothing), `resolved` what holds, `changes` what of that
    is different from before.
    """

    config_slug: str
    site_domain: str | None
    version: int
    enabled: bool | None
    config: Json
    resolved: Json
    resolved_enabled: bool
    changes: list[Change]
    errors: list[FieldError]


def check_storable(document: Json) -> None:
    """Refuse what PostgreSQL cannot hold or nobody could review. Raises `InvalidFields`."""
    nodes, level = 0, [document]
    for _ in range(MAX_DEPTH):
        nodes += len(level)
        if nodes > MAX_NODES:
            raise InvalidFields([FieldError("", f"This is more than {MAX_NODES:,} values.")])
        for value in level:
            names = value if isinstance(value, dict) else [value]
            if any(isinstance(name, str) and "\0" in name for name in names):
                raise InvalidFields([FieldError("", "A text contains the character NUL.")])
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise InvalidFields([FieldError("", f"This is nested deeper than {MAX_DEPTH} levels.")])
