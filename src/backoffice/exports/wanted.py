"""What somebody asked for."""

from __future__ import annotations

from dataclasses import dataclass

from backoffice.exports.formats import Format
from backoffice.exports.registry import Export


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as a file; no domains ask for all that its reader may see."""

    export: Export
    format: Format
    domains: list[str] | None
    filter: str
    sort: str
