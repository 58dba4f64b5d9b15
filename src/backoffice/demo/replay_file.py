"""The files that are replayed: read line by line, gzip or plain."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from backoffice.errors import BackofficeError

GZIP_MAGIC = b"\x1f\x8b"


class UnreadableFileError(BackofficeError):
    """The file to replay is missing, or is not what its command expects."""


def read_lines(path: Path) -> Iterator[str]:
    """Every line of a gzip or plain file without its end; bytes that are no UTF-8 become U+FFFD.

    Raises `UnreadableFileError` when the file is missing, cut short, or broken inside.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        opener = gzip.open if packed else open
        with opener(path, "rt", encoding="utf-8", errors="replace", newline="\n") as lines:
            for line in lines:
                yield line.rstrip("\r\n")
    except (OSError, EOFError) as error:
        raise UnreadableFileError(f"{path} cannot be read: {error}") from error
