"""Checking a configuration against its schema, with every mistake told at its field, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from backoffice.content.documents import Json, as_pointer
from backoffice.http.refused import FieldError

MAX_ERRORS: Final = 50
# Of a list whose schema names no limit.
MAX_ITEMS: Final = 1000

_TYPES: Final[Mapping[Any, str]] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "on or off (true or false)",
    "array": "a list",
    "object": "a group of fields",
    "null": "empty",
}
Errors = Iterator[ValidationError]


def _required(_validator: Any, names: list[str], instance: Json, _schema: Any) -> Errors:
    if isinstance(instance, Mapping):
        for name in names:
            if name not in instance:
                yield ValidationError("is missing", path=[name])


def _additional(validator: Any, allowed: Any, instance: Json, schema: Any) -> Errors:
    if allowed is not False:
        inherited = Draft202012Validator.VALIDATORS["additionalProperties"]
        yield from inherited(validator, allowed, instance, schema)
    elif isinstance(instance, Mapping):
        for name in instance.keys() - schema.get("properties", {}).keys():
            yield ValidationError("there is no such field", path=[name])


def _names(validator: Any, rule: Any, instance: Json, schema: Any) -> Errors:
    if isinstance(instance, Mapping):
        for name in instance:
            if not validator.evolve(schema=rule).is_valid(name):
                message = schema.get("x-names-message", "is not a name that is allowed here")
                yield ValidationError(message, path=[name])


def _few(keyword: str) -> Any:
    """The keyword, for lists short enough to be looked at: the work on a long one has no bound."""
    inherited = Draft202012Validator.VALIDATORS[keyword]

    def check(validator: Any, rule: Any, instance: Json, schema: Any) -> Errors:
        if not isinstance(instance, list) or len(instance) <= schema.get("maxItems", MAX_ITEMS):
            yield from inherited(validator, rule, instance, schema) or ()
        elif "maxItems" not in schema and keyword == "items":
            yield ValidationError(
                f"has {len(instance):,} entries, at most {MAX_ITEMS:,} are allowed"
            )

    return check


_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "required": _required,
        "additionalProperties": _additional,
        "propertyNames": _names,
        **{keyword: _few(keyword) for keyword in ("items", "uniqueItems", "contains")},
    },
)


def make_validator(schema: Any) -> Any:
    """What `mistakes` checks with; costly enough to be kept."""
    return _Validator(schema, format_checker=FormatChecker())


def mistakes(validator: Any, config: Json) -> list[FieldError]:
    """What is wrong with a configuration, at the JSON pointer of each field; the first 50."""
    found = {
        (as_pointer(list(error.absolute_path)), message_of(error)): None
        for error in islice(validator.iter_errors(config), MAX_ERRORS)
    }
    return [FieldError(pointer, message) for pointer, message in sorted(found)]


def message_of(error: ValidationError) -> str:
    """A mistake in words that do without the schema's."""
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    rule: Any = error.validator_value
    value: Any = error.instance
    unit = f" {schema['x-unit']}" if "x-unit" in schema else ""
    match error.validator:
        case "type":
            kinds = rule if isinstance(rule, list) else [rule]
            return f"must be {' or '.join(_TYPES[kind] for kind in kinds)}"
        case "enum":
            return f"must be one of {', '.join(map(str, rule))}"
        case "const":
            return f"must be {rule}"
        case "minimum":
            return f"must be at least {rule:,}{unit}"
        case "maximum":
            return f"must be at most {rule:,}{unit}"
        case "minLength":
            return "must not be empty" if rule == 1 else f"must have at least {rule:,} characters"
        case "maxLength":
            return f"must have at most {rule:,} characters, not {len(value):,}"
        case "pattern":
            return str(schema.get("x-pattern-message", "does not have the form it must have"))
        case "format":
            return "must be an e-mail address" if rule == "email" else f"must be a {rule}"
        case "minItems":
            return f"must have at least {rule:,} entries" if rule > 1 else "must not be empty"
        case "maxItems":
            return f"must have at most {rule:,} entries, not {len(value):,}"
        case "maxProperties":
            return f"must have at most {rule:,} entries, not {len(value):,}"
        case "uniqueItems":
            return "has the same entry twice"
        case "contains":
            return str(schema.get("x-contains-message", "lacks an entry it must have"))
        case _:
            return str(error.message)
