"""What a replay needs of the database: the domain, a key for the run, and what is there already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from backoffice.database import Database
from backoffice.errors import BackofficeError
from backoffice.state import State

DEFAULT_TIMEZONE = "UTC"
REVOKE_SECONDS = 10


class InvalidDomainError(BackofficeError):
    """The name given as `--site` cannot be a domain."""


@dataclass(frozen=True, slots=True)
class Site:
    """The domain a replay goes to; `created` says that this run made it."""

    domain: str
    timezone: str
    created: bool


async def find_or_create_site(state: State, domain: str, timezone: str | None) -> Site:
    """The domain, made when it is missing; an existing one keeps its timezone.

    Raises `InvalidDomainError` when the database refuses the name or the timezone.
    """
    from psycopg.errors import CheckViolation

    try:
        created = await state.database.fetch_value(
            "select private.create_domain(%s, %s, %s, %s)",
            [domain, domain, timezone or DEFAULT_TIMEZONE, domain],
        )
    except CheckViolation as error:
        raise InvalidDomainError(
            f"{domain} in timezone {timezone or DEFAULT_TIMEZONE} cannot be a domain:"
            f" {error.diag.constraint_name}"
        ) from error
    kept = await state.database.fetch_value(
        "select timezone from public.domains where site_domain = %s", [domain]
    )
    return Site(domain, kept, bool(created))


@asynccontextmanager
async def key_for_run(
    database: Database, site: Site, kind: Literal["public", "secret"], label: str
) -> AsyncIterator[str]:
    """A key of the site that is revoked when the block ends, however it ends.

    Raises `BackofficeError` naming the key when it could not be revoked.
    """
    row = await database.fetch_one(
        "select id, key from private.mint_key(%s, %s, %s)", [site.domain, kind, label]
    )
    assert row is not None
    failure: BackofficeError | None = None
    try:
        yield row[1]
    except BackofficeError as error:
        failure = error
        raise
    finally:
        await asyncio.shield(_revoke(database, site, row[0], failure))


async def _revoke(
    database: Database, site: Site, key_id: UUID, failure: BackofficeError | None
) -> None:
    import psycopg

    try:
        async with asyncio.timeout(REVOKE_SECONDS):
            await database.fetch_value("select private.revoke_key(%s, %s)", [site.domain, key_id])
    except (psycopg.Error, BackofficeError, TimeoutError) as error:
        # When the server dies its database dies too: say first why the replay stopped.
        raise BackofficeError(
            f"{failure or 'The replay stopped.'} Its key could not be revoked"
            f" ({type(error).__name__}). Nobody else knows it, but do, once the server runs:"
            f" backoffice keys revoke --site {site.domain} {key_id}"
        ) from error


async def stored_conversation_start(
    database: Database, site: Site, ids: Sequence[UUID]
) -> tuple[UUID, datetime] | None:
    """One of the conversations that is stored already, and when it began."""
    row = await database.fetch_one(
        "select id, opened_at from public.conversations"
        " where site_domain = %s and id = any(%s) order by id limit 1",
        [site.domain, list(ids)],
    )
    return (row[0], row[1]) if row else None


async def stored_event_time(
    database: Database, site: Site, ids: Sequence[UUID]
) -> tuple[UUID, datetime] | None:
    """One of the events that is stored already, and when it happened."""
    row = await database.fetch_one(
        "select uuid, occurred_at from public.events"
        " where site_domain = %s and uuid = any(%s) order by uuid limit 1",
        [site.domain, list(ids)],
    )
    return (row[0], row[1]) if row else None


async def count_people(database: Database, site: Site, ids: Sequence[UUID]) -> tuple[int, int]:
    """How many of these events count, and how many are stored apart."""
    row = await database.fetch_one(
        "select count(*) filter (where counts), count(*) filter (where not counts)"
        " from public.events where site_domain = %s and uuid = any(%s)",
        [site.domain, list(ids)],
    )
    return (row[0], row[1]) if row else (0, 0)
