"""Requests of one domain that go into the database together are answered each for its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from starlette.datastructures import Headers

from backoffice.capture.combining import MAX_TOGETHER, MAX_WAITING, Combiner, Stored
from backoffice.capture.events import Event, normalise
from backoffice.capture.writing import ImpossibleDataError
from backoffice.errors import NotFound, Unauthenticated, Unavailable
from unit.capture.capture_senders import CHROME, NOW, ORIGINS, SITE, event


def events(*numbers: int) -> list[Event]:
    sender = ORIGINS.sender(SITE, None, Headers({"user-agent": CHROME}))
    return [normalise(event(uuid=uuid(number)), sender, ORIGINS, NOW, None) for number in numbers]


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


@dataclass
class Database:
    """Stands for `Writer`: remembers ids as PostgreSQL does, and fails when told to."""

    impossible: frozenset[str] = frozenset()
    failing: Exception | None = None
    broken: frozenset[str] = frozenset()
    known: set[str] = field(default_factory=set)
    calls: list[int] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0

    async def run(self, _query: str, params: list[Any]) -> list[tuple[str]]:
        sent = {item["uuid"] for item in orjson.loads(params[1])}
        self.running += 1
        assert self.running == 1, "two transactions of one domain at once"
        await self.open.wait()
        self.running -= 1
        self.calls.append(len(sent))
        if self.failing:
            raise self.failing
        if sent & self.broken:
            raise RuntimeError("a bug")
        if sent & self.impossible:
            raise ImpossibleDataError
        duplicates = sent & self.known
        self.known |= sent
        return [(item,) for item in duplicates]


async def together(database: Database, *requests: list[Event]) -> list[Any]:
    """Send requests at once; the first occupies the database until all have arrived."""
    combiner = Combiner(database)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(combiner.capture(SITE, request)) for request in requests]
    await asyncio.sleep(0)
    database.open.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_arrives_meanwhile_goes_in_with_one_commit() -> None:
    database = Database()
    answers = await together(database, events(1), events(2, 3), events(4))
    assert answers == [Stored(1), Stored(2), Stored(1)]
    assert database.calls == [4] or database.calls == [1, 3]
    assert database.known == {uuid(n) for n in (1, 2, 3, 4)}


async def test_an_event_that_two_requests_bring_is_new_once() -> None:
    answers = await together(Database(known={uuid(9)}), events(1), events(1, 2, 9), events(2))
    assert answers == [Stored(1), Stored(1, 2), Stored(0, 1)]


async def test_an_impossible_event_takes_no_other_with_it() -> None:
    database = Database(impossible=frozenset({uuid(5)}))
    answers = await together(database, events(1, 2), events(3, 4, 5, 6), events(7))
    assert answers == [Stored(2), Stored(3, 0, (uuid(5),)), Stored(1)]
    assert database.known == {uuid(n) for n in (1, 2, 3, 4, 6, 7)}


async def test_one_requests_trouble_is_not_the_others() -> None:
    database = Database(broken=frozenset({uuid(2)}))
    answers = await together(database, events(1), events(2), events(3))
    assert [answers[0], answers[2]] == [Stored(1), Stored(1)]
    assert isinstance(answers[1], RuntimeError)


@pytest.mark.parametrize(
    ("failing", "expected"),
    [(Unavailable("gone"), Unavailable), (NotFound("archived"), Unauthenticated)],
)
async def test_nothing_is_acknowledged_when_the_database_fails(
    failing: Exception, expected: type[Exception]
) -> None:
    many = [events(*range(n * 400, n * 400 + 400)) for n in range(4)]
    answers = await together(Database(failing=failing), *many)
    assert [type(answer) for answer in answers] == [expected] * 4


async def test_a_transaction_stays_small_and_a_queue_bounded() -> None:
    many = [events(*range(n * 400, n * 400 + 400)) for n in range(4)]
    database = Database()
    await together(database, *many)
    assert max(database.calls) <= MAX_TOGETHER
    crowd = [events(*range(1000)) for _ in range(MAX_WAITING // 1000 + 10)]
    answers = await together(Database(), *crowd)
    assert any(isinstance(answer, Unavailable) for answer in answers)
    assert isinstance(answers[0], Stored)


async def test_domains_do_not_wait_for_each_other() -> None:
    database = Database()
    combiner = Combiner(database)  # type: ignore[arg-type]
    database.open.set()
    first, second = await asyncio.gather(
        combiner.capture(SITE, events(1)), combiner.capture("other.com", events(2))
    )
    assert (first, second) == (Stored(1), Stored(1))
