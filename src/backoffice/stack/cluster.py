"""The embedded PostgreSQL: made, started and stopped by us.

The launcher of the package that carries the binaries is not used: it trusts every local user.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from backoffice.errors import StackError
from backoffice.stack.configuration import server_settings
from backoffice.stack.layout import TEMPORARY_PREFIX, Layout, socket_folder
from backoffice.stack.pidfile import NAME as PIDFILE
from backoffice.stack.pidfile import Postmaster, read_postmaster
from backoffice.stack.processes import is_alive, spawn, wait_until

SUPERUSER = "supabase_admin"
PORT = 5432
START_SECONDS = 60.0
FAST_STOP_SECONDS = 10.0
MAJOR_VERSION = "18"


@dataclass(slots=True)
class Cluster:
    """One embedded PostgreSQL. Start it from the thread that outlives it: see `processes.spawn`."""

    layout: Layout
    tcp_port: int | None = None
    fsync: bool = True
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _socket_folder: Path | None = None

    def create(self, superuser_password: str) -> bool:
        """Make the cluster unless it exists; gives whether it was made.

        Raises `StackError` when `initdb` fails, or when another major version made the cluster.
        """
        version_file = self.layout.cluster / "PG_VERSION"
        if version_file.exists():
            version = version_file.read_text().strip()
            if version != MAJOR_VERSION:
                raise StackError(
                    f"{self.layout.cluster} was made by PostgreSQL {version}, this is"
                    f" {MAJOR_VERSION}. Dump it with the old version, or delete the data folder."
                )
            return False
        parent = self.layout.cluster.parent
        with tempfile.TemporaryDirectory(prefix="initdb-", dir=parent) as name:
            scratch = Path(name)
            self.layout.account.own(scratch)
            self._initdb(scratch, superuser_password)
            # Only a whole cluster gets the final name; a crash before leaves scratch behind, no
            # half cluster.
            (scratch / "cluster").rename(self.layout.cluster)
        return True

    def start(self) -> Postmaster:
        """Start PostgreSQL and wait until it accepts connections.

        A PostgreSQL that a killed server left behind is stopped first. Raises `StackError` with the
        reason PostgreSQL gives.
        """
        stop_leftover(self.layout.cluster)
        # The same one after a crash, because connection strings name it.
        self._socket_folder = self._socket_folder or socket_folder(self.layout)
        options = server_settings(self._socket_folder, PORT, self.tcp_port, fsync=self.fsync)
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self.layout.start_log.open("wb") as log:
            os.fchmod(log.fileno(), 0o600)
            self._process = spawn(
                [self.layout.program("postgres"), "-D", str(self.layout.cluster), *arguments],
                self.layout.account,
                output=log,
                death_signal=signal.SIGINT,
            )
        process = self._process
        wait_until(lambda: process.poll() is not None or self._is_ready(process), START_SECONDS)
        if process.poll() is None and self._is_ready(process):
            return self.postmaster()
        self.stop()
        raise StackError(f"PostgreSQL did not start.\n{self._last_words()}")

    def postmaster(self) -> Postmaster:
        """The running PostgreSQL. Raises `StackError` when it is stopped."""
        postmaster = read_postmaster(self.layout.cluster)
        if postmaster is None or not self.is_running():
            raise StackError("The embedded PostgreSQL is stopped.")
        return postmaster

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        postmaster = read_postmaster(self.layout.cluster)
        return bool(postmaster and postmaster.pid == process.pid and postmaster.is_ready)

    def is_running(self) -> bool:
        """Whether the PostgreSQL this object started still runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop PostgreSQL, ending its connections, and wait until it has gone."""
        process, self._process = self._process, None
        if process is None:
            return
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if process.poll() is not None:
                break
            process.send_signal(request)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(FAST_STOP_SECONDS)
        _remove_temporary(self._socket_folder)
        self._socket_folder = None

    def _initdb(self, scratch: Path, superuser_password: str) -> None:
        password_file = scratch / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(superuser_password)
        self.layout.account.own(password_file)
        with (scratch / "output").open("wb+") as output:
            command = [
                self.layout.program("initdb"),
                f"--pgdata={scratch / 'cluster'}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
            ]
            status = spawn(command, self.layout.account, output=output).wait()
            output.seek(0)
            if status != 0:
                words = output.read().decode(errors="replace")
                raise StackError(f"initdb could not make the cluster.\n{words}")

    def _last_words(self) -> str:
        return self.layout.start_log.read_text(errors="replace")[-4000:]


def stop_leftover(cluster: Path) -> None:
    """Stop the PostgreSQL a killed server left on this cluster, if one still runs.

    Raises `StackError` when it does not go.
    """
    postmaster = read_postmaster(cluster)
    if postmaster is None:
        return
    for request in (signal.SIGINT, signal.SIGQUIT):
        if not postmaster.is_running():
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(postmaster.pid, request)
        wait_until(lambda: not postmaster.is_running(), FAST_STOP_SECONDS)
    if postmaster.is_running():
        raise StackError(f"PostgreSQL (process {postmaster.pid}) still runs on {cluster}.")
    _remove_temporary(postmaster.socket_folder)
    if is_alive(postmaster.pid):
        # The id now belongs to another program, and PostgreSQL would refuse to start because of it.
        (cluster / PIDFILE).unlink(missing_ok=True)


def _remove_temporary(folder: Path | None) -> None:
    if folder and folder.name.startswith(TEMPORARY_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
