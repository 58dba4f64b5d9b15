"""How a replay speaks to the server: a bounded number of requests at once, each retried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import orjson

from backoffice.errors import BackofficeError

ATTEMPTS = 8
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 4.0
RETRIED = frozenset({429, 500, 502, 503, 504})
TIMEOUT = httpx.Timeout(30.0, connect=5.0)

Item = TypeVar("Item")


class ReplayInterruptedError(BackofficeError):
    """The server stopped answering; what it acknowledged is stored, the rest was not sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said about one request; `body` is None when it was no JSON object."""

    status: int
    body: Mapping[str, Any] | None

    @property
    def accepted(self) -> bool:
        """Whether the server took the request."""
        return 200 <= self.status < 300

    @property
    def reason(self) -> str:
        """Why it did not, in the server's words."""
        body = self.body or {}
        text = str(body.get("message") or body.get("detail") or f"HTTP {self.status}")
        return f"{text} ({body['field']})" if body.get("field") else text


class Sender:
    """Sends JSON with one key, again and again until it is answered or patience ends."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        attempts: int = ATTEMPTS,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._client = client
        self._attempts = attempts
        self._first_pause = first_pause

    async def send(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        """One request; safe to repeat, because everything sent carries its own id.

        Connection errors, 429 and 5xx are retried with growing pauses, `Retry-After` honoured.
        Raises `ReplayInterruptedError` when the attempts are used up, or when the key is refused.
        """
        content = orjson.dumps(body)
        problem = ""
        for attempt in range(self._attempts):
            pause = min(LONGEST_PAUSE, self._first_pause * 2**attempt)
            try:
                response = await self._client.request(method, path, content=content)
            except httpx.TransportError as error:
                problem = str(error) or type(error).__name__
            else:
                if response.status_code in (401, 403):
                    raise ReplayInterruptedError(
                        f"The server refused the key of this run: {_answer(response).reason}"
                    )
                if response.status_code not in RETRIED:
                    return _answer(response)
                problem = _answer(response).reason
                pause = max(pause, _retry_after(response))
            if attempt + 1 < self._attempts:
                await asyncio.sleep(pause)
        raise ReplayInterruptedError(
            f"{self._client.base_url} does not answer ({problem}). What it acknowledged is stored;"
            " start it and run the same command again: nothing is stored twice."
        )


@asynccontextmanager
async def open_sender(
    server: str,
    headers: Mapping[str, str],
    *,
    attempts: int = ATTEMPTS,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Sender]:
    """A sender to `server` (its base address) that adds `headers` to every request."""
    async with httpx.AsyncClient(
        base_url=server,
        headers={"Content-Type": "application/json", **headers},
        timeout=TIMEOUT,
        transport=transport,
        trust_env=False,
    ) as client:
        yield Sender(client, attempts=attempts)


async def for_each(
    items: Iterable[Item], work: Callable[[Item], Awaitable[None]], *, at_once: int
) -> None:
    """Do `work` for every item, `at_once` of them at a time; the first error ends it all."""
    queue = iter(items)

    async def worker() -> None:
        for item in queue:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except* BackofficeError as errors:
        raise _first(errors) from None


def _first(errors: BaseExceptionGroup[BackofficeError]) -> BackofficeError:
    found: BaseException = errors
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, BackofficeError)
    return found


def _answer(response: httpx.Response) -> Answer:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        body = None
    return Answer(response.status_code, body if isinstance(body, dict) else None)


def _retry_after(response: httpx.Response) -> float:
    try:
        return min(30.0, float(response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0
