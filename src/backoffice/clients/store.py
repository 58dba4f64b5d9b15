"""Clients in the database, written as the member of staff who asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.abc import QueryNoTemplate

from backoffice.clients.model import Host, NewDomain, NewKey, NewTimezone, Rename
from backoffice.clients.tasks import CHANGE_TIMEZONE
from backoffice.database import SERVICE, Database, RequestContext
from backoffice.http.refused import telling
from backoffice.jobs import defer

Answer = dict[str, Any]

_CREATE: Final = "select to_jsonb(one) from private.create_organization(%s) as one"
_RENAME: Final = "select to_jsonb(one) from private.rename_organization(%s, %s, %s) as one"
_ARCHIVE: Final = "select to_jsonb(one) from private.archive_organization(%s, %s) as one"
_CREATE_DOMAIN: Final = "select to_jsonb(one) from private.create_client_domain(%s, %s, %s, %s) one"
_RENAME_DOMAIN: Final = "select to_jsonb(one) from private.rename_client_domain(%s, %s, %s) as one"
_ARCHIVE_DOMAIN: Final = "select to_jsonb(one) from private.archive_client_domain(%s, %s) as one"
_PUT_HOST: Final = "select to_jsonb(one) from private.put_host(%s, %s, %s) as one"
_REMOVE_HOST: Final = "select '{}'::jsonb from private.remove_host(%s, %s)"
_PUT_ADDRESS: Final = "select to_jsonb(one) from private.put_internal_address(%s, %s, %s) as one"
_REMOVE_ADDRESS: Final = "select '{}'::jsonb from private.remove_internal_address(%s, %s)"
_MINT: Final = "select to_jsonb(one) from private.mint_client_key(%s, %s, %s) as one"
_LABEL: Final = "select '{}'::jsonb from private.label_client_key(%s, %s, %s)"
_ROTATE: Final = "select to_jsonb(one) from private.rotate_client_key(%s, %s, %s) as one"
_END: Final = "select '{}'::jsonb from private.end_client_key(%s, %s)"
_TIMEZONE: Final = "select to_jsonb(one) from private.request_timezone_change(%s, %s, %s) as one"


@dataclass(frozen=True, slots=True)
class Clients:
    """What `context`'s member of staff does. Each method raises the `Problem` of a refusal."""

    database: Database
    context: RequestContext

    async def create_organization(self, name: str) -> Answer:
        """A new organization."""
        return await self._one(_CREATE, [name])

    async def rename_organization(self, organization: UUID, asked: Rename) -> Answer:
        """Another name."""
        return await self._one(_RENAME, [organization, asked.name, asked.was])

    async def archive_organization(self, organization: UUID, *, archived: bool) -> Answer:
        """Puts it away with its websites, or brings it back with them."""
        return await self._one(_ARCHIVE, [organization, archived])

    async def create_domain(self, organization: UUID, asked: NewDomain) -> Answer:
        """A new website with a public key."""
        parameters = [organization, asked.site_domain, asked.name, asked.timezone]
        return await self._one(_CREATE_DOMAIN, parameters)

    async def rename_domain(self, domain: str, asked: Rename) -> Answer:
        """Another name; the domain itself never changes."""
        return await self._one(_RENAME_DOMAIN, [domain, asked.name, asked.was])

    async def archive_domain(self, domain: str, *, archived: bool) -> Answer:
        """Puts it away, so that its keys fail, or brings it back."""
        return await self._one(_ARCHIVE_DOMAIN, [domain, archived])

    async def put_host(self, domain: str, asked: Host) -> Answer:
        """Adds a host, or changes its environment."""
        return await self._one(_PUT_HOST, [domain, asked.host, asked.environment])

    async def remove_host(self, domain: str, host: str) -> None:
        """Takes a host away."""
        await self._one(_REMOVE_HOST, [domain, host])

    async def put_address(self, domain: str, ip_hash: str, label: str) -> Answer:
        """Traffic of an address is internal from now on."""
        return await self._one(_PUT_ADDRESS, [domain, ip_hash, label])

    async def remove_address(self, domain: str, ip_hash: str) -> None:
        """Traffic of an address counts again from now on."""
        await self._one(_REMOVE_ADDRESS, [domain, ip_hash])

    async def mint_key(self, domain: str, asked: NewKey) -> Answer:
        """A new key: `{id, key}`, the only time a secret one is seen."""
        return await self._one(_MINT, [domain, asked.kind, asked.label])

    async def label_key(self, domain: str, key: UUID, label: str) -> None:
        """Says what a key is for."""
        await self._one(_LABEL, [domain, key, label])

    async def rotate_key(self, domain: str, key: UUID, ends_at: datetime) -> Answer:
        """A key in place of another, which works beside it until `ends_at`: `{id, key}`."""
        return await self._one(_ROTATE, [domain, key, ends_at])

    async def end_key(self, domain: str, key: UUID) -> None:
        """A key works no more."""
        await self._one(_END, [domain, key])

    async def change_timezone(self, domain: str, asked: NewTimezone) -> Answer:
        """Asks for another timezone; a job of the same transaction moves the days."""
        with telling():
            async with self.database.transaction(self.context) as connection:
                cursor = await connection.execute(_TIMEZONE, [domain, asked.timezone, asked.was])
                row = await cursor.fetchone()
                change: Answer = row[0] if row else {}
                await connection.execute("select set_config('role', %s, true)", [SERVICE])
                await defer(
                    connection,
                    CHANGE_TIMEZONE,
                    {"site_domain": domain, "change_id": change["id"]},
                    lock=f"{CHANGE_TIMEZONE} {domain}",
                )
                return change

    async def _one(self, query: QueryNoTemplate, parameters: list[Any]) -> Answer:
        with telling():
            row = await self.database.fetch_one(query, parameters, self.context)
        return row[0] if row else {}
