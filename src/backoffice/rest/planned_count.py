"""`count=planned`: how many rows PostgreSQL's planner expects."""

from __future__ import annotations

import orjson
from psycopg.pq.abc import PGresult


def planned_rows(result: PGresult) -> int | None:
    """The estimate at the top of `explain (format json)`."""
    plan = orjson.loads(result.get_value(0, 0) or b"[]")
    return int(plan[0]["Plan"]["Plan Rows"]) if plan else None
