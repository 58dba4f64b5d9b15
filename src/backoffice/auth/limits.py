"""Rate limits shared by every server process: token buckets in `auth.rate_limits`.

A bucket is named by a keyed hash, so that neither addresses nor e-mails are stored.
"""

from __future__ import annotations

import hmac
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network

from starlette.requests import Request

from backoffice.addresses import Network, client_address
from backoffice.auth.database import ADMIN
from backoffice.auth.errors import AuthProblem, over_request_rate_limit
from backoffice.auth.queries import limits as queries
from backoffice.database import Database

SWEEP_ONE_IN = 100


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, then one more `every` so often."""

    burst: int
    every: timedelta


class RateLimiter:
    """Takes from buckets, and refuses when one is empty."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    async def take(
        self,
        kind: str,
        subject: str,
        limit: Limit,
        *,
        refusal: Callable[[int], AuthProblem] = over_request_rate_limit,
    ) -> None:
        """Use one of `subject`'s tokens.

        Raises 429, by default `over_request_rate_limit`, with `Retry-After` when none is left.
        """
        bucket = {
            "bucket": bucket_name(self._key, kind, subject),
            "burst": limit.burst,
            "every": limit.every,
        }
        if random.randrange(SWEEP_ONE_IN) == 0:  # noqa: S311 - housekeeping, not a secret
            await self._sweep()
        if await self._database.fetch_value(queries.TAKE, bucket, ADMIN):
            return
        wait: timedelta | None = await self._database.fetch_value(queries.WAIT, bucket, ADMIN)
        seconds = wait.total_seconds() if wait else 1.0
        raise refusal(max(1, math.ceil(seconds)))

    async def refill(self, kind: str, subject: str) -> None:
        """Forget what `subject` used: it proved to be welcome."""
        bucket = {"bucket": bucket_name(self._key, kind, subject)}
        async with self._database.transaction(ADMIN) as connection:
            await connection.execute(queries.REFILL, bucket)

    async def _sweep(self) -> None:
        async with self._database.transaction(ADMIN) as connection:
            await connection.execute(queries.DELETE_FULL)


def bucket_name(key: bytes, kind: str, subject: str) -> str:
    """The name under which the bucket of `subject` is kept: a keyed hash."""
    return hmac.digest(key, f"{kind}:{subject}".encode(), "sha256").hex()


def client_network(request: Request, trusted: Sequence[Network]) -> str:
    """The caller's address, an IPv6 one as its /64: that much a single customer is given."""
    peer = request.client.host if request.client else None
    address = client_address(peer, request.headers.getlist("x-forwarded-for"), trusted)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), 64), strict=False))
    return str(address) if address else "unknown"
