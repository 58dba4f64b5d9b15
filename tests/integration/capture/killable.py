"""A server process that a test can kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from backoffice.stack.processes import wait_until
from support.database import TestDatabase


def start(database: TestDatabase, port: int) -> subprocess.Popen[bytes]:
    """Serve `database` on `port`; returns when the server answers."""
    environment = {
        **os.environ,
        "BACKOFFICE_DATA_DIR": str(database.cluster.settings.data_dir),
        "PORT": str(port),
        "TEST_ADDRESS": json.dumps(database.address.login("postgres")),
    }
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("serving.py"))], env=environment
    )
    if not wait_until(lambda: _answers(port), 20):
        process.kill()
        raise RuntimeError("The server did not start; its log says why.")
    return process


@contextmanager
def killed_at_the_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """However the block ends, nothing is left running."""
    try:
        yield
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process as a power cut does."""
    process.send_signal(signal.SIGKILL)
    process.wait(10)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/docs/capture.json").is_success
    except httpx.TransportError:
        return False
