"""Configuration files: what is read from them, and what `--dump-config` writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.errors import ConfigurationError
from backoffice.rest.config_dump import dump_config
from backoffice.rest.config_file import read_config_file
from backoffice.rest.environment import read_options

WRITTEN = r"""
# a shop
db-schemas = "shop,   depot"   # two
db-max-rows = 40
db-plan-enabled = on
jwt-role-claim-key = ".app.\"odd role\""
app.settings.owner = "$(OWNER) & $$5"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rest.conf"
    path.write_text(text)
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    options = read_options({"OWNER": "Ann"}, file=written(tmp_path, WRITTEN))
    assert options.config.schemas == ("shop", "depot")
    assert options.config.max_rows == 40
    assert options.config.plan_enabled
    assert options.config.role_claim_key == '.app."odd role"'
    assert options.config.app_settings == {"app.settings.owner": "Ann & $5"}


def test_the_environment_wins_over_the_file_and_the_database_over_both(tmp_path: Path) -> None:
    file = written(tmp_path, 'db-max-rows = 1\ndb-anon-role = "file"\nmax-rows = 5\n')
    environment = {"PGRST_DB_MAX_ROWS": "2"}
    assert read_options({}, file=file).config.max_rows == 1
    assert read_options(environment, file=file).config.max_rows == 2
    assert read_options(environment, {"db_max_rows": "3"}, file).config.max_rows == 3
    assert read_options(environment, file=file).config.anon_role == "file"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("db-pool", "line 1, is not of the form"),
        ("\ndb-pool = ten", "line 2"),
        ('db-uri = "open', "line 1"),
        ('db-uri = "$(NOWHERE)"', "no NOWHERE"),
        ('db-uri = "\\q"', "line 1"),
        ('db-pool = "ten"', "DB_POOL"),
        ('jwt-role-claim-key = "role"', "failed to parse role-claim-key value (role)"),
        ('jwt-aud = "http://%%nowhere"', "jwt-aud should be a string or a valid URI"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_options({}, file=written(tmp_path, text))
    assert message in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        read_config_file(tmp_path / "nowhere.conf", {})


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12)


@given(TEXTS, TEXTS, st.none() | st.integers(0, 10_000))
def test_what_is_written_reads_as_itself(
    tmp_path_factory: pytest.TempPathFactory, role: str, value: str, rows: int | None
) -> None:
    folder = tmp_path_factory.getbasetemp()
    environment = {
        "PGRST_DB_ANON_ROLE": role,
        "PGRST_APP_SETTINGS_word": value,
        "PGRST_DB_MAX_ROWS": "" if rows is None else str(rows),
        "PGRST_JWT_SECRET": "s" * 32,
    }
    dumped = dump_config(read_options(environment))
    again = dump_config(read_options({}, file=written(folder, dumped)))
    assert again == dumped
