"""Whether a start should load demo traffic: never into a database that holds anybody's."""

from __future__ import annotations

from backoffice.database import Database

# An interrupted load is taken up again: its rows have fixed ids, so what is there already stays.
WANTED = """
select case
  when exists (select from public.background_runs where kind = 'demo') then
    not exists (select from public.background_runs where kind = 'demo' and state = 'done')
  else
    not exists (select from public.events) and not exists (select from public.conversations)
end
"""


async def wants_demo(database: Database) -> bool:
    """Whether the database is empty of traffic, or its demo load was interrupted."""
    return bool(await database.fetch_value(WANTED))
