"""`Server-Timing`: where a request's time went."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from backoffice.rest.response import Response


class Timing:
    """`Server-Timing`: how long each step took, in milliseconds."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._last = time.perf_counter() if enabled else 0.0
        self._steps: list[str] = []

    def mark(self, step: str) -> None:
        """The step ends now."""
        if self._enabled:
            now = time.perf_counter()
            self._steps.append(f"{step};dur={(now - self._last) * 1000:.1f}")
            self._last = now

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """The step ends with the block, even where that fails."""
        try:
            yield
        finally:
            self.mark(step)

    def added_to(self, response: Response) -> Response:
        """The response with the header, if it is enabled."""
        if self._enabled and self._steps:
            response.headers.append((b"server-timing", ", ".join(self._steps).encode()))
        return response
