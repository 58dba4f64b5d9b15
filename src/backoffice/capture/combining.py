"""Events of one domain, taken in by one transaction at a time.

Batches of a busy site touch the same visitors, whose rows each transaction locks: side by side they
would only wait for each other. So what arrives while one transaction runs is gathered and goes in
with the next, which costs one commit for all of it. Each request is answered after the commit of
its own events. Other processes may write at the same time; PostgreSQL's locks keep that right.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import orjson

from backoffice.capture.events import Event
from backoffice.capture.writing import ImpossibleDataError, Writer, busy
from backoffice.errors import NotFound, Problem, Unauthenticated, Unavailable

MAX_TOGETHER: Final = 800
"""Events in one transaction: enough to be fast, few enough to hold locks briefly."""

MAX_WAITING: Final = 50_000
"""Events of one domain that may wait; beyond that senders are told to come again."""

_CAPTURE: Final = (
    "select uuid::text from private.capture_events(%s, %s::jsonb) where status = 'duplicate'"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: new events, ones known before, and ids of ones nothing can store."""

    stored: int = 0
    duplicates: int = 0
    impossible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request's events, encoded one by one, and who waits for them."""

    uuids: list[str]
    encoded: list[bytes]
    answer: asyncio.Future[Stored]


@dataclass(slots=True)
class Queue:
    """What waits for one domain."""

    requests: deque[Waiting] = field(default_factory=deque)
    events: int = 0


@dataclass(slots=True)
class Combiner:
    """Writes events, those of one domain one transaction after the other."""

    writer: Writer
    _queues: dict[str, Queue] = field(default_factory=dict, repr=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)

    async def capture(self, site_domain: str, events: list[Event]) -> Stored:
        """Store a batch; gives what became of it once it has committed.

        Raises `Unavailable`, and `Unauthenticated` when the domain takes no events any more.
        """
        queue = self._queues.get(site_domain)
        idle = queue is None
        if queue is None:
            queue = self._queues[site_domain] = Queue()
        if queue.events > MAX_WAITING:
            raise busy()
        waiting = Waiting(
            [event.uuid for event in events],
            [orjson.dumps(event) for event in events],
            asyncio.get_running_loop().create_future(),
        )
        queue.requests.append(waiting)
        queue.events += len(events)
        if idle:
            task = asyncio.create_task(self._drain(site_domain, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await waiting.answer

    async def _drain(self, site_domain: str, queue: Queue) -> None:
        try:
            while queue.requests:
                try:
                    await self._settle(site_domain, _take(queue))
                except Unavailable as error:
                    # Whoever waits behind would only learn the same, later.
                    _fail(_take(queue, everything=True), error)
        finally:
            del self._queues[site_domain]

    async def _settle(self, site_domain: str, together: list[Waiting]) -> None:
        """Answer these requests, each one. Raises `Unavailable` when that was the answer."""
        try:
            answers = await self._together(site_domain, together)
        except Problem as problem:
            _fail(together, problem)
            if isinstance(problem, Unavailable):
                raise
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            if len(together) == 1:
                _fail(together, error)
                return
            # One request's trouble is not the others'.
            for waiting in together:
                await self._settle(site_domain, [waiting])
        else:
            for waiting, answer in zip(together, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)

    async def _together(self, site_domain: str, together: list[Waiting]) -> list[Stored]:
        uuids = [uuid for waiting in together for uuid in waiting.uuids]
        encoded = [event for waiting in together for event in waiting.encoded]
        known, impossible = await self._write(site_domain, uuids, encoded)
        return [_answer(waiting, known, impossible) for waiting in together]

    async def _write(
        self, site_domain: str, uuids: list[str], encoded: list[bytes]
    ) -> tuple[set[str], set[str]]:
        """The ids that were known before, and those that nothing can store."""
        batch = b"[" + b",".join(encoded) + b"]"
        try:
            rows = await self.writer.run(_CAPTURE, [site_domain, batch.decode()])
        except NotFound as error:
            raise Unauthenticated("the site takes no events any more", field="api_key") from error
        except ImpossibleDataError:
            # Halving finds the events to blame; the others are stored.
            if len(uuids) == 1:
                return set(), set(uuids)
            half = len(uuids) // 2
            known, impossible = await self._write(site_domain, uuids[:half], encoded[:half])
            more_known, more = await self._write(site_domain, uuids[half:], encoded[half:])
            return known | more_known, impossible | more
        return {row[0] for row in rows}, set()


def _take(queue: Queue, *, everything: bool = False) -> list[Waiting]:
    """The next requests that go in together; at least one."""
    taken: list[Waiting] = []
    size = 0
    while queue.requests:
        size += len(queue.requests[0].uuids)
        if taken and size > MAX_TOGETHER and not everything:
            break
        taken.append(queue.requests.popleft())
    queue.events -= sum(len(waiting.uuids) for waiting in taken)
    return taken


def _answer(waiting: Waiting, known: set[str], impossible: set[str]) -> Stored:
    """What became of one request; an event that two of them brought is new for the first only."""
    mine = set(waiting.uuids)
    refused = mine & impossible
    duplicates = mine & known
    known |= mine - refused
    return Stored(len(mine) - len(refused) - len(duplicates), len(duplicates), tuple(refused))


def _fail(together: list[Waiting], error: Exception) -> None:
    for waiting in together:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
