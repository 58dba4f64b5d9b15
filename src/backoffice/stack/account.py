"""The system account PostgreSQL runs as: the caller's, or when that is root another.

PostgreSQL refuses to run as root, and root is what containers and CI runners start as.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from backoffice.errors import StackError

# `nobody` comes last because other unprivileged services may share it.
CANDIDATES = ("postgres", "daemon", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its group; `switch` says whether processes must change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def own(self, path: Path) -> None:
        """Give a file or folder to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_traverse(self, path: Path) -> bool:
        """Whether every folder from the root down to `path` lets this account through."""
        return all(self._may_enter(folder) for folder in (path, *path.parents))

    def _may_enter(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def database_account() -> Account:
    """The account to run PostgreSQL as.

    Raises `StackError` when root has no unprivileged account to change to.
    """
    if os.geteuid() != 0:
        return Account(_own_name(), os.geteuid(), os.getegid(), switch=False)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, switch=True)
    raise StackError(
        "PostgreSQL does not run as root, and this system has none of the accounts"
        f" {', '.join(CANDIDATES)} to run it as. Start the server as an ordinary user."
    )


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise StackError(
            f"PostgreSQL needs an account with a name, and user id {os.geteuid()} has none in"
            " /etc/passwd."
        ) from None
