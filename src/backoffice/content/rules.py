"""What a schema file must hold, besides being JSON Schema 2020-12.

The rules keep forms usable (titles, help), secrets where they belong (whom a field is for), and
every field reachable by walking: keywords that would hide fields from the walk are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from jsonschema import Draft202012Validator, FormatChecker, SchemaError
from jsonschema.exceptions import best_match

from backoffice.content.documents import ANY, as_pointer
from backoffice.content.fields import (
    STAFF,
    Field,
    Schema,
    UnknownReferenceError,
    default_of,
    fields,
)
from backoffice.errors import ConfigurationError
from backoffice.settings import PROJECT_ROOT

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_SLUG: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What a key of a field may be: a JSON pointer spells it as it is.
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_HIDING: Final = frozenset(
    [
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "dependentSchemas",
        "dependentRequired",
        "patternProperties",
        "prefixItems",
        "unevaluatedProperties",
        "unevaluatedItems",
        "$id",
        "$anchor",
        "$dynamicRef",
        "$dynamicAnchor",
        "$vocabulary",
        "definitions",
        "dependencies",
        "contentSchema",
    ]
)
_TEXT: Final = {"type": "string", "minLength": 1}
_FIELD_KEYS: Final[Mapping[str, Any]] = {
    "x-access": {"enum": ["client", "staff"]},
    "x-delivery": {"enum": ["widget", "agent"]},
    "x-secret": {"const": True},
    "x-unit": _TEXT,
    "x-widget": {"enum": ["textarea", "color"]},
    "x-enum-titles": {"type": "array", "items": _TEXT},
    "x-pattern-message": _TEXT,
    "x-names-message": _TEXT,
    "x-contains-message": _TEXT,
}
_FIELD_RULES: Final = Draft202012Validator({"type": "object", "properties": _FIELD_KEYS})
_ROOT_KEYS: Final[Mapping[str, Any]] = {
    "$schema": {"const": DIALECT},
    "title": {"type": "string", "minLength": 1, "maxLength": 60},
    "description": _TEXT,
    "type": {"const": "object"},
    "x-position": {"type": "integer", "minimum": 0},
    "x-access": _FIELD_KEYS["x-access"],
    "x-delivery": _FIELD_KEYS["x-delivery"],
    "x-merge": {"enum": ["deep", "replace"]},
    "x-feature": {"type": "boolean"},
    "x-enabled-by-default": {"type": "boolean"},
}
_ROOT_RULES: Final = Draft202012Validator(
    {
        "type": "object",
        "properties": _ROOT_KEYS,
        "required": [key for key in _ROOT_KEYS if key not in ("x-feature", "x-enabled-by-default")],
        "dependentRequired": {"x-enabled-by-default": ["x-feature"]},
    }
)


def reject(path: Path, place: Sequence[str | int], message: str) -> NoReturn:
    """Raise the `ConfigurationError` that names file and JSON pointer."""
    name = path.relative_to(PROJECT_ROOT) if path.is_relative_to(PROJECT_ROOT) else path
    raise ConfigurationError(f"{name}#{as_pointer(place)}: {message}")


def check_schema(path: Path, schema: Any) -> None:
    """Refuse what is no schema of a configuration. Raises `ConfigurationError`."""
    if not _SLUG.fullmatch(path.stem):
        reject(path, (), "the file's name must be lower case letters, digits and underscores")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        reject(path, list(error.absolute_path), error.message)
    _obey(path, _ROOT_RULES, schema, ())
    for place, inner in _subschemas(schema, ()):
        _check_keywords(path, place, inner)
    try:
        found = list(fields(schema))
        default = default_of(schema, schema) or {}
    except UnknownReferenceError as error:
        reject(
            path, error.place, f"{error.reference!r} is not a definition of this file to refer to"
        )
    for field in found:
        _check_field(path, schema, field)
    _check_value(path, schema, schema, default, ("default",))


def _subschemas(schema: Schema, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Schema]]:
    yield place, schema
    for keyword in ("properties", "$defs"):
        for name, inner in schema.get(keyword, {}).items():
            yield from _subschemas(inner, (*place, keyword, name))
    for keyword in ("additionalProperties", "items"):
        if isinstance(schema.get(keyword), Mapping):
            yield from _subschemas(schema[keyword], (*place, keyword))


def _check_keywords(path: Path, place: tuple[str, ...], schema: Any) -> None:
    if not isinstance(schema, Mapping):
        reject(path, place, "must be an object: true and false say nothing to a form")
    for key in schema:
        if key in _HIDING:
            reject(
                path, (*place, key), f"{key} is not supported: forms and access need plain fields"
            )
        if key.startswith("x-") and key not in _FIELD_KEYS and (place or key not in _ROOT_KEYS):
            reject(path, (*place, key), f"there is no keyword {key}")
    for name in schema.get("properties", {}):
        if not _KEY.fullmatch(name):
            reject(path, (*place, "properties", name), "is not a name for a field")
    _obey(path, _FIELD_RULES, schema, place)
    titles = schema.get("x-enum-titles")
    if titles is not None and len(titles) != len(schema.get("enum", [])):
        reject(path, (*place, "x-enum-titles"), "needs one title for each value of enum")


def _obey(path: Path, rules: Draft202012Validator, schema: Any, place: tuple[str, ...]) -> None:
    error = best_match(rules.iter_errors(schema))
    if error is not None:
        reject(path, (*place, *error.absolute_path), error.message)


def _check_field(path: Path, root: Schema, field: Field) -> None:
    schema, place = field.schema, field.place
    if "title" not in schema:
        reject(path, place, "needs a title")
    if "type" not in schema:
        reject(path, place, "needs a type")
    if schema["type"] == "object" and "additionalProperties" not in schema:
        reject(path, place, "must say whether it takes additionalProperties")
    if schema["type"] == "array" and "items" not in schema:
        reject(path, place, "must say what its items are")
    if schema.get("x-access", field.access) != field.access:
        reject(path, (*place, "x-access"), "cannot be for clients inside what is for staff")
    if schema.get("x-delivery", field.delivery) != field.delivery:
        reject(path, (*place, "x-delivery"), "cannot be for the widget inside what it never gets")
    if schema.get("x-secret") and field.access != STAFF:
        reject(path, (*place, "x-secret"), "a secret must be for staff (x-access)")
    # An item has no name by which it could be kept while a client saves the others.
    if schema.get("x-access") == STAFF and ANY in field.path and root["x-access"] != STAFF:
        reject(path, (*place, "x-access"), "in a list or a map, all of it must be for staff")
    if "default" in schema:
        _check_value(path, root, schema, schema["default"], (*place, "default"))
    for number, example in enumerate(schema.get("examples", [])):
        _check_value(path, root, schema, example, (*place, "examples", str(number)))


def _check_value(
    path: Path, root: Schema, schema: Schema, value: Any, place: tuple[str, ...]
) -> None:
    whole = {**schema, "$defs": root.get("$defs", {})}
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    error = best_match(validator.iter_errors(value))
    if error is not None:
        reject(path, (*place, *error.absolute_path), error.message)
