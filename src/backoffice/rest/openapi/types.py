"""PostgreSQL's types and comments in OpenAPI's terms."""

from __future__ import annotations

from typing import Any

import orjson

_TYPES = {
    "character varying": "string",
    "character": "string",
    "text": "string",
    "boolean": "boolean",
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "number",
    "real": "number",
    "double precision": "number",
}
# OpenAPI has two widths of integers. Every other type keeps PostgreSQL's name.
_FORMATS = {"smallint": "int32", "integer": "int32", "bigint": "int64"}


def described_type(name: str) -> dict[str, Any]:
    """`type` and `format`; json has no type, it may be anything."""
    found: dict[str, Any] = {"format": _FORMATS.get(name, name)}
    if name in ("json", "jsonb"):
        return found
    if name.endswith("[]"):
        items = described_type(name.removesuffix("[]"))
        found["type"] = "array"
        found["items"] = {k: v for k, v in items.items() if k == "type"}
        return found
    return {**found, "type": _TYPES.get(name, "string")}


def unqualified(name: str, visible: tuple[str, ...]) -> str:
    """The type without its schema, if that is one of the `visible` ones."""
    for schema in visible:
        for prefix in (f"{schema}.", f'"{schema}".'):
            if name.startswith(prefix):
                return name.removeprefix(prefix)
    return name


def default_value(type_name: str, default: str) -> Any:
    """A constant default as JSON; of an expression its text, where a string may stand."""
    if described_type(type_name).get("type") == "string":
        return default.removesuffix(f"::{type_name}").strip("'")
    try:
        return orjson.loads(default)
    except orjson.JSONDecodeError:
        return None


def summary(comment: str | None) -> tuple[str | None, str | None]:
    """A comment's first line, and what follows it."""
    if not comment:
        return None, None
    head, _, rest = comment.partition("\n")
    return head, rest.lstrip("\n") or None
