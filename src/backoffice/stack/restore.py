"""`backoffice db restore`: an installation as a backup has it, or, when that fails, as it was."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from backoffice.errors import ConfigurationError, StackError
from backoffice.keys import FILE as KEYS_FILE
from backoffice.keys import load_keys
from backoffice.settings import Settings
from backoffice.stack.address import DATABASE, Address, embedded_address
from backoffice.stack.archive import Manifest, copy_dump, read_archive
from backoffice.stack.backup import ELSEWHERE, count_rows, run_tool
from backoffice.stack.bootstrap import make_roles
from backoffice.stack.cluster import stop_leftover
from backoffice.stack.layout import existing_cluster, prepare_data_dir
from backoffice.stack.lock import AlreadyRunningError
from backoffice.stack.migrate import read_migrations
from backoffice.stack.runtime import locked, prepare, running_cluster


def restore(settings: Settings, source: Path, *, replace: bool) -> tuple[Manifest, list[Path]]:
    """Make the installation of `settings.data_dir` the one in a backup.

    What was there before is moved aside (the paths are given), and moved back when anything fails.
    Raises `ConfigurationError` when the backup is none, newer than this program, or would replace
    something without `replace`; `StackError` while the server runs or when PostgreSQL refuses.
    """
    if settings.database_url:
        raise ConfigurationError(ELSEWHERE)
    manifest, keys = read_archive(source)
    unknown = set(manifest.migrations) - {each.version for each in read_migrations()}
    if unknown:
        raise ConfigurationError(
            f"{source} is of a newer version ({manifest.version}): this one does not know the"
            f" migrations {', '.join(sorted(unknown))}."
        )
    missing = [name for name in manifest.environment if name not in os.environ]
    if missing:
        raise ConfigurationError(
            f"The backup was made with {', '.join(missing)} set, in place of keys in it. Set it as"
            " it was: without it, sealed secrets and sessions are lost."
        )
    prepare_data_dir(settings.data_dir)
    try:
        with locked(settings), _aside(settings, replace=replace) as moved:
            _restore(settings, source, manifest, keys)
            return manifest, moved
    except AlreadyRunningError as error:
        raise StackError(f"{error} A database in use cannot be restored over.") from error


def _restore(settings: Settings, source: Path, manifest: Manifest, keys_file: bytes) -> None:
    path = settings.data_dir / KEYS_FILE
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(keys_file)
        file.flush()
        os.fsync(file.fileno())
    keys = load_keys(settings)
    with running_cluster(settings, keys) as cluster:
        address = embedded_address(cluster.postmaster(), keys)
        # Roles are of the cluster, so no dump of a database holds them.
        make_roles(address)
        with tempfile.NamedTemporaryFile(prefix=".restore-", dir=settings.data_dir) as dump:
            copy_dump(source, dump)
            dump.flush()
            run_tool("pg_restore", address, ["--exit-on-error", f"--dbname={DATABASE}", dump.name])
        _compare(address, manifest)
        prepare(address, settings)


def _compare(address: Address, manifest: Manifest) -> None:
    """Raises `StackError` unless every table has the rows it had."""
    with psycopg.connect(address.login("supabase_admin"), autocommit=True) as connection:
        connection.execute("analyze")
        found = count_rows(connection)
    if found != manifest.rows:
        differing = [
            name
            for name in sorted({*found, *manifest.rows})
            if found.get(name) != manifest.rows.get(name)
        ]
        raise StackError(f"After restoring, these tables differ: {', '.join(differing)}.")


@contextmanager
def _aside(settings: Settings, *, replace: bool) -> Iterator[list[Path]]:
    """Move what is there out of the way; back again when the block fails."""
    present = _present(settings)
    if present and not replace:
        raise ConfigurationError(
            f"{settings.data_dir} already holds an installation. Its data is moved aside, not"
            " deleted, with: --replace"
        )
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    moved = [(path, path.with_name(f"{path.name}.before-{stamp}")) for path in present]
    for path, aside in moved:
        path.rename(aside)
    try:
        yield [aside for _, aside in moved]
    except BaseException:
        for path in _present(settings):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        for path, aside in moved:
            aside.rename(path)
        raise


def _present(settings: Settings) -> list[Path]:
    """The keys and the cluster of an installation, as far as there are any."""
    path = settings.data_dir / KEYS_FILE
    if not path.exists():
        return []
    cluster = existing_cluster(settings.data_dir, load_keys(settings).cluster_id)
    with contextlib.suppress(FileNotFoundError):
        stop_leftover(cluster)
    return [each for each in (cluster, path) if each.exists()]
