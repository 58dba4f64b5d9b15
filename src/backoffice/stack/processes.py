"""Starting programs, tied to the life of their parent, and looking at other processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from backoffice.stack.account import Account

LAUNCHER = Path(__file__).with_name("launch.py")


def spawn(
    program: Sequence[str],
    account: Account,
    *,
    output: IO[bytes] | int,
    death_signal: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program as `account` in a process group of its own, with umask 077.

    With `death_signal` the kernel sends that signal when the *thread* that called this ends (Linux
    only), so call it from one that lives as long as the server. Its own process group keeps Ctrl-C
    in the terminal to the server, which then stops its children in order.
    """
    uid, gid = (str(account.uid), str(account.gid)) if account.switch else ("-", "-")
    request = str(int(death_signal)) if death_signal else "0"
    return subprocess.Popen(  # noqa: S603 - a fixed interpreter and script
        [sys.executable, "-I", "-S", str(LAUNCHER), uid, gid, request, str(os.getpid()), *program],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd="/",
        env=_clean_environment(),
        process_group=0,
    )


def _clean_environment() -> dict[str, str]:
    """The environment without our secrets and what would redirect PostgreSQL's programs."""
    dropped = ("PG", "BACKOFFICE_", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists and is more than an unreaped remainder."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "?"
    return line.rpartition(")")[2].split()[0]


def working_folder(pid: int) -> Path | None:
    """The folder a process works in; None when the system does not tell."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def command_line(pid: int) -> str:
    """How a process was called; empty when the system does not tell."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        asked = subprocess.run(  # noqa: S603 - the id is a number
            ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        return asked.stdout.strip()


def wait_until(condition: Callable[[], bool], timeout: float) -> bool:
    """Poll a condition for up to `timeout` seconds; gives whether it came true."""
    deadline = time.monotonic() + timeout
    pause = 0.002
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return True
