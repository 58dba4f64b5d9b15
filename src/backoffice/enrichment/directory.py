"""The directory of companies, as far as a batch of visitors needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from backoffice.database import Database
from backoffice.enrichment.model import Company

Directory = Mapping[str, Company]

_FIND: Final = (
    "select domain, account_domain, name, website, country, industry, size, description"
    " from private.find_companies(%s)"
)


async def load_directory(database: Database, domains: Iterable[str]) -> Directory:
    """The companies known by any of `domains`, by the domain they were asked for."""
    wanted = sorted(set(domains))
    if not wanted:
        return {}
    rows = await database.fetch_all(_FIND, [wanted])
    return {row[0]: Company(*row) for row in rows}
