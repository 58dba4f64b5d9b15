"""The types of configurations are those of the files, and describe what holds."""

from __future__ import annotations

import pytest

from backoffice.content.schemas import load_configs
from backoffice.stack.config_types import (
    MODELS,
    TYPESCRIPT,
    render_models,
    render_typescript,
    typed_schema,
)


def test_the_python_types_are_current() -> None:
    tracked = {path.name: path.read_text(encoding="utf-8") for path in MODELS.glob("*.py")}
    assert tracked == render_models(load_configs()), "run `make types`"


def test_the_typescript_types_are_current() -> None:
    assert TYPESCRIPT.read_text(encoding="utf-8") == render_typescript(load_configs()), (
        "run `make types`"
    )


@pytest.mark.parametrize("slug", load_configs())
def test_what_has_a_default_is_always_there(slug: str) -> None:
    config = load_configs()[slug]
    schema = typed_schema(config)
    assert set(schema["required"]) == set(config.default_config)
