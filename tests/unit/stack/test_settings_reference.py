"""The reference of settings is complete and as the settings are."""

from __future__ import annotations

from backoffice.settings import Settings
from backoffice.stack.settings_reference import PARTS, TARGET, render


def test_the_reference_is_fresh() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(), "run: make reference"


def test_every_setting_says_what_it_means() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    assert silent == []


def test_every_setting_belongs_to_a_part() -> None:
    assert set(PARTS) <= set(Settings.model_fields)
    assert render().count("\n## ") == len(PARTS)


def test_secrets_have_no_default_and_are_marked() -> None:
    text = render()
    for name, field in Settings.model_fields.items():
        if "SecretStr" in str(field.annotation):
            assert field.default is None, name
            assert f"`BACKOFFICE_{name.upper()}` | text, *secret* | – |" in text
