"""The file of a backup: one tar with a manifest, the keys and PostgreSQL's own dump.

It holds everything that opens the installation, so only its owner may read it.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from backoffice.errors import ConfigurationError

FORMAT = 1
MANIFEST = "manifest.json"
KEYS = "keys.json"
DUMP = "database.dump"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of. `rows` counts each table at the moment of the dump."""

    format: int
    version: str
    made_at: str
    postgres: str
    migrations: list[str]
    rows: Mapping[str, int]
    # Settings that stood in place of keys of the file, which a restore needs again.
    environment: list[str]


def write_archive(target: Path, manifest: Manifest, keys: bytes, dump: Path) -> None:
    """Write the whole file, or none. Raises `OSError`."""
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                _add(archive, MANIFEST, json.dumps(asdict(manifest), indent=2).encode())
                _add(archive, KEYS, keys)
                archive.add(dump, arcname=DUMP, recursive=False, filter=_nobodys)
            file.flush()
            os.fsync(file.fileno())
        scratch.rename(target)
    finally:
        scratch.unlink(missing_ok=True)


def read_archive(source: Path) -> tuple[Manifest, bytes]:
    """The manifest and the keys. Raises `ConfigurationError` when it is no backup of ours."""
    try:
        with tarfile.open(source, "r:") as archive:
            described: dict[str, Any] = json.loads(_member(archive, MANIFEST).read())
            if described.get("format") != FORMAT:
                raise ConfigurationError(f"{source} was made by another version of this program.")
            keys = _member(archive, KEYS).read()
            _member(archive, DUMP)
            return Manifest(**described), keys
    except FileNotFoundError as error:
        raise ConfigurationError(f"There is no file {source}.") from error
    except (tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise ConfigurationError(f"{source} is not a backup, or is damaged.") from error


def copy_dump(source: Path, target: IO[bytes]) -> None:
    """Copy PostgreSQL's dump out of a backup."""
    with tarfile.open(source, "r:") as archive:
        member = _member(archive, DUMP)
        while chunk := member.read(1 << 20):
            target.write(chunk)


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = _nobodys(tarfile.TarInfo(name))
    entry.size = len(content)
    entry.mode = 0o600
    archive.addfile(entry, io.BytesIO(content))


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
