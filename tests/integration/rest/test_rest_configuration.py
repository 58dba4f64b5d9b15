"""`backoffice rest` in operation: its file, its admin server, its log, its tools."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from backoffice.stack.processes import wait_until
from backoffice.stack.throwaway import free_port
from support.database import TestDatabase
from support.rest_command import Start, environment, hs256, running


def command(
    folder: Path, variables: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """`backoffice rest` with arguments that make it end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "backoffice.cli", "rest", *arguments],
        env=variables,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_file_configures_and_is_read_again(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "rest.conf"
    file.write_text('db-max-rows = 2\napp.settings.flavour = "lemon"')
    server = start(str(file))
    assert len(server.get("/articles").json()) == 2
    assert server.get("/rpc/whoami").json()["app"] == "lemon"
    file.write_text('db-max-rows = 3\napp.settings.flavour = "mint"')
    server.process.send_signal(signal.SIGUSR2)
    assert wait_until(lambda: len(server.get("/articles").json()) == 3, 10)
    assert server.get("/rpc/whoami").json()["app"] == "mint"
    file.write_text("db-max-rows = several words")
    server.process.send_signal(signal.SIGUSR2)
    assert wait_until(lambda: "line 1" in server.log.read_text(), 10)
    assert len(server.get("/articles").json()) == 3


def test_a_secret_from_a_file_of_its_own_is_read_again(start: Start, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("first " * 6)
    server = start(JWT_SECRET=f"@{secret}")
    claims = {"role": "authenticated"}
    first, second = (hs256(claims, word * 6) for word in ("first ", "second "))
    assert server.get("/articles", Authorization=first).status_code == 200
    secret.write_text("second " * 6)
    server.process.send_signal(signal.SIGUSR2)
    assert wait_until(lambda: server.get("/articles", Authorization=second).is_success, 10)
    assert server.get("/articles", Authorization=first).status_code == 401


def test_roles_are_found_by_what_they_look_like(start: Start) -> None:
    server = start(JWT_ROLE_CLAIM_KEY='.groups[?(@ ^== "shop:")][5:]')
    claims = {"groups": ["staff", "shop:authenticated"]}
    assert server.get("/rpc/whoami", Authorization=hs256(claims)).json()["role"] == "authenticated"
    for groups in (["shop:"], ["shop:nobody"]):
        refused = server.get("/rpc/whoami", Authorization=hs256({"groups": groups}))
        assert (refused.status_code, refused.json()["code"]) == (401, "22023")


def test_options_are_shown_in_the_form_of_a_file(shop: TestDatabase, tmp_path: Path) -> None:
    variables = environment(shop, DB_MAX_ROWS="7", APP_SETTINGS_flavour='the "best" $(x)')
    with shop.connect("supabase_admin") as connection:
        setting = f"alter role authenticator in database {shop.name}"
        connection.execute(f"{setting} set pgrst.db_max_rows = '5'")
        try:
            shown = command(tmp_path, variables, "--dump-config")
        finally:
            connection.execute(f"{setting} reset pgrst.db_max_rows")
    assert shown.returncode == 0, shown.stderr
    assert "db-max-rows = 5\n" in shown.stdout
    file = tmp_path / "shown.conf"
    file.write_text(shown.stdout)
    bare = {name: v for name, v in os.environ.items() if not name.startswith("PGRST_")}
    assert command(tmp_path, bare, str(file), "--dump-config").stdout == shown.stdout


def test_the_schema_cache_is_shown(shop: TestDatabase, tmp_path: Path) -> None:
    shown = command(tmp_path, environment(shop), "--dump-schema")
    assert shown.returncode == 0, shown.stderr
    tables = json.loads(shown.stdout)["dbTables"]
    assert {"qiName": "articles", "qiSchema": "shop"} in [name for name, _ in tables]
    wrong = command(
        tmp_path, environment(shop, DB_URI="postgresql://127.0.0.1:1/x"), "--dump-schema"
    )
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr


def test_the_example_is_a_configuration(tmp_path: Path) -> None:
    example = command(tmp_path, dict(os.environ), "--example")
    file = tmp_path / "example.conf"
    file.write_text(example.stdout.replace("# db-max-rows", "db-max-rows"))
    shown = command(
        tmp_path, {**os.environ, "PGRST_DB_CONFIG": "false"}, str(file), "--dump-config"
    )
    assert "db-max-rows = 1000\n" in shown.stdout, shown.stderr


def test_the_admin_server_tells_how_it_is(shop: TestDatabase, tmp_path: Path) -> None:
    path, admin = tmp_path / "rest.sock", free_port()
    variables = environment(
        shop,
        SERVER_UNIX_SOCKET=str(path),
        ADMIN_SERVER_PORT=str(admin),
        JWT_CACHE_MAX_ENTRIES="2",
    )

    def ask(name: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{admin}/{name}", timeout=5)

    def ready() -> bool:
        return command(tmp_path, variables, "--ready").returncode == 0

    with running(tmp_path, variables, ready=False):
        assert wait_until(ready, 30)
        shown = command(tmp_path, variables, "--ready")
        assert shown.stdout == f"OK: http://127.0.0.1:{admin}/ready\n"
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
            for subject in "abca":
                token = hs256({"role": "authenticated", "sub": subject})
                client.get("http://rest/articles", headers={"Authorization": token})
            client.get("http://rest/articles", headers={"Authorization": "Bearer a.b.c"})
        metrics = dict(line.rsplit(" ", 1) for line in ask("metrics").text.splitlines())
        assert metrics["pgrst_jwt_cache_requests_total"] == "5"
        assert metrics["pgrst_jwt_cache_hits_total"] == "0"
        assert metrics["pgrst_jwt_cache_evictions_total"] == "2"
        assert metrics["pgrst_db_pool_max"] == "10"
        assert metrics['pgrst_schema_cache_loads_total{status="SUCCESS"}'] == "1"
        assert float(metrics["pgrst_schema_cache_query_time_seconds"]) > 0
        assert ask("schema_cache").json()["dbTimezones"]
        assert (ask("live").status_code, ask("nothing").status_code) == (200, 404)
        path.unlink()
        assert (ask("live").status_code, ask("ready").status_code) == (500, 500)
    assert "connection refused" in command(tmp_path, variables, "--ready").stderr


@pytest.mark.parametrize(
    ("level", "logged"),
    [("crit", []), ("error", [500]), ("warn", [500, 404]), ("info", [500, 404, 200])],
)
def test_the_level_decides_which_requests_are_logged(
    start: Start, level: str, logged: list[int]
) -> None:
    server = start(LOG_LEVEL=level, JWT_SECRET="", LOG_QUERY="true")
    before = server.log.read_text().count('HTTP/1.1"')
    agent = {"User_Agent": 'a "quoted" agent'}
    for path, headers in (
        ("/articles", {"Authorization": hs256({"role": "authenticated"}), **agent}),
        ("/nothing%0Ahere?name=eq.private", agent),
        ("/articles?name=eq.private", agent),
    ):
        server.get(path, **headers)
    lines = [line for line in server.log.read_text().splitlines() if 'HTTP/1.1"' in line][before:]
    shape = re.compile(r'- - (\S+) \[[^]]+\] "GET (\S+) HTTP/1.1" (\d+) \d+ "" "(.+)"')
    found = [shape.fullmatch(line) for line in lines]
    assert all(found), lines
    assert [int(each[3]) for each in found if each] == logged
    assert "private" not in server.log.read_text()
    if level == "info":
        assert [each[1] for each in found if each] == ["-", "anon", "anon"]
        assert [each[2] for each in found if each] == [
            "/articles",
            "/nothing%0Ahere",
            "/articles",
        ]
        assert r"from \"shop\".\"articles\"" in server.log.read_text()
