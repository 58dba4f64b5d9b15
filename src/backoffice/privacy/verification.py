"""Verifying the audit log, and keeping what was found for the page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import orjson
import psycopg

from backoffice.audit import Anchor, Report, verify
from backoffice.database import Database

_ENDS = "select site_domain, position, hash from public.audit_checks where hash <> ''"
_STORE = "select private.store_audit_checks(%s::jsonb)"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found of one chain; `broken_at` and `reason` of its first break."""

    site_domain: str
    checked_at: str
    position: int
    hash: str
    broken_at: int | None
    reason: str | None


async def verify_and_keep(database: Database) -> Sequence[Check]:
    """Compute every chain anew, compare it with its end of last time, and keep what was found."""
    rows = await database.fetch_all(_ENDS)
    anchors = [Anchor(site, position, digest) for site, position, digest in rows]
    # In a thread: hashing takes its time, and requests go on.
    report = await asyncio.to_thread(_verify, database.conninfo, anchors)
    found = checks(report)
    await database.fetch_value(_STORE, [orjson.dumps([asdict(one) for one in found]).decode()])
    return found


def _verify(conninfo: str, anchors: Sequence[Anchor]) -> Report:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set role service_role")
        connection.execute("set statement_timeout = '10min'")
        return verify(connection, None, anchors)


def checks(report: Report) -> list[Check]:
    """A report by chain."""
    now = datetime.now(UTC).isoformat()
    breaks = {found.site_domain: found for found in report.breaks}
    ends = {end.site_domain: end for end in report.ends}
    return [
        Check(
            site,
            now,
            ends[site].position if site in ends else 0,
            ends[site].hash if site in ends else "",
            breaks[site].position if site in breaks else None,
            breaks[site].reason if site in breaks else None,
        )
        for site in sorted({*ends, *breaks})
    ]
