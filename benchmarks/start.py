"""How long the product takes to a usable page, and how much memory its server holds.

Run: python -m benchmarks.start (after `make build`)
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx
import psutil

from backoffice.stack.processes import wait_until
from backoffice.stack.throwaway import free_port

GOALS = {"first start": 5.0, "second start": 3.0, "third start": 3.0}


@contextmanager
def serving(data_dir: Path) -> Iterator[str]:
    """`backoffice serve` without demo traffic, from when its page is usable; gives its address."""
    with started(data_dir) as (_process, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def started(data_dir: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The server's process and port, once it has a sign-in page and a healthy database."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if "BACKOFFICE" not in name},
        "BACKOFFICE_DATA_DIR": str(data_dir),
        "BACKOFFICE_DEMO": "false",
        "PORT": str(port),
    }
    command = [str(Path(sys.executable).with_name("backoffice")), "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            if not wait_until(lambda: _usable(port), 60):
                raise SystemExit("the server did not start")
            yield process, port
        finally:
            process.send_signal(signal.SIGTERM)


def start_once(data_dir: Path) -> tuple[float, float]:
    """Start, wait until it is usable, stop; gives seconds and MiB."""
    before = perf_counter()
    with started(data_dir) as (process, _port):
        return perf_counter() - before, psutil.Process(process.pid).memory_info().rss / 2**20


def _usable(port: int) -> bool:
    try:
        page = httpx.get(f"http://127.0.0.1:{port}/")
        return page.is_success and httpx.get(f"http://127.0.0.1:{port}/health").is_success
    except httpx.TransportError:
        return False


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory(prefix="backoffice-bench-") as name:
        folder = Path(name)
        # The account PostgreSQL runs as, when we are root, has to get through.
        folder.chmod(0o711)
        for label, goal in GOALS.items():
            seconds, resident = start_once(folder / "data")
            print(
                f"{label}: {seconds:.1f} s to a usable page (goal {goal:.0f}),"
                f" server process {resident:.0f} MiB resident"
            )


if __name__ == "__main__":
    main()
