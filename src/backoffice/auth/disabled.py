"""Users whom an administrator disabled in `public.profiles`."""

from __future__ import annotations

from uuid import UUID

from psycopg.errors import UndefinedColumn, UndefinedTable

from backoffice.database import SERVICE_CONTEXT, Database

IS_DISABLED = """
select exists (select 1 from public.profiles where id = %(id)s and disabled_at is not null)
"""


class DisabledUsers:
    """Asks `public.profiles.disabled_at`, which belongs to the application and not to `auth`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holds(self, user_id: UUID) -> bool:
        """Whether the user is disabled; nobody is in a database that has no such profiles."""
        try:
            return bool(
                await self._database.fetch_value(IS_DISABLED, {"id": user_id}, SERVICE_CONTEXT)
            )
        except (UndefinedTable, UndefinedColumn):
            return False
