"""The commands beside `serve`, as a person or a script calls them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from backoffice.stack.processes import wait_until
from support.database import reachable_folder
from support.serving import Installation, installation

SUPABASE_NAMES = {"API_URL", "DB_URL", "ANON_KEY", "SERVICE_ROLE_KEY", "JWT_SECRET"}


@pytest.fixture(scope="module")
def installed() -> Iterator[Installation]:
    with reachable_folder() as folder:
        yield installation(folder)


@pytest.fixture(scope="module")
def running(installed: Installation) -> Iterator[Installation]:
    with installed.serving():
        yield installed


def test_status_prints_what_clients_need(running: Installation) -> None:
    answer = running.command("status", "--json")
    values = json.loads(answer.stdout)
    assert values.keys() >= SUPABASE_NAMES
    assert values["RUNNING"] is True
    keys = {"apikey": values["ANON_KEY"], "Authorization": f"Bearer {values['SERVICE_ROLE_KEY']}"}
    url = f"{values['API_URL']}/rest/v1/domains?select=site_domain"
    assert {"site_domain": "abtasty.com"} in httpx.get(url, headers=keys).json()
    with psycopg.connect(values["DB_URL"]) as connection:
        assert connection.execute("select current_user").fetchone() == ("postgres",)
    printed = running.command("status").stdout
    for value in (values["ANON_KEY"], values["DB_URL"], values["JWT_SECRET"]):
        assert value in printed


def test_the_database_is_current_and_the_doctor_agrees(running: Installation) -> None:
    status = running.command("db", "status", "--json")
    assert (status.returncode, json.loads(status.stdout)["current"]) == (0, True)
    assert running.command("db", "migrate").stdout == "The database is up to date.\n"
    findings = json.loads(running.command("doctor", "--json").stdout)
    checked = {finding["check"]: finding for finding in findings}
    for name in ("Python", "Data folder", "Keys", "Port", "PostgreSQL", "Database", "Migrations"):
        assert checked[name]["ok"], checked[name]


def test_the_audit_log_is_proved_and_listed(running: Installation) -> None:
    kept = running.command("audit", "verify", "--json")
    ends = json.loads(kept.stdout)["ends"]
    assert (kept.returncode, {end["site_domain"] for end in ends}) == (0, {"", "abtasty.com"})
    listed = running.command("audit", "list", "--site", "abtasty.com").stdout
    assert "System  Host added: staging.abtasty.com" in listed
    forged = running.data_dir.with_name("kept.json")
    forged.write_text(json.dumps({"ends": [{**end, "position": 10_000} for end in ends]}))
    against = running.command("audit", "verify", "--against", str(forged))
    assert against.returncode == 1
    assert "the chain was longer: its end is missing" in against.stderr
    forged.write_text("{}")
    refused = running.command("audit", "verify", "--against", str(forged))
    assert "is not what `backoffice audit verify --json` prints" in refused.stderr


def test_a_drifted_database_stops_the_start_and_fails_status(running: Installation) -> None:
    url = json.loads(running.command("status", "--json").stdout)["DB_URL"]
    change = "update supabase_migrations.schema_migrations set statements = array[%s]"
    with psycopg.connect(url) as connection:
        (before,) = connection.execute(
            "select statements from supabase_migrations.schema_migrations limit 1"
        ).fetchone() or (None,)
        connection.execute(change, ["select 'something else'"])
    status = running.command("db", "status")
    assert status.returncode == 1
    assert "edited after it ran" in status.stdout
    migrate = running.command("db", "migrate")
    assert migrate.returncode == 1
    assert "Migrations were edited after they ran" in migrate.stderr
    with psycopg.connect(url) as connection:
        connection.execute(
            "update supabase_migrations.schema_migrations set statements = %s", [before]
        )


def test_commands_work_while_the_server_is_stopped() -> None:
    with reachable_folder() as folder:
        own = installation(folder)
        assert "is stopped" in own.command("status").stdout
        worker = own.command("worker")
        assert worker.returncode == 1
        assert "The embedded PostgreSQL is stopped" in worker.stderr
        assert own.command("db", "migrate").stdout.startswith("Applied: 2")
        assert json.loads(own.command("db", "status", "--json").stdout)["pending"] == []
        assert not (own.data_dir / "postgres" / "postmaster.pid").exists()


def test_reset_asks_first(running: Installation) -> None:
    declined = running.command("db", "reset")
    assert declined.returncode == 1
    assert (running.data_dir / "postgres" / "PG_VERSION").exists()


def test_a_database_given_by_url_is_not_reset() -> None:
    with reachable_folder() as folder:
        refused = installation(folder).command(
            "db", "reset", "--yes", BACKOFFICE_DATABASE_URL="postgresql://h/d"
        )
    assert refused.returncode == 1
    assert "only the embedded database is reset" in refused.stderr


def test_help_lists_every_command(installed: Installation) -> None:
    listed = installed.command("--help").stdout
    for name in ("serve", "worker", "status", "db", "replay", "demo", "doctor"):
        assert f" {name} " in listed


def test_keys_are_made_shown_once_and_revoked(running: Installation) -> None:
    made = running.command("keys", "mint", "--site", "abtasty.com", "--kind", "secret")
    key = made.stdout.strip()
    agent = f"{running.url}/agent/v1/conversations/6a2f41a3-c54c-4fce-8d2c-1b5ffd7fcb1e"
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.put(agent, headers=headers, json={"distinct_id": "someone"}).is_success

    listed = running.command("keys", "list", "--site", "abtasty.com").stdout
    assert key not in listed
    assert "rose_pk_" in listed
    url = json.loads(running.command("status", "--json").stdout)["DB_URL"]
    with psycopg.connect(url) as connection:
        row = connection.execute("select id from domain_keys where kind = 'secret'").fetchone()
    assert row is not None
    assert str(row[0]) in listed, "what revoking asks for is there in one piece"
    rotation = ("keys", "rotate", "--site", "abtasty.com", "--days", "2", str(row[0]))
    new = running.command(*rotation).stdout.strip()
    for each in (key, new):
        told = httpx.put(agent, headers={"Authorization": f"Bearer {each}"}, json={})
        assert told.status_code != 401
    again = running.command(*rotation)
    assert (again.returncode, "replaced already" in again.stderr) == (1, True)
    assert "ends " in running.command("keys", "list", "--site", "abtasty.com").stdout
    revoked = running.command("keys", "revoke", "--site", "abtasty.com", str(row[0]))
    assert revoked.stdout == "Revoked.\n"
    assert wait_until(lambda: httpx.put(agent, headers=headers, json={}).status_code == 401, 5)

    unknown = running.command("keys", "mint", "--site", "nowhere.example", "--kind", "public")
    assert unknown.returncode == 1
    assert "There is no website nowhere.example" in unknown.stderr
