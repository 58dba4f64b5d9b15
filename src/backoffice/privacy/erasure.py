"""Erasing visitors, and the receipts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backoffice.database import Database, RequestContext
from backoffice.errors import NotFound
from backoffice.http.refused import telling
from backoffice.vault import Vault

_PREVIEW = "select private.preview_erasure(%s, %s)"
_LOCK = "select private.lock_for_erasure(%s, %s)"
_ERASE = "select to_jsonb(erasure) from private.erase_visitors(%s, %s, %s) as erasure"
_RECEIPT = (
    "select to_jsonb(erasure) || jsonb_build_object("
    "'actor_name', (select coalesce(nullif(person.full_name, ''), person.email)"
    " from public.profiles as person where person.id = erasure.actor_id))"
    " from public.erasures as erasure where erasure.site_domain = %s and erasure.id = %s"
)
_WAITING = (
    "select site_domain, erasure_id, place, sealed_email from private.erasure_propagations"
    " order by site_domain, erasure_id, place for update"
)
_RESEAL = (
    "update private.erasure_propagations set sealed_email = %s"
    " where site_domain = %s and erasure_id = %s and place = %s"
)

Receipt = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Erasures:
    """The erasures that `context`'s person may make and see."""

    database: Database
    context: RequestContext
    vault: Vault
    site_domain: str

    async def preview(self, visitor: UUID) -> dict[str, Any]:
        """What erasing a visitor would delete or blank. Raises 403 for clients, 404."""
        return dict(await self._value(_PREVIEW, [self.site_domain, [visitor]]))

    async def erase(self, visitors: Sequence[UUID]) -> Receipt:
        """Erase visitors together, for good; gives the receipt. Raises 403, 404, 409.

        One transaction: either all of it happened or nothing did.
        """
        wanted = list(visitors)
        with telling():
            async with self.database.transaction(self.context) as connection:
                cursor = await connection.execute(_LOCK, [self.site_domain, wanted])
                row = await cursor.fetchone()
                emails: list[str] = row[0] if row else []
                sealed = [self.vault.seal(email) for email in emails]
                cursor = await connection.execute(_ERASE, [self.site_domain, wanted, sealed])
                row = await cursor.fetchone()
                assert row is not None
                return dict(row[0])

    async def receipt(self, erasure: UUID) -> Receipt:
        """A receipt again. Raises `NotFound`."""
        found = await self._value(_RECEIPT, [self.site_domain, erasure])
        if found is None:
            raise NotFound("There is no such receipt.")
        return dict(found)

    async def _value(self, query: str, parameters: list[Any]) -> Any:
        with telling():
            return await self.database.fetch_value(query.encode(), parameters, self.context)


def as_document(receipt: Receipt) -> dict[str, Any]:
    """A receipt as somebody keeps it, with how its hash comes about."""
    kept = ("id", "site_domain", "erased_at", "visitors", "counts", "hash")
    return {
        "what": "Erasure of a visitor",
        **{name: receipt[name] for name in kept},
        "by": {
            "id": receipt["actor_id"],
            "role": receipt["actor_role"],
            "name": receipt.get("actor_name"),
        },
        "outside_services": {
            "records": receipt["propagations"],
            "erased_at": receipt["propagated_at"],
        },
        "hash_covers": (
            "SHA-256 of site_domain, id, erased_at in microseconds since 1970, by.id, by.role,"
            " visitors and counts as PostgreSQL writes jsonb: each as its length in bytes, a colon"
            " and itself, or - for none. The audit log's entry of this id has the same hash."
        ),
    }


async def reseal(database: Database, vault: Vault) -> int:
    """Encrypt what waits for outside services with the first key; gives how many."""
    async with database.transaction() as connection:
        rows = await (await connection.execute(_WAITING)).fetchall()
        for site_domain, erasure, place, sealed in rows:
            await connection.execute(_RESEAL, [vault.rotate(sealed), site_domain, erasure, place])
    return len(rows)
