"""Whose site the demonstration is: the seed's first website, with a key it already has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, LiteralString

from backoffice.database import Database

DOMAIN: Final = "abtasty.com"
HOST: Final = "127.0.0.1"

# The machine's own address is one of the site's, or nothing that is done there would count.
_PREPARE: LiteralString = """
insert into public.domain_hosts (site_domain, host)
select domain.site_domain, %(host)s
from public.domains as domain
where domain.site_domain = %(site)s
on conflict do nothing
"""
_READ: LiteralString = """
select
  domain.name,
  (
    select key.public_key
    from public.domain_keys as key
    where key.site_domain = domain.site_domain and key.kind = 'public' and key.revoked_at is null
      and (key.expires_at is null or key.expires_at > now())
    order by key.created_at, key.id
    limit 1
  ),
  private.published_sections(domain.site_domain),
  private.widget_config(domain.site_domain) #> '{config,forms}'
from public.domains as domain
where domain.site_domain = %(site)s and domain.archived_at is null
"""


@dataclass(frozen=True, slots=True)
class Tenant:
    """The website as it is now: what visitors get of its AI Sections, and its contact form.

    `form` is empty while the form is off.
    """

    name: str
    key: str | None
    sections: list[dict[str, Any]]
    form: dict[str, Any]


async def prepare(database: Database) -> None:
    """Make events that come from the demonstration site count."""
    async with database.transaction() as connection:
        await connection.execute(_PREPARE, {"site": DOMAIN, "host": HOST})


async def read_tenant(database: Database) -> Tenant | None:
    """The website, or None when it is archived or was never made."""
    row = await database.fetch_one(_READ, {"site": DOMAIN})
    return Tenant(row[0], row[1], row[2] or [], row[3] or {}) if row else None
