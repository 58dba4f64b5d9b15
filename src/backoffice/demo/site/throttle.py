"""How often one caller may ask: a bucket of tokens each, in the memory of this one process."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from backoffice.errors import Problem

REMEMBERED: Final = 10_000


@dataclass(slots=True)
class Throttle:
    """`burst` requests at once, then `per_minute`."""

    burst: int
    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict, repr=False)

    def take(self, caller: str) -> None:
        """Count one request. Raises 429 with `Retry-After` when the caller has none left."""
        now = self.clock()
        left, at = self._buckets.pop(caller, (float(self.burst), now))
        left = min(self.burst, left + (now - at) * self.per_minute / 60)
        allowed = left >= 1
        self._buckets[caller] = (left - 1 if allowed else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - left) * 60 / self.per_minute)
            raise Problem(
                "Too many messages; wait a moment.",
                code="rate_limited",
                status=429,
                headers={"Retry-After": str(wait)},
            )
