"""Whose key came with a request. Answers are remembered for less than a second, so that a key that
was ended, or whose website was archived, stops working within one.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from backoffice.database import Database
from backoffice.errors import Unauthenticated
from backoffice.key_uses import KeyUses

KeyKind = Literal["public", "secret"]

REMEMBERED_SECONDS: Final = 0.8
REMEMBERED_KEYS: Final = 4096
_PLAUSIBLE: Final = re.compile(r"[\x21-\x7e]{1,200}")
_FIND_KEY: Final = "select site_domain, id from private.find_domain_key(%s, %s)"
_WHY: Final = "select private.why_key_fails(%s, %s)"
_REASONS: Final = {
    "archived": ("site_archived", "this website is archived: its keys work again once restored"),
    "revoked": ("key_revoked", "this key was revoked"),
    "replaced": ("key_replaced", "this key was replaced by another, and its time is over"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """Whose a key is; else why it fails, where that is known."""

    site_domain: str | None = None
    id: UUID | None = None
    why: str | None = None


@dataclass(slots=True)
class DomainKeys:
    """Finds the domain of a key; one look-up at a time for each key. Uses are noted."""

    database: Database
    clock: Callable[[], float] = time.monotonic
    uses: KeyUses | None = None
    _known: OrderedDict[tuple[KeyKind, str], tuple[float, Found]] = field(
        default_factory=OrderedDict, repr=False
    )
    _asked: dict[tuple[KeyKind, str], asyncio.Task[Found]] = field(default_factory=dict, repr=False)

    async def public(self, key: str) -> str:
        """The domain of a public key. Raises `Unauthenticated`, saying why if it is known."""
        found = await self._find("public", key)
        if found.site_domain is None:
            message = "unknown key: send the public key of the site"
            raise _refusal(found, message, field="api_key")
        return found.site_domain

    async def secret(self, authorization: str) -> str:
        """The domain of the secret key in an Authorization header. Raises `Unauthenticated`."""
        challenge = {"WWW-Authenticate": "Bearer"}
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Unauthenticated(
                "send the site's secret key as Authorization: Bearer rose_sk_…",
                field="authorization",
                headers=challenge,
            )
        found = await self._find("secret", key.strip())
        if found.site_domain is None:
            message = "unknown secret key"
            raise _refusal(found, message, field="authorization", headers=challenge)
        return found.site_domain

    async def _find(self, kind: KeyKind, key: str) -> Found:
        if not _PLAUSIBLE.fullmatch(key):
            return Found()
        found = await self._remembered(kind, key)
        if self.uses is not None and found.site_domain is not None and found.id is not None:
            self.uses.note(found.site_domain, found.id)
        return found

    async def _remembered(self, kind: KeyKind, key: str) -> Found:
        entry = self._known.get((kind, key))
        if entry is not None and self.clock() - entry[0] < REMEMBERED_SECONDS:
            return entry[1]
        task = self._asked.get((kind, key))
        if task is None:
            task = asyncio.create_task(self._ask(kind, key))
            self._asked[kind, key] = task
            task.add_done_callback(lambda _: self._asked.pop((kind, key), None))
        return await asyncio.shield(task)

    async def _ask(self, kind: KeyKind, key: str) -> Found:
        asked_at = self.clock()
        row = await self.database.fetch_one(_FIND_KEY, [kind, key])
        if row is not None:
            found = Found(row[0], row[1])
        else:
            found = Found(why=await self.database.fetch_value(_WHY, [kind, key]))
        self._known[kind, key] = (asked_at, found)
        self._known.move_to_end((kind, key))
        while len(self._known) > REMEMBERED_KEYS:
            self._known.popitem(last=False)
        return found


def _refusal(
    found: Found, unknown: str, *, field: str, headers: dict[str, str] | None = None
) -> Unauthenticated:
    code, message = _REASONS.get(found.why or "", (Unauthenticated.code, unknown))
    return Unauthenticated(message, code=code, field=field, headers=headers)
