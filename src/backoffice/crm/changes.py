"""What a batch did, and keeping it: links, failures, what was read, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from backoffice.crm.failures import Reason

LONGEST_VALUE: Final = 200

LINK: Final = """
insert into public.crm_links (site_domain, object, local_id, remote_id, content_hash, synced_at)
values (%s, %s, %s, %s, %s, clock_timestamp())
on conflict (site_domain, object, local_id) do update
set
  remote_id = excluded.remote_id,
  content_hash = excluded.content_hash,
  synced_at = excluded.synced_at
"""
FAIL: Final = """
insert into public.crm_failures as kept (
  site_domain, object, local_id, run_id, label, category, reason, field, payload, failed_at
)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())
on conflict (site_domain, object, local_id) do update
set
  run_id = excluded.run_id, label = excluded.label, category = excluded.category,
  reason = excluded.reason, field = excluded.field, payload = excluded.payload,
  failed_at = excluded.failed_at,
  attempts = case when kept.resolved_at is null then kept.attempts + 1 else 1 end,
  resolved_at = null
"""
RESOLVE: Final = (
    "update public.crm_failures set resolved_at = clock_timestamp()"
    " where site_domain = %s and object = %s and local_id = any (%s) and resolved_at is null"
)
VALUE: Final = """
insert into public.crm_values as kept (
  site_domain, object, local_id, owner, lifecycle_stage, deal_name, deal_stage, deal_changed_at,
  record_url, fetched_at
)
values (
  %(site)s, %(object)s, %(local_id)s, %(owner)s, %(lifecycle_stage)s, %(deal_name)s, %(deal_stage)s,
  %(deal_changed_at)s, %(record_url)s, clock_timestamp()
)
on conflict (site_domain, object, local_id) do update
set
  owner = case
    when %(of_record)s then excluded.owner else kept.owner
  end,
  lifecycle_stage = case
    when %(of_record)s then excluded.lifecycle_stage else kept.lifecycle_stage
  end,
  record_url = coalesce(excluded.record_url, kept.record_url),
  deal_name = case
    when %(of_deal)s then excluded.deal_name else kept.deal_name
  end,
  deal_stage = case
    when %(of_deal)s then excluded.deal_stage else kept.deal_stage
  end,
  deal_changed_at = case
    when %(of_deal)s then excluded.deal_changed_at else kept.deal_changed_at
  end,
  fetched_at = excluded.fetched_at
where not %(of_deal)s or %(of_record)s
  or coalesce(kept.deal_changed_at, '-infinity') <= excluded.deal_changed_at
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A record and its counterpart."""

    object: str
    local_id: UUID
    remote_id: str | None
    content_hash: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that HubSpot refused."""

    object: str
    local_id: UUID
    label: str
    reason: Reason
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """What HubSpot says of a record; of the record itself, of its latest deal, or of both."""

    object: str
    local_id: UUID
    owner: str | None = None
    lifecycle_stage: str | None = None
    deal_name: str | None = None
    deal_stage: str | None = None
    deal_changed_at: datetime | None = None
    record_url: str | None = None
    of_record: bool = True
    of_deal: bool = False


@dataclass(slots=True)
class Changes:
    """What one batch did, kept all at once."""

    links: list[Link] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    resolved: list[tuple[str, UUID]] = field(default_factory=list)
    forgotten: list[tuple[str, UUID]] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)


async def keep(connection: AsyncConnection[Any], site: str, run_id: UUID, changes: Changes) -> None:
    """Keep what a batch of a run did, in the caller's transaction."""
    async with connection.cursor() as cursor:
        if changes.forgotten:
            await cursor.executemany(
                "delete from public.crm_links"
                " where site_domain = %s and object = %s and local_id = %s",
                [(site, kind, local_id) for kind, local_id in changes.forgotten],
            )
        if changes.links:
            await cursor.executemany(
                LINK,
                [(site, x.object, x.local_id, x.remote_id, x.content_hash) for x in changes.links],
            )
        if changes.failures:
            await cursor.executemany(FAIL, [_failed(site, run_id, x) for x in changes.failures])
        for kind in {kind for kind, _ in changes.resolved}:
            ids = [local_id for each, local_id in changes.resolved if each == kind]
            await cursor.execute(RESOLVE, [site, kind, ids])
        if changes.values:
            await cursor.executemany(
                VALUE,
                [
                    {"site": site, **{name: getattr(x, name) for name in Value.__slots__}}
                    for x in changes.values
                ],
            )
        if changes.cursors:
            await cursor.execute(
                "update public.crm_connections set pull_cursors = pull_cursors || %s"
                " where site_domain = %s",
                [Jsonb(changes.cursors), site],
            )


def _failed(site: str, run_id: UUID, x: Failure) -> tuple[Any, ...]:
    payload = {name: str(value)[:LONGEST_VALUE] for name, value in x.payload.items()}
    why = (x.reason.category, _text(x.reason.message), x.reason.field)
    return (site, x.object, x.local_id, run_id, _text(x.label)[:200], *why, Jsonb(payload))


def _text(value: str) -> str:
    return value.replace("\0", "")
