"""The server as a process: it starts, stops, is killed, and starts again."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator

import pytest

from backoffice.stack.processes import wait_until
from support.database import reachable_folder
from support.serving import PATIENCE, Installation, all_gone, installation, lives


@pytest.fixture
def installed() -> Iterator[Installation]:
    with reachable_folder() as folder:
        yield installation(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(installed: Installation, number: signal.Signals) -> None:
    with installed.serving() as server:
        server.worker()
        family = server.family()
        assert server.stop(number) == 0
        assert all_gone(family, timeout=1)


def test_nothing_survives_a_killed_server_and_the_next_start_works(installed: Installation) -> None:
    with installed.serving() as server:
        server.worker()
        family = server.family()
        server.process.kill()
        assert all_gone(family)
    with installed.serving() as again:
        assert again.health() == 200


def test_an_orphaned_postgres_is_stopped_by_the_next_start(installed: Installation) -> None:
    with installed.serving() as server:
        orphan = server.postmaster()
        # Stopped processes act on no signal: PostgreSQL outlives the killed server.
        orphan.suspend()
        server.process.kill()
        server.process.wait()
        orphan.resume()
        with installed.serving() as again:
            assert not lives(orphan)
            assert again.postmaster().pid != orphan.pid


def test_a_second_server_on_the_same_folder_says_who_uses_it(installed: Installation) -> None:
    with installed.serving() as server:
        second = installed.command("serve", "--port", "0")
        assert second.returncode == 1
        assert f"Process {server.process.pid} already uses" in second.stderr
        assert "Traceback" not in second.stderr
        assert server.health() == 200


def test_a_taken_port_is_named(installed: Installation) -> None:
    with installed.serving(), reachable_folder() as elsewhere:
        other = Installation(elsewhere / "data", installed.port)
        refused = other.command("serve")
        assert refused.returncode == 1
        assert f"port {installed.port}" in refused.stderr
        assert not (elsewhere / "data" / "postgres").exists()


def test_postgres_is_started_again_when_it_dies(installed: Installation) -> None:
    with installed.serving() as server:
        server.postmaster().kill()
        assert wait_until(lambda: server.health() == 503, PATIENCE)
        assert wait_until(lambda: server.health() == 200, PATIENCE)


def test_a_crashed_worker_is_started_again(installed: Installation) -> None:
    with installed.serving() as server:
        first = server.worker()
        first.kill()
        assert all_gone([first])
        assert server.worker().pid != first.pid


def test_data_and_keys_are_their_owners_alone(installed: Installation) -> None:
    with installed.serving() as server:
        for path in installed.data_dir.iterdir():
            others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
            assert not others, path
        mode = stat.S_IMODE(installed.data_dir.stat().st_mode)
        # Root's PostgreSQL runs as another account, whose group has to pass through.
        assert mode == (0o710 if os.geteuid() == 0 else 0o700)
        sockets = installed.data_dir / "run"
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        listening = [c for c in server.postmaster().net_connections() if c.status == "LISTEN"]
        assert listening == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_postgres_does_not_run_as_root(installed: Installation) -> None:
    with installed.serving() as server:
        assert server.postmaster().uids().real != 0
        assert {process.uids().real for process in server.postmaster().children()} != {0}


def test_other_machines_are_not_let_in_with_default_passwords(installed: Installation) -> None:
    refused = installed.command("serve", "--host", "0.0.0.0")  # noqa: S104
    assert refused.returncode == 1
    assert "admin@admin.com" in refused.stderr
    # PostgreSQL removes this file when it has stopped in order.
    assert not (installed.data_dir / "postgres" / "postmaster.pid").exists()


def test_data_survives_a_restart_and_a_reset_deletes_it(installed: Installation) -> None:
    with installed.serving():
        pass
    before = installed.command("status", "--json").stdout
    reset = installed.command("db", "reset", "--yes")
    assert reset.returncode == 0, reset.stderr
    assert not (installed.data_dir / "postgres").exists()
    assert installed.command("status", "--json").stdout == before
    with installed.serving():
        refused = installed.command("db", "reset", "--yes")
        assert refused.returncode == 1
        assert "cannot be reset while it is used" in refused.stderr
