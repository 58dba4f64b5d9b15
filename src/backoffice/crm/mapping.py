"""Which value goes to which property: the default, what a website saved, what is wrong in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from backoffice.crm.fields import ACCEPTED, BY_NAME, KEYS, OBJECTS, SOURCES, Object, own_properties
from backoffice.http.refused import FieldError

MOST_FIELDS: Final = 200
LONGEST_TEXT: Final = 5000
PROPERTY: Final = re.compile(r"[a-z][a-z0-9_]{0,99}")


class MappedField(BaseModel):
    """One value and its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    object: Object
    source: str = Field(max_length=60)
    property: str = Field(max_length=100)


class MappingInput(BaseModel):
    """What a person saves: every field, and the version theirs is based on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # The next one has to be an integer of the database as well.
    version: int = Field(ge=0, le=2**31 - 2)
    fields: Annotated[list[MappedField], Field(max_length=MOST_FIELDS)]
    push_notes: bool = True
    push_companies: bool = True


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """What holds for a website."""

    version: int
    fields: tuple[MappedField, ...]
    push_notes: bool = True
    push_companies: bool = True

    def properties(self, kind: Object, values: Mapping[str, Any]) -> dict[str, str]:
        """`values` of a record as HubSpot's properties; what is not known is left out."""
        written = {
            each.property: write(values.get(each.source))
            for each in self.fields
            if each.object == kind
        }
        return {name: value for name, value in written.items() if value is not None}


DEFAULT: Final = FieldMapping(
    0,
    tuple(
        MappedField(object=source.object, source=source.name, property=source.target)
        for source in SOURCES
        if source.target is not None
    ),
)


def write(value: Any) -> str | None:
    """A value as HubSpot takes it: ISO 8601 in UTC, `true` or `false`, digits; None for nothing."""
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case str():
            return value.replace("\0", "")[:LONGEST_TEXT]
        case _:
            return str(value)


def mistakes(
    fields: Sequence[MappedField], known: Mapping[Object, Mapping[str, Mapping[str, Any]]] | None
) -> list[FieldError]:
    """What is wrong with a mapping; `known` are HubSpot's own properties by name, if it was asked.

    Errors name the place: `fields.3.property`.
    """
    found: list[FieldError] = []
    taken: set[tuple[str, str]] = set()
    for place, each in enumerate(fields):
        where = f"fields.{place}"
        source = BY_NAME.get((each.object, each.source))
        if source is None:
            found.append(FieldError(f"{where}.source", f"There is no value {each.source}."))
            continue
        if not PROPERTY.fullmatch(each.property):
            found.append(
                FieldError(
                    f"{where}.property",
                    "A property's name has lower-case letters, digits and underscores.",
                )
            )
            continue
        if (each.object, each.property) in taken:
            found.append(
                FieldError(f"{where}.property", f"Another value goes to {each.property} already.")
            )
        taken.add((each.object, each.property))
        key = KEYS[each.object]
        if (each.source == key) != (each.property == key):
            found.append(
                FieldError(
                    f"{where}.property", f"{each.object.capitalize()}s are known by their {key}."
                )
            )
        if known is not None and (wrong := _unfit(each, known[each.object])):
            found.append(FieldError(f"{where}.property", wrong))
    for kind in OBJECTS:
        key = KEYS[kind]
        if not any(each.object == kind and each.source == key for each in fields):
            found.append(FieldError("fields", f"The {key} of {kind} records must be mapped."))
    return found


def _unfit(each: MappedField, known: Mapping[str, Mapping[str, Any]]) -> str | None:
    own = {made["name"]: made for made in own_properties(each.object)}
    described = known.get(each.property) or own.get(each.property)
    if described is None:
        return f"HubSpot has no {each.object} property {each.property}."
    modification = described.get("modificationMetadata") or {}
    if modification.get("readOnlyValue") or described.get("calculated"):
        return f"HubSpot lets nobody write {each.property}."
    source = BY_NAME[(each.object, each.source)]
    if described.get("type") not in ACCEPTED[source.kind]:
        return (
            f"{each.property} holds {described.get('type')}, and {source.label.lower()} is"
            f" {'a' if source.kind != 'text' else ''} {source.kind}.".replace("  ", " ")
        )
    return None


def read_mapping(row: Sequence[Any] | None) -> FieldMapping:
    """What a website saved (version, fields, push_notes, push_companies), or the default.

    A value that this version does not know any more is left out.
    """
    if row is None:
        return DEFAULT
    fields = (MappedField.model_validate(each) for each in row[1])
    kept = tuple(each for each in fields if (each.object, each.source) in BY_NAME)
    return FieldMapping(row[0], kept, row[2], row[3])
