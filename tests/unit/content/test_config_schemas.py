"""The files of `config/`: what they may hold, and what is refused naming file and place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backoffice.content.fields import fields
from backoffice.content.schemas import known_configs, load_configs
from backoffice.content.validation import mistakes
from backoffice.errors import ConfigurationError

GLOBAL = {"identity": "client", "agents": "staff"}
WEBSITE = {
    "system",
    "appearance",
    "engagement",
    "display",
    "ctas",
    "forms",
    "qualification",
    "prompts",
    "skills",
    "analytics",
    "disclaimers",
}
GOOD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Hours",
    "description": "When the office is open.",
    "x-position": 10,
    "x-access": "client",
    "x-delivery": "widget",
    "x-merge": "deep",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "from": {"type": "integer", "title": "From", "minimum": 0, "maximum": 23, "default": 9},
        "days": {
            "type": "array",
            "title": "Days",
            "items": {"type": "object", "title": "Day", "additionalProperties": False},
        },
        "note": {"$ref": "#/$defs/note", "x-access": "staff"},
    },
    "$defs": {"note": {"type": "string", "title": "Note"}},
}


def write(folder: Path, schema: Any, name: str = "hours", scope: str = "website") -> Path:
    path = folder / scope / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(schema if isinstance(schema, str) else json.dumps(schema))
    return folder


def changed(pointer: str, value: Any) -> dict[str, Any]:
    """The good schema with one thing put, or (None) taken away."""
    schema: dict[str, Any] = json.loads(json.dumps(GOOD))
    *parents, last = pointer.split("/")[1:]
    at = schema
    for key in parents:
        at = at[key]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return schema


def test_the_thirteen_are_there() -> None:
    configs = known_configs()
    scopes = {slug: config.scope for slug, config in configs.items()}
    assert {slug for slug, scope in scopes.items() if scope == "website"} == WEBSITE
    assert {
        slug: configs[slug].access for slug, scope in scopes.items() if scope == "global"
    } == GLOBAL
    positions = [config.schema["x-position"] for config in configs.values()]
    assert positions == sorted(set(positions))


@pytest.mark.parametrize("slug", sorted([*GLOBAL, *WEBSITE]))
def test_each_says_enough_for_a_form(slug: str) -> None:
    config = known_configs()[slug]
    found = list(fields(config.schema))
    assert len(found) >= 5
    assert all(field.schema["title"] for field in found)
    # A top-level field is explained, unless its name and values already say it.
    explained = [f for f in found if len(f.path) == 1 and "description" in f.schema]
    assert len(explained) * 2 >= len([f for f in found if len(f.path) == 1])
    assert config.default_config
    assert mistakes(config.validator(is_staff=True), config.default_config) == []


@pytest.mark.parametrize("slug", sorted([*GLOBAL, *WEBSITE]))
def test_clients_see_no_word_of_what_is_for_staff(slug: str) -> None:
    config = known_configs()[slug]
    if config.access == "staff":
        assert config.client_schema is None
        return
    shown = json.dumps(config.client_schema)
    assert "staff" not in shown and "x-secret" not in shown
    for pointer in config.staff_pointers:
        assert f'"{pointer.rsplit("/", 1)[1]}"' not in shown


def test_one_file_is_enough(tmp_path: Path) -> None:
    (config,) = load_configs(write(tmp_path, GOOD)).values()
    assert (config.slug, config.scope, config.title) == ("hours", "website", "Hours")
    assert config.default_config == {"from": 9}
    assert config.staff_pointers == config.hidden_pointers == ("/note",)
    assert config.client_schema and set(config.client_schema["properties"]) == {"from", "days"}
    assert not config.is_feature and config.enabled_by_default


@pytest.mark.parametrize(
    ("pointer", "value", "place", "message"),
    [
        ("/title", None, "", "'title' is a required property"),
        ("/x-merge", "shallow", "/x-merge", "not one of"),
        ("/x-access", "public", "/x-access", "not one of"),
        ("/x-enabled-by-default", True, "", "dependency of 'x-enabled-by-default'"),
        ("/type", "array", "/type", "expected"),
        ("/properties/from/type", "whole", "/properties/from/type", "not valid"),
        ("/properties/from/minimum", "0", "/properties/from/minimum", "not of type 'number'"),
        ("/properties/from/title", None, "/properties/from", "needs a title"),
        ("/properties/from/type", None, "/properties/from", "needs a type"),
        ("/properties/from/default", 24, "/properties/from/default", "greater than the maximum"),
        ("/properties/from/examples", [1, -1], "/properties/from/examples/1", "less than"),
        ("/properties/from/x-acess", "staff", "/properties/from/x-acess", "no keyword x-acess"),
        ("/properties/from/x-secret", True, "/properties/from/x-secret", "must be for staff"),
        ("/properties/from/anyOf", [{}], "/properties/from/anyOf", "not supported"),
        ("/properties/from", True, "/properties/from", "must be an object"),
        ("/properties/days/items", None, "/properties/days", "what its items are"),
        ("/properties/days/items/additionalProperties", None, "/properties/days/items", "say"),
        ("/properties/days/items/x-access", "staff", "/properties/days/items/x-access", "list"),
        ("/properties/note/$ref", "#/$defs/gone", "/properties/note/$ref", "not a definition"),
        ("/properties/note/$ref", "other.json", "/properties/note/$ref", "not a definition"),
        ("/properties/a b", {"type": "string", "title": "A"}, "/properties/a b", "not a name"),
        ("/$defs/note", {"$ref": "#/$defs/note"}, "/properties/note/$ref", "not a definition"),
        ("/required", ["place"], "/default", "'place' is a required property"),
    ],
)
def test_what_is_not_right_is_named(
    tmp_path: Path, pointer: str, value: Any, place: str, message: str
) -> None:
    folder = write(tmp_path, changed(pointer, value))
    with pytest.raises(ConfigurationError) as raised:
        load_configs(folder)
    told = str(raised.value)
    assert told.startswith(f"{folder}/website/hours.json#{place}: "), told
    assert message in told


def test_files_that_are_no_schema_are_named(tmp_path: Path) -> None:
    for text, message in (
        ("{", "is not JSON"),
        ('{"title": "a", "title": "b"}', "'title' stands there twice"),
        ("[]", "not of type"),
        ("[" * 100_000, "is not JSON"),
    ):
        with pytest.raises(ConfigurationError, match=r"website/hours\.json#") as raised:
            load_configs(write(tmp_path, text))
        assert message in str(raised.value)
    write(tmp_path, GOOD)
    with pytest.raises(ConfigurationError, match=r"global/hours\.json has the same name"):
        load_configs(write(tmp_path, GOOD, scope="global"))
    with pytest.raises(ConfigurationError, match=r"Opening-hours\.json#: the file's name"):
        load_configs(write(tmp_path / "other", GOOD, "Opening-hours"))


@pytest.mark.parametrize(
    ("slug", "config", "pointer", "message"),
    [
        ("appearance", {"colors": {"primary": "red"}}, "/colors/primary", "a colour such as"),
        ("appearance", {"colours": {}}, "/colours", "no such field"),
        ("display", {"traffic_share": 101}, "/traffic_share", "at most 100 percent"),
        ("display", {"devices": {"mobile": 1}}, "/devices/mobile", "on or off"),
        ("identity", {"agent_name": ""}, "/agent_name", "must not be empty"),
        ("identity", {"company_name": "x" * 81}, "/company_name", "80 characters, not 81"),
        ("identity", {"language": "xx"}, "/language", "one of en, fr"),
        ("identity", {"logo_url": "javascript:alert(1)"}, "/logo_url", "begins with https://"),
        ("forms", {"fields": [{"name": "x", "label": "X", "type": "text"}]}, "/fields", "e-mail"),
        ("forms", {"notify": ["nobody"]}, "/notify/0", "an e-mail address"),
        ("forms", {"fields": [{"name": "email", "type": "email"}]}, "/fields/0/label", "missing"),
        ("disclaimers", {"texts": {"English": {"text": "x"}}}, "/texts/English", "such as en"),
        ("engagement", {"suggested_questions": ["a"] * 7}, "/suggested_questions", "6 entries"),
        ("engagement", {"suggested_questions": ["a", "a"]}, "/suggested_questions", "twice"),
    ],
)
def test_mistakes_are_told_at_their_field_in_words(
    slug: str, config: dict[str, Any], pointer: str, message: str
) -> None:
    found = mistakes(known_configs()[slug].validator(is_staff=True), config)
    assert [each.field for each in found] == [pointer]
    assert message in found[0].message


def test_a_list_too_long_to_look_at_is_refused_at_once() -> None:
    validator = known_configs()["engagement"].validator(is_staff=False)
    found = mistakes(validator, {"suggested_questions": [{"a": 1}] * 300_000})
    assert [each.message for each in found] == ["must have at most 6 entries, not 300,000"]
