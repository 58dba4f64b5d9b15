"""A list of companies as a CSV file, read into the directory.

Columns: domain, company_id, company, website_url, country, tracker_category, description, in small
letters or capitals, between commas, semicolons or tabs, in UTF-8, or in UTF-16 that says so. A row
is bad when it names no domain or no company, or is not UTF-8; it is reported, and the others are
imported.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

import orjson

from backoffice.database import SERVICE_CONTEXT, Database
from backoffice.enrichment.providers.base import one_line
from backoffice.errors import BackofficeError
from backoffice.host_names import ascii_host, host_of, registrable

COLUMNS: Final = (
    "domain",
    "company_id",
    "company",
    "website_url",
    "country",
    "tracker_category",
    "description",
)
DELIMITERS: Final = ",;\t"
LONGEST_DESCRIPTION: Final = 2000
LONGEST_FIELD: Final = 10_000_000
_IMPORT: Final = "select added, changed, unchanged from private.import_companies(%s, %s::jsonb, %s)"


class NotACompanyListError(BackofficeError):
    """The file cannot be read as a list of companies."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: its line in the file, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """A good row of the list. `website` is its company's host, where it has one."""

    domain: str
    company_id: str
    name: str
    website_url: str | None
    website: str | None
    country: str | None
    industry: str | None
    description: str | None


@dataclass(slots=True)
class CompanyList:
    """What a file holds."""

    rows: list[Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in domains."""

    added: int
    changed: int
    unchanged: int
    companies: int
    bad: tuple[BadRow, ...]


def read_companies(path: Path) -> CompanyList:
    """The rows of a file. Raises `NotACompanyListError`."""
    found = CompanyList()
    lines: dict[str, int] = {}
    csv.field_size_limit(LONGEST_FIELD)
    try:
        encoding, errors = _encoding(path)
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            reader = csv.DictReader(file, strict=True, delimiter=_delimiter(file))
            reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise NotACompanyListError(f"{path}: the columns {', '.join(missing)} are missing.")
            try:
                for given in reader:
                    line = reader.line_num
                    try:
                        row = _row(given)
                        if row.domain in lines:
                            raise ValueError(f"{row.domain} is in line {lines[row.domain]} already")
                    except ValueError as error:
                        found.bad.append(BadRow(line, str(error)))
                        continue
                    lines[row.domain] = line
                    found.rows.append(row)
            except csv.Error as error:
                raise NotACompanyListError(
                    f"{path}, after line {reader.line_num}: {error}"
                ) from error
    except UnicodeError as error:
        raise NotACompanyListError(f"{path}: it begins as UTF-16 and is not") from error
    except (OSError, csv.Error) as error:
        raise NotACompanyListError(f"{path}: {error}") from error
    return found


def _encoding(path: Path) -> tuple[str, str]:
    """UTF-16 where the file begins as spreadsheets' "Unicode text" does, else UTF-8.

    With what to do about what is not: in UTF-8 it makes a row bad, not the file.
    """
    with path.open("rb") as file:
        mark = file.read(2)
    if mark in (BOM_UTF16_LE, BOM_UTF16_BE):
        return "utf-16", "strict"
    return "utf-8-sig", "surrogateescape"


def _delimiter(file: TextIO) -> str:
    """What stands between the columns' names: spreadsheets of many countries write semicolons."""
    names = file.readline()
    file.seek(0)
    return max(DELIMITERS, key=names.count)


def _row(given: dict[str | None, str | list[str] | None]) -> Row:
    if None in given:
        raise ValueError("more fields than columns")
    told = {name: value if isinstance(value, str) else "" for name, value in given.items()}
    if any(value is None for value in given.values()):
        raise ValueError("fewer fields than columns")
    if any(not _is_text(value) for value in told.values()):
        raise ValueError("is not UTF-8")
    if any("\0" in value for value in told.values()):
        raise ValueError("contains a NUL character")
    domain = ascii_host(told["domain"])
    if domain is None:
        raise ValueError(
            f"{told['domain'][:100]!r} is no domain" if told["domain"] else "no domain"
        )
    name = one_line(told["company"])
    if name is None:
        raise ValueError("no company")
    country = told["country"].strip().upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise ValueError(f"{country[:20]!r} is no ISO 3166 country code")
    website_url = told["website_url"].strip()
    website = host_of(website_url) if website_url else None
    category = one_line(told["tracker_category"].replace("_", " "))
    return Row(
        domain=domain,
        company_id=one_line(told["company_id"]) or domain,
        name=name,
        website_url=website_url[:500] if website else None,
        website=website,
        country=country or None,
        industry=category[:1].upper() + category[1:] if category else None,
        description=told["description"].strip().strip('"')[:LONGEST_DESCRIPTION] or None,
    )


def _is_text(value: str) -> bool:
    """Whether a field was UTF-8: bytes that were not stand in it as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def account_domains(rows: Iterable[Row]) -> dict[str, str]:
    """For every domain the registrable one of its company's own website.

    A website that several companies share, or that is another company's in the list (a page at a
    platform), stands for none of them: such a domain stands for itself.
    """
    rows = list(rows)
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for host in (row.domain, row.website):
            if name := registrable(host):
                owners[name].add(row.company_id)
    named: dict[str, str] = {}
    for row in rows:
        website = registrable(row.website)
        own = website if website and len(owners[website]) == 1 else None
        named[row.domain] = own or registrable(row.domain) or row.domain
    return named


def documents(rows: Iterable[Row]) -> Iterator[dict[str, str | None]]:
    """The rows as `private.import_companies` takes them."""
    rows = list(rows)
    named = account_domains(rows)
    for row in rows:
        yield {
            "domain": row.domain,
            "company_id": row.company_id,
            "name": row.name,
            "account_domain": named[row.domain],
            "website": row.website_url,
            "country": row.country,
            "industry": row.industry,
            "size": None,
            "description": row.description,
        }


async def import_companies(database: Database, path: Path) -> Imported:
    """Read a file into the directory: all its good rows, or none. Raises `NotACompanyListError`."""
    found = read_companies(path)
    body = orjson.dumps(list(documents(found.rows))).decode()
    async with database.transaction(SERVICE_CONTEXT) as connection:
        await connection.execute("set local statement_timeout = '120s'")
        cursor = await connection.execute(_IMPORT, [path.name, body, datetime.now(UTC)])
        counted = await cursor.fetchone()
    assert counted is not None
    companies = len({row.company_id for row in found.rows})
    added, changed, unchanged = counted
    return Imported(added, changed, unchanged, companies, tuple(found.bad))
