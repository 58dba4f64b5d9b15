"""An older PostgreSQL, without anything of Supabase: the other version the package carries."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from backoffice.stack.account import database_account
from backoffice.stack.layout import installed_binaries
from backoffice.stack.processes import spawn, wait_until

OLDER = "pginstall"


@contextmanager
def older_postgres(folder: Path) -> Iterator[str]:
    """Run it below `folder`, with the superuser `owner`; gives its URL."""
    binaries = installed_binaries().parents[1] / OLDER / "bin"
    account = database_account()
    home = folder / "older"
    home.mkdir(mode=0o700)
    account.own(home)
    data = str(home / "data")
    options = ["--username=owner", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    quiet = subprocess.DEVNULL
    assert spawn([str(binaries / "initdb"), data, *options], account, output=quiet).wait() == 0
    server = [str(binaries / "postgres"), "-D", data, "-k", str(home), "-h", "", "-F"]
    process = spawn(server, account, output=quiet, death_signal=signal.SIGINT)
    url = f"postgresql://owner@/postgres?host={home}"
    try:
        assert wait_until(lambda: _answers(url), 20), "PostgreSQL did not start"
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
