"""PostgreSQL's `postmaster.pid`: is a server running on this cluster, is it ours, is it ready.

Source of the lines' meaning: PostgreSQL, src/include/utils/pidfile.h.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backoffice.stack.processes import command_line, is_alive, working_folder

NAME = "postmaster.pid"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What a running (or crashed) PostgreSQL wrote about itself."""

    pid: int
    cluster: Path
    port: int
    socket_folder: Path | None
    status: str

    @property
    def is_ready(self) -> bool:
        """Whether it accepts connections."""
        return self.status == "ready"

    def is_running(self) -> bool:
        """Whether the process lives and works on this cluster: ids are reused after a crash."""
        if not is_alive(self.pid):
            return False
        folder = working_folder(self.pid)
        if folder is not None:
            return folder == self.cluster
        return str(self.cluster) in command_line(self.pid)


def read_postmaster(cluster: Path) -> Postmaster | None:
    """What `postmaster.pid` says; None when there is none or it is still being written."""
    try:
        lines = (cluster / NAME).read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 6:
        return None
    return Postmaster(
        pid=int(lines[0]),
        cluster=Path(lines[1]),
        port=int(lines[3]),
        socket_folder=Path(lines[4]) if lines[4] else None,
        status=lines[7].strip() if len(lines) > 7 else "starting",
    )
