"""Runs a command beside an empty, migrated database that lasts as long as the command.

    python -m backoffice.stack.throwaway npm run types

The command finds its address in `BACKOFFICE_DATABASE_URL`, over TCP, which every client speaks.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from backoffice.settings import Settings
from backoffice.stack.address import embedded_address
from backoffice.stack.runtime import load, prepare, running_cluster
from backoffice.stack.urls import as_url


def main(command: list[str]) -> int:
    """Run the command; gives its exit status."""
    with tempfile.TemporaryDirectory(prefix="backoffice-throwaway-") as name:
        folder = Path(name)
        # The account PostgreSQL runs as, when we are root, has to get through.
        folder.chmod(0o711)
        settings = Settings(data_dir=folder / "data", database_url=None, db_port=free_port())
        keys = load(settings)
        with running_cluster(settings, keys, fsync=False) as cluster:
            address = embedded_address(cluster.postmaster(), keys)
            prepare(address, settings)
            url = as_url(address.login("postgres", host="127.0.0.1"))
            environment = {**os.environ, "BACKOFFICE_DATABASE_URL": url}
            return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


def free_port() -> int:
    """A port on 127.0.0.1 that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
