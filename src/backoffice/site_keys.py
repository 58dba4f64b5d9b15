"""Whose key came with a request. Answers are remembered for less than a second, so that a revoked
key stops working within one.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from backoffice.database import Database
from backoffice.errors import Unauthenticated

KeyKind = Literal["public", "secret"]

REMEMBERED_SECONDS: Final = 0.8
REMEMBERED_KEYS: Final = 4096
_PLAUSIBLE: Final = re.compile(r"[\x21-\x7e]{1,200}")
_FIND_KEY: Final = "select site_domain from private.find_domain_key(%s, %s)"


@dataclass(slots=True)
class DomainKeys:
    """Finds the domain of a key; one look-up at a time for each key."""

    database: Database
    clock: Callable[[], float] = time.monotonic
    _known: OrderedDict[tuple[KeyKind, str], tuple[float, str | None]] = field(
        default_factory=OrderedDict, repr=False
    )
    _asked: dict[tuple[KeyKind, str], asyncio.Task[str | None]] = field(
        default_factory=dict, repr=False
    )

    async def public(self, key: str) -> str:
        """The domain of a public key. Raises `Unauthenticated`."""
        domain = await self._find("public", key)
        if domain is None:
            raise Unauthenticated(
                "unknown or revoked key: send the public key of the site", field="api_key"
            )
        return domain

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
        domain = await self._find("secret", key.strip())
        if domain is None:
            raise Unauthenticated(
                "unknown or revoked secret key", field="authorization", headers=challenge
            )
        return domain

    async def _find(self, kind: KeyKind, key: str) -> str | None:
        if not _PLAUSIBLE.fullmatch(key):
            return None
        entry = self._known.get((kind, key))
        if entry is not None and self.clock() - entry[0] < REMEMBERED_SECONDS:
            return entry[1]
        task = self._asked.get((kind, key))
        if task is None:
            task = asyncio.create_task(self._ask(kind, key))
            self._asked[kind, key] = task
            task.add_done_callback(lambda _: self._asked.pop((kind, key), None))
        return await asyncio.shield(task)

    async def _ask(self, kind: KeyKind, key: str) -> str | None:
        asked_at = self.clock()
        domain: str | None = await self.database.fetch_value(_FIND_KEY, [kind, key])
        self._known[kind, key] = (asked_at, domain)
        self._known.move_to_end((kind, key))
        while len(self._known) > REMEMBERED_KEYS:
            self._known.popitem(last=False)
        return domain
