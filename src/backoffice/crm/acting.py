"""A website's HubSpot as the person who asks: who may, and what they are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection

from backoffice.crm.failures import HubSpotError, LaterError, MissingScopeError, RevokedError
from backoffice.crm.mapping import FieldMapping, read_mapping
from backoffice.crm.sync import MAPPING, Syncs
from backoffice.database import RequestContext, Row
from backoffice.errors import NotFound, Problem, Unavailable
from backoffice.http.refused import telling

_ADMIN: Final = "select private.is_admin()"


class HubSpotFailed(Problem):
    """HubSpot does not do what was asked of it now."""

    status = 502
    code = "hubspot_failed"


@dataclass(frozen=True, slots=True)
class Acting:
    """A website, and as whom its HubSpot is dealt with."""

    syncs: Syncs
    context: RequestContext
    site_domain: str

    async def require_staff(self) -> None:
        """Raises 403 for anybody else, and 404 where there is no such website."""
        async with self.transaction() as connection:
            await self._require_staff(connection)

    async def mapping(self, connection: AsyncConnection[Row]) -> FieldMapping:
        """What holds for the website."""
        cursor = await connection.execute(MAPPING, [self.site_domain])
        return read_mapping(await cursor.fetchone())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection[Row]]:
        """As the person; what the database refuses is a `Problem`."""
        with telling():
            async with self.syncs.database.transaction(self.context) as connection:
                yield connection

    async def _require_staff(self, connection: AsyncConnection[Row]) -> None:
        if not await value_of(connection, _ADMIN, []):
            raise Problem("Integrations are for Rose staff.", code="forbidden", status=403)
        query = "select 1 from public.domains where site_domain = %s"
        if await value_of(connection, query, [self.site_domain]) is None:
            raise NotFound(f"There is no website {self.site_domain}.")


class told:  # noqa: N801 - used as a function
    """Raises what HubSpot could not do as the answer to who asked."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        match error:
            case LaterError():
                raise Unavailable(f"{error} Try again.", headers={"Retry-After": "5"}) from error
            case RevokedError() | MissingScopeError():
                raise HubSpotFailed(f"HubSpot refused it: {error}", status=409) from error
            case HubSpotError():
                raise HubSpotFailed(str(error)) from error


def shown(mapping: FieldMapping) -> dict[str, Any]:
    """A mapping as the page gets it."""
    return {
        "version": mapping.version,
        "fields": [each.model_dump() for each in mapping.fields],
        "push_notes": mapping.push_notes,
        "push_companies": mapping.push_companies,
    }


async def value_of(connection: AsyncConnection[Row], query: Any, given: Sequence[Any]) -> Any:
    """The first column of the first row, or None."""
    cursor = await connection.execute(query, given)
    row = await cursor.fetchone()
    return row[0] if row else None
