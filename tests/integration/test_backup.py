"""A backup brings everything back: figures, sign-in, keys and what they sealed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from backoffice.settings import Settings
from backoffice.stack.catalogue import differences, read_catalogue
from backoffice.stack.runtime import load
from backoffice.vault import Vault
from support.database import reachable_folder
from support.serving import Installation, installation
from support.two_domains import TODAY, fill_two_domains

SECRET = "a token of an outside service"
SUMMARY = "/rest/v1/rpc/get_dashboard_summary"
RANGE = {"p_site_domains": None, "p_from": TODAY, "p_to": TODAY}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


def status(own: Installation) -> dict[str, str]:
    values: dict[str, str] = json.loads(own.command("status", "--json").stdout)
    return values


def figures(own: Installation) -> object:
    """What a person who signs in sees."""
    key = status(own)["ANON_KEY"]
    signed_in = httpx.post(
        f"{own.url}/auth/v1/token?grant_type=password",
        headers={"apikey": key},
        json={"email": "user@user.com", "password": "user"},
    )
    assert signed_in.status_code == 200, signed_in.text
    headers = {"apikey": key, "Authorization": f"Bearer {signed_in.json()['access_token']}"}
    answer = httpx.post(f"{own.url}{SUMMARY}", json=RANGE, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def catalogue_of(own: Installation) -> dict[str, str]:
    """What there is. Of a table that only its owner may use, PostgreSQL says so in two ways."""
    with psycopg.connect(status(own)["DB_URL"]) as connection:
        found = read_catalogue(connection)
    explicit = "acl postgres=arwdDxtm/postgres"
    return {name: text.replace(explicit, "acl ") for name, text in found.items()}


def vault(own: Installation) -> Vault:
    return Vault(load(Settings(data_dir=own.data_dir)).encryption_keys)


def test_destroyed_and_restored_everything_is_as_it_was(folder: Path) -> None:
    own = installation(folder)
    file = folder / "backup.tar"
    with own.serving():
        with psycopg.connect(status(own)["DB_URL"], autocommit=True) as connection:
            fill_two_domains(connection)
            connection.execute(
                "create table public.sealed as select %s as secret", [vault(own).seal(SECRET)]
            )
        before = figures(own)
        assert "1" in str(before)
        made = own.command("db", "backup", str(file))
        assert made.returncode == 0, made.stderr
        assert "with all keys" in made.stdout
        catalogue = catalogue_of(own)
        refused = own.command("db", "restore", str(file), "--replace")
        assert (refused.returncode, "in use" in refused.stderr) == (1, True)
    assert file.stat().st_mode & 0o077 == 0
    assert own.command("db", "backup", str(file)).returncode == 1

    keys = (own.data_dir / "keys.json").read_bytes()
    shutil.rmtree(own.data_dir)
    restored = own.command("db", "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert (own.data_dir / "keys.json").read_bytes() == keys
    with own.serving():
        assert figures(own) == before
        with psycopg.connect(status(own)["DB_URL"]) as connection:
            row = connection.execute("select secret from public.sealed").fetchone()
            assert row and vault(own).open(row[0]) == SECRET
        assert differences(catalogue_of(own), catalogue) == []
        proved = own.command("audit", "verify")
        assert proved.returncode == 0, proved.stderr

    over = own.command("db", "restore", str(file))
    assert (over.returncode, "--replace" in over.stderr) == (1, True)
    again = own.command("db", "restore", str(file), "--replace")
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("Moved aside") == 2


def test_what_fails_leaves_the_installation_as_it_was(folder: Path) -> None:
    own = installation(folder / "second")
    own.data_dir.parent.mkdir()
    own.data_dir.parent.chmod(0o711)
    assert own.command("db", "migrate").returncode == 0
    keys = (own.data_dir / "keys.json").read_bytes()
    good = folder / "good.tar"
    assert own.command("db", "backup", str(good)).returncode == 0

    for content, words in (
        (b"nothing of the kind", "is not a backup"),
        (good.read_bytes()[:2000], "is not a backup"),
        # The dump is cut short: the restore is under way when that is noticed.
        (good.read_bytes()[:-300_000] + bytes(300_000), "pg_restore failed"),
    ):
        bad = folder / "bad.tar"
        bad.write_bytes(content)
        refused = own.command("db", "restore", str(bad), "--replace")
        assert refused.returncode == 1
        assert words in refused.stderr
        assert (own.data_dir / "keys.json").read_bytes() == keys
        assert not list(own.data_dir.glob("*.before-*"))
    assert own.command("db", "status").returncode == 0


def test_a_database_given_by_url_is_somebody_elses_to_back_up(folder: Path) -> None:
    own = installation(folder)
    url = {"BACKOFFICE_DATABASE_URL": "postgresql://h/d"}
    for command in (["backup", str(folder / "x.tar")], ["restore", str(folder / "x.tar")]):
        refused = own.command("db", *command, **url)
        assert (refused.returncode, "its own tools" in refused.stderr) == (1, True)
