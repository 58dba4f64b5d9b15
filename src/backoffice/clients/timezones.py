"""Moving a website into another timezone.

All of it is one transaction, so that readers see the old days and figures until its end, and then
the new ones: none that are partly moved. Its progress is written beside it, in transactions of
their own. Whoever sends events or messages of that website waits meanwhile.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import psycopg

from backoffice.database import SERVICE, Database, RequestContext
from backoffice.errors import BackofficeError

CHUNK: Final = 1000
"""Visitors between two signs of progress: memory stays bounded."""

_NOTE: Final = "select private.note_timezone_progress(%s, %s, %s)"
_BEGIN: Final = "select private.begin_timezone_change(%s, %s)"
_MOVE: Final = "select last_id, visitors from private.move_days(%s, %s, %s)"
_FINISH: Final = "select private.finish_timezone_change(%s, %s)"


class ChangeRefusedError(BackofficeError):
    """The website is not one whose timezone may change now; the message says why."""


async def change_timezone(
    database: Database, site_domain: str, change_id: UUID, chunk: int = CHUNK
) -> int:
    """Do a change that was asked for; gives how many visitors' days were looked at.

    One that is over already is left alone. Raises `ChangeRefusedError`, `psycopg.Error`.
    """
    requested_by = await database.fetch_value(_NOTE, [site_domain, change_id, 0])
    try:
        async with database.transaction(_context(requested_by)) as connection:
            cursor = await connection.execute(_BEGIN, [site_domain, change_id])
            begun = await cursor.fetchone()
            if begun is None or not begun[0]:
                return 0
            done, last = 0, None
            while True:
                cursor = await connection.execute(_MOVE, [site_domain, last, chunk])
                moved = await cursor.fetchone()
                if moved is None:
                    break
                last, done = moved[0], done + moved[1]
                await database.fetch_value(_NOTE, [site_domain, change_id, done])
            await connection.execute(_FINISH, [site_domain, change_id])
            return done
    except psycopg.Error as error:
        if (error.sqlstate or "").startswith("PT"):
            message = error.diag.message_primary or "It was refused."
            raise ChangeRefusedError(message) from error
        raise


def _context(requested_by: UUID | None) -> RequestContext:
    """The audit log says who asked for it."""
    return RequestContext(
        role=SERVICE,
        settings={
            "statement_timeout": "0",
            # Senders queue behind whoever waits for them: not for long.
            "lock_timeout": "8s",
            "backoffice.actor_id": str(requested_by or ""),
        },
    )
