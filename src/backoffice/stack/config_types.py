"""Types of every configuration, derived from `config/`, so that code cannot misspell a field.

    python -m backoffice.stack.config_types

writes `src/backoffice/content/models/` (`TypedDict`s) and `web/src/lib/config.types.ts`. They
describe what holds: a field with a default is always there. A test compares both with what is
tracked.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from backoffice.content.fields import Schema, default_of
from backoffice.content.schemas import Config, load_configs
from backoffice.settings import PROJECT_ROOT

MODELS: Final = PROJECT_ROOT / "src" / "backoffice" / "content" / "models"
TYPESCRIPT: Final = PROJECT_ROOT / "web" / "src" / "lib" / "config.types.ts"
GENERATOR: Final = PROJECT_ROOT / "web" / "scripts" / "config-types.mjs"
_HEADER: Final = "# Written by `make types` from config/. Do not edit."
# What types are made of; bounds and patterns are for the validator.
_TYPED: Final = ("type", "enum", "const", "description", "required")


def pascal(name: str) -> str:
    """`buying_signals` as `BuyingSignals`."""
    return "".join(part.capitalize() for part in name.split("_"))


def typed_schema(config: Config) -> dict[str, Any]:
    """A configuration's schema as far as types need it, with names that are unique over all."""
    root = config.schema
    name = f"{pascal(config.slug)}Config"
    definitions = {
        key: _typed(root, inner, config.slug, whole=False) | {"title": _name(config.slug, key)}
        for key, inner in root.get("$defs", {}).items()
        if inner.get("type") == "object"
    }
    whole = _typed(root, root, config.slug, whole=True) | {"title": name}
    return whole | ({"$defs": definitions} if definitions else {})


def _name(slug: str, definition: str) -> str:
    return f"{pascal(slug)}{pascal(definition)}"


def _typed(root: Schema, schema: Schema, slug: str, *, whole: bool) -> dict[str, Any]:
    if "$ref" in schema:
        definition = root["$defs"][str(schema["$ref"]).removeprefix("#/$defs/")]
        if definition.get("type") == "object":
            return {"$ref": schema["$ref"]}
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**definition, **beside}
    found = {key: schema[key] for key in _TYPED if key in schema}
    if "properties" in schema:
        found["properties"] = {
            name: _typed(root, inner, slug, whole=whole)
            for name, inner in schema["properties"].items()
        }
        given = [
            name
            for name, inner in schema["properties"].items()
            # In a list or a map nothing fills in what is missing.
            if whole and default_of(root, inner) is not None
        ]
        if required := [*given, *(n for n in schema.get("required", []) if n not in given)]:
            found["required"] = required
    for keyword in ("additionalProperties", "items"):
        if isinstance(schema.get(keyword), Mapping):
            found[keyword] = _typed(root, schema[keyword], slug, whole=False)
        elif keyword in schema:
            found[keyword] = schema[keyword]
    return found


def render_models(configs: Mapping[str, Config]) -> dict[str, str]:
    """The Python module of each configuration, by file name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from datamodel_code_generator import InputFileType, generate
        from datamodel_code_generator.enums import DataModelType
        from datamodel_code_generator.format import Formatter, PythonVersion

    modules = {"__init__.py": '"""Types of every configuration as it holds."""\n'}
    with TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for slug, config in configs.items():
            output = Path(name) / f"{slug}.py"
            generate(
                json.dumps(typed_schema(config)),
                input_file_type=InputFileType.JsonSchema,
                output=output,
                output_model_type=DataModelType.TypingTypedDict,
                target_python_version=PythonVersion.PY_311,
                use_standard_collections=True,
                use_union_operator=True,
                use_closed_typed_dict=False,
                disable_timestamp=True,
                custom_file_header=_HEADER,
                formatters=[Formatter.BLACK, Formatter.ISORT],
            )
            modules[output.name] = output.read_text(encoding="utf-8")
        _format(Path(name))
        for file in modules:
            if file != "__init__.py":
                modules[file] = (Path(name) / file).read_text(encoding="utf-8")
    return modules


def _format(folder: Path) -> None:
    """As the rest of this repository is formatted."""
    ruff = shutil.which("ruff") or str(PROJECT_ROOT / ".venv" / "bin" / "ruff")
    for verb in (["check", "--fix", "--select", "I,UP"], ["format"]):
        command = [ruff, *verb, "-q", "--config", str(PROJECT_ROOT / "pyproject.toml")]
        subprocess.run([*command, str(folder)], check=True)  # noqa: S603


def render_typescript(configs: Mapping[str, Config]) -> str:
    """The one TypeScript module."""
    schemas = {slug: typed_schema(config) for slug, config in configs.items()}
    node = shutil.which("node") or "node"
    done = subprocess.run(  # noqa: S603
        [node, str(GENERATOR)],
        input=json.dumps(schemas),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def main() -> None:
    """Write both."""
    configs = load_configs()
    modules = render_models(configs)
    MODELS.mkdir(exist_ok=True)
    for old in MODELS.glob("*.py"):
        if old.name not in modules:
            old.unlink()
    for name, text in modules.items():
        (MODELS / name).write_text(text, encoding="utf-8")
    TYPESCRIPT.write_text(render_typescript(configs), encoding="utf-8")


if __name__ == "__main__":
    main()
