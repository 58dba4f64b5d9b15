"""Sessions that see the application as somebody else, and change nothing meanwhile."""

from __future__ import annotations

from uuid import UUID

from psycopg.errors import UndefinedColumn, UndefinedTable
from starlette.requests import Request

from backoffice.database import SERVICE_CONTEXT, Database

IS_VIEWING = """
select exists (select 1 from private.user_views where session_id = %(id)s and ends_at > now())
"""


class ViewingSessions:
    """Asks `private.user_views`, which belongs to the application and not to `auth`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holds(self, session_id: UUID) -> bool:
        """Whether the session views as another; none does in a database without such views."""
        try:
            return bool(
                await self._database.fetch_value(IS_VIEWING, {"id": session_id}, SERVICE_CONTEXT)
            )
        except (UndefinedTable, UndefinedColumn):
            return False


def changes_something(request: Request) -> bool:
    """Whether more is asked than who one is; signing out is always possible."""
    path = request.url.path
    return not (path.endswith("/logout") or (request.method == "GET" and path.endswith("/user")))
