"""What the audit log keeps of an export: who took how many rows of which list, by which filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from backoffice.database import Database, RequestContext
from backoffice.exports.wanted import Wanted

NO_WEBSITE: Final = ""
"""The chain of what belongs to no website."""

# Each website's people read what left their own, and nothing of the others it left with.
_RECORD = """
select private.audit(
  taken.site_domain,
  'export',
  'export',
  %(list)s,
  null,
  jsonb_build_object(
    'format', %(format)s::text,
    'filter', %(filter)s::jsonb,
    'sort', %(sort)s::text,
    'rows', taken.rows
  )
)
from unnest(%(domains)s::text[], %(rows)s::bigint[]) as taken (site_domain, rows)
"""


async def record(
    database: Database, context: RequestContext, wanted: Wanted, counted: Mapping[str, int]
) -> None:
    """Append one entry to the chain of each website, as whoever exports.

    In a transaction of its own: the export reads only, and others who write would wait for it.
    """
    writing = replace(context, read_only=False, one_snapshot=False)
    async with database.transaction(writing) as connection:
        await connection.execute(
            _RECORD,
            {
                "list": wanted.export.name,
                "format": wanted.format.name,
                "filter": wanted.filter,
                "sort": wanted.sort,
                "domains": list(counted),
                "rows": list(counted.values()),
            },
        )
