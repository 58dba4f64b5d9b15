"""`backoffice serve` as a process of its own, as a person starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from backoffice.stack.processes import wait_until
from backoffice.stack.throwaway import free_port

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder and the environment its commands run in."""

    data_dir: Path
    port: int

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        """Nothing of the developer's settings, and this installation's."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("BACKOFFICE_")}
        own = {"BACKOFFICE_DATA_DIR": str(self.data_dir), "PORT": str(self.port)}
        return {**inherited, **own, "BACKOFFICE_DEMO": "false", **more}

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "backoffice.cli", *arguments],
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def serving(self, **environment: str) -> Iterator[Serving]:
        """A server that answers; killed at the end if the test did not stop it."""
        log = self.data_dir.with_name("server.log")
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "backoffice.cli", "serve"],
                env=self.environment(**environment),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            serving = Serving(process, self.url, log)
            try:
                assert wait_until(serving.has_answered, PATIENCE), log.read_text()
                yield serving
            finally:
                serving.kill_all()


@dataclass(frozen=True, slots=True)
class Serving:
    """A running server process."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def has_answered(self) -> bool:
        """Whether `/health` says 200; fails at once when the process has ended."""
        assert self.process.poll() is None, self.log.read_text()
        return self.health() == 200

    def health(self) -> int:
        """The status of `/health`; 0 without an answer."""
        try:
            return httpx.get(f"{self.url}/health", timeout=5).status_code
        except httpx.TransportError:
            return 0

    def family(self) -> list[psutil.Process]:
        """The processes the server started, with theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self) -> psutil.Process:
        """The worker process, once it is there."""
        found: list[psutil.Process] = []

        def look() -> bool:
            found[:] = [child for child in self.family() if "worker" in child.cmdline()]
            return bool(found)

        assert wait_until(look, PATIENCE), "no worker was started"
        return found[0]

    def postmaster(self) -> psutil.Process:
        """The embedded PostgreSQL's first process."""
        return next(
            child
            for child in psutil.Process(self.process.pid).children()
            if "-D" in child.cmdline()
        )

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop and wait; gives the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill_all(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.process.poll() is None:
            family = self.family()
            self.process.kill()
            self.process.wait()
            assert all_gone(family), family


def all_gone(processes: list[psutil.Process], timeout: float = PATIENCE) -> bool:
    """Whether every process ends within `timeout` seconds."""
    return wait_until(lambda: not any(map(lives, processes)), timeout)


def lives(process: psutil.Process) -> bool:
    """Whether a process runs; what its new parent has not reaped yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def installation(folder: Path) -> Installation:
    """A new one below a folder."""
    return Installation(folder / "data", free_port())
