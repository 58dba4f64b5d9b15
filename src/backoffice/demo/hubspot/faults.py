"""Ways to fail, asked for ahead: the next calls of a path answer so."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Handler = Callable[[Request], Awaitable[Response]]


@dataclass
class Fault:
    """What the next `times` calls of paths that contain `path` answer."""

    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    times: int = 1
    after: bool = False
    """Whether what was asked is done all the same: the answer alone is lost."""


@dataclass
class Faults:
    """Faults to come, calls to hold back, and the pace that is kept."""

    waiting: list[Fault] = field(default_factory=list)
    held: dict[str, threading.Event] = field(default_factory=dict)
    """Calls of these paths wait for the event, after they have done their work."""
    reached: dict[str, threading.Event] = field(default_factory=dict)
    most_calls: int | None = None
    """Calls in ten seconds, after which 429 is the answer; None: as many as come."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    _times: deque[float] = field(default_factory=deque)

    def add(self, path: str, status: int, **more: Any) -> None:
        """Let the next call of a path fail."""
        self.waiting.append(Fault(path, status, **more))

    def hold(self, path: str) -> tuple[threading.Event, threading.Event]:
        """Hold calls of a path back: gives when one has come, and what lets it go."""
        self.reached[path], self.held[path] = threading.Event(), threading.Event()
        return self.reached[path], self.held[path]

    async def pass_through(self, request: Request, handler: Handler) -> Response:
        """The answer of a handler, unless something else was asked for."""
        path = request.url.path
        self.calls.append((request.method, path))
        if self._is_too_fast():
            return too_many(10)
        fault = next((each for each in self.waiting if each.path in path), None)
        if fault is None:
            answer = await handler(request)
        else:
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            if fault.after:
                await handler(request)
            answer = _answer(fault)
        for held, event in self.held.items():
            if held in path and not event.is_set():
                self.reached[held].set()
                await asyncio.to_thread(event.wait, 60)
        return answer

    def _is_too_fast(self) -> bool:
        if self.most_calls is None:
            return False
        now = time.monotonic()
        while self._times and self._times[0] < now - 10:
            self._times.popleft()
        if len(self._times) >= self.most_calls:
            return True
        self._times.append(now)
        return False


def too_many(seconds: float) -> Response:
    """As HubSpot says it."""
    body = {
        "status": "error",
        "message": "You have reached your ten_secondly_rolling limit.",
        "errorType": "RATE_LIMIT",
        "policyName": "TEN_SECONDLY_ROLLING",
    }
    return JSONResponse(body, 429, {"Retry-After": f"{seconds:g}"})


def _answer(fault: Fault) -> Response:
    if fault.body is not None:
        return Response(fault.body, fault.status, fault.headers, media_type="application/json")
    if fault.status == 429:
        return too_many(float(fault.headers.get("retry-after", "1")))
    body = {"status": "error", "category": "FAULT", "message": "This was asked for."}
    return JSONResponse(body, fault.status, fault.headers)
