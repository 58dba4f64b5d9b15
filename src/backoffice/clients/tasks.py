"""Changes of timezones, in the background."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

import psycopg
import structlog

from backoffice.clients.timezones import ChangeRefusedError, change_timezone
from backoffice.database import sqlstate
from backoffice.jobs import Blueprint, JobContext, state_of

NAMESPACE: Final = "clients"
CHANGE_TIMEZONE: Final = f"{NAMESPACE}:change_timezone"
ATTEMPTS: Final = 5
PAUSE_SECONDS: Final = 2.0
# Somebody else had what it needed, or the connection broke: nothing of the attempt is left.
_PASSING: Final = frozenset({"40001", "40P01", "55P03", "08006", "08003", "57P01"})
_FAIL: Final = "select private.finish_timezone_change(%s, %s, %s)"

clients = Blueprint()
log = structlog.get_logger("backoffice.clients")


@clients.task(name="change_timezone", pass_context=True)
async def change(context: JobContext, site_domain: str, change_id: str) -> None:
    """Move every day of a website into another timezone; a job that is repeated starts over."""
    database = state_of(context).database
    for attempt in range(1, ATTEMPTS + 1):
        try:
            visitors = await change_timezone(database, site_domain, UUID(change_id))
        except ChangeRefusedError as error:
            reason = str(error)
        except psycopg.Error as error:
            if sqlstate(error) in _PASSING and attempt < ATTEMPTS:
                log.warning("timezone change put off", site_domain=site_domain, error=str(error))
                await asyncio.sleep(PAUSE_SECONDS * attempt)
                continue
            log.error("timezone change failed", site_domain=site_domain, error=str(error))
            reason = "The days could not be moved; nothing has changed. Try again later."
        else:
            log.info("timezone changed", site_domain=site_domain, visitors=visitors)
            return
        await database.fetch_value(_FAIL, [site_domain, change_id, reason])
        return
