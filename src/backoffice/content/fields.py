"""Walking a configuration's schema: its fields, whom they are for, and their defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backoffice.content.documents import ANY, as_pointer

Schema = Mapping[str, Any]
STAFF: Final = "staff"
AGENT: Final = "agent"


@dataclass(frozen=True, slots=True)
class Field:
    """A field, the schema it has once references are followed, and where that stands in the file.

    `access` and `delivery` are what holds: the narrower of the field's own and its parent's.
    """

    path: tuple[str, ...]
    schema: Schema
    place: tuple[str, ...]
    access: str
    delivery: str

    @property
    def pointer(self) -> str:
        """The field's JSON pointer in a configuration; `*` is any key or place."""
        return as_pointer(self.path)


class UnknownReferenceError(Exception):
    """A `$ref` leads nowhere, out of the file, or back to itself."""

    def __init__(self, place: tuple[str, ...], reference: Any) -> None:
        super().__init__(reference)
        self.place = place
        self.reference = reference


def fields(root: Schema) -> Iterator[Field]:
    """Every field below the root, parents first. Raises `UnknownReferenceError`."""
    access = root.get("x-access", "client")
    delivery = root.get("x-delivery", "widget")
    whole = Field((), root, (), access, delivery)
    yield from _below(root, whole, ())


def _below(root: Schema, parent: Field, seen: tuple[str, ...]) -> Iterator[Field]:
    for place, key, schema in _children(parent.schema):
        followed, where, trail = _follow(root, schema, (*parent.place, *place), seen)
        field = Field(
            (*parent.path, key),
            followed,
            where,
            STAFF if parent.access == STAFF else followed.get("x-access", parent.access),
            AGENT if parent.delivery == AGENT else followed.get("x-delivery", parent.delivery),
        )
        yield field
        yield from _below(root, field, trail)


def _children(schema: Schema) -> Iterator[tuple[tuple[str, ...], str, Schema]]:
    for name, inner in schema.get("properties", {}).items():
        yield ("properties", name), name, inner
    for keyword in ("additionalProperties", "items"):
        if isinstance(schema.get(keyword), Mapping):
            yield (keyword,), ANY, schema[keyword]


def _follow(
    root: Schema, schema: Schema, place: tuple[str, ...], seen: tuple[str, ...]
) -> tuple[Schema, tuple[str, ...], tuple[str, ...]]:
    while "$ref" in schema:
        reference = schema["$ref"]
        name = str(reference).removeprefix("#/$defs/")
        definition = root.get("$defs", {}).get(name)
        if not str(reference).startswith("#/$defs/") or definition is None or name in seen:
            raise UnknownReferenceError((*place, "$ref"), reference)
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**definition, **beside}
        seen = (*seen, name)
    return schema, place, seen


def default_of(root: Schema, schema: Schema) -> Any:
    """What holds before anybody sets anything; None when the schema has no default."""
    schema, _, _ = _follow(root, schema, (), ())
    if "default" in schema:
        return schema["default"]
    found = {
        name: value
        for name, inner in schema.get("properties", {}).items()
        if (value := default_of(root, inner)) is not None
    }
    return found or None


def without_staff(root: Schema) -> dict[str, Any]:
    """The schema as clients see it: no field for staff, nor a word of one."""
    definitions = {name: _prune(inner) for name, inner in root.get("$defs", {}).items()}
    pruned = _prune(root)
    if definitions:
        pruned["$defs"] = definitions
    return pruned


def _prune(schema: Schema) -> dict[str, Any]:
    kept = dict(schema)
    if "properties" in schema:
        kept["properties"] = {
            name: _prune(inner)
            for name, inner in schema["properties"].items()
            if inner.get("x-access") != STAFF
        }
        if "required" in schema:
            kept["required"] = [name for name in schema["required"] if name in kept["properties"]]
    for keyword in ("additionalProperties", "items"):
        if isinstance(schema.get(keyword), Mapping):
            kept[keyword] = _prune(schema[keyword])
    return kept
