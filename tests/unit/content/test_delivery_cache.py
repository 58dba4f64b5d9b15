"""The memory of what is delivered: read once, anew after a change, there while nothing else is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from backoffice.content.delivery_cache import MAX_SITES, DeliveryCache
from backoffice.content.fetches import Fetches
from backoffice.errors import NotFound, Unavailable

SITE = "example.com"


@dataclass
class FakeDatabase:
    """Answers like `private.content_to_deliver`, when it is told to."""

    version: str = "1"
    reads: int = 0
    away: bool = False
    gate: asyncio.Event | None = None
    written: list[Any] = field(default_factory=list)

    async def fetch_one(self, _query: Any, parameters: list[str]) -> Any:
        self.reads += 1
        seen = self.version
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise Unavailable("away")
        if parameters == ["gone.example"]:
            return None
        return {"version": seen}, {"agents": {"website_agent": {}}}, seen, ["www.example.com"]

    async def fetch_value(self, _query: Any, parameters: list[Any]) -> None:
        if self.away:
            raise Unavailable("away")
        self.written.append(parameters[0].obj)


def cache_of(database: FakeDatabase) -> DeliveryCache:
    return DeliveryCache(database)  # type: ignore[arg-type]


async def test_many_who_ask_at_once_cause_one_reading() -> None:
    database = FakeDatabase(gate=asyncio.Event())
    cache = cache_of(database)
    asked = [asyncio.create_task(cache.get(SITE)) for _ in range(50)]
    await asyncio.sleep(0)
    assert database.gate
    database.gate.set()
    found = await asyncio.gather(*asked)
    assert database.reads == 1 and len({id(one) for one in found}) == 1
    await cache.get(SITE)
    assert database.reads == 1


@pytest.mark.parametrize("payload", [SITE, "*"])
async def test_a_change_is_read_once(payload: str) -> None:
    database = FakeDatabase()
    cache = cache_of(database)
    first = await cache.get(SITE)
    database.version = "2"
    assert (await cache.get(SITE)).version == "1"
    cache.forget("other.example")
    assert (await cache.get(SITE)).version == "1"
    cache.forget(payload)
    second = await cache.get(SITE)
    assert (second.version, database.reads) == ("2", 2)
    assert first.widget.etag != second.widget.etag


async def test_what_changes_while_it_is_read_is_read_again() -> None:
    database = FakeDatabase(gate=asyncio.Event())
    cache = cache_of(database)
    asked = asyncio.create_task(cache.get(SITE))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert database.gate
    database.version = "2"
    cache.forget("*")
    database.gate.set()
    assert (await asked).version == "2"


async def test_what_was_read_last_is_sent_while_the_database_is_away() -> None:
    database = FakeDatabase()
    cache = cache_of(database)
    await cache.get(SITE)
    database.away = True
    cache.forget(SITE)
    assert (await cache.get(SITE)).version == "1"
    with pytest.raises(Unavailable):
        await cache.get("never-asked.example")
    database.away, database.version = False, "2"
    assert (await cache.get(SITE)).version == "2"


async def test_unknown_websites_are_not_remembered_and_memory_is_bounded() -> None:
    database = FakeDatabase()
    cache = cache_of(database)
    with pytest.raises(NotFound):
        await cache.get("gone.example")
    for number in range(MAX_SITES + 5):
        await cache.get(f"s{number}.example")
    await cache.get(f"s{MAX_SITES + 4}.example")
    before = database.reads
    await cache.get("s0.example")
    assert database.reads == before + 1


async def test_an_origin_is_the_websites_by_its_host() -> None:
    delivery = await cache_of(FakeDatabase()).get(SITE)
    for origin, allowed in {
        "https://www.example.com": True,
        "http://www.example.com:8080": True,
        "https://WWW.EXAMPLE.COM": True,
        "https://example.com": False,
        "ftp://www.example.com": False,
        "https://www.example.com.evil.example": False,
        "https://[": False,
        "null": False,
        "": False,
    }.items():
        assert delivery.allows(origin) is delivery.allows(origin) is allowed, origin


async def test_downloads_are_written_when_something_is_new() -> None:
    database = FakeDatabase()
    fetches = Fetches(database)  # type: ignore[arg-type]
    for _ in range(1000):
        fetches.note(SITE, "widget", "1")
    await fetches.write()
    fetches.note(SITE, "widget", "1")
    await fetches.write()
    assert [[row["version"] for row in rows] for rows in database.written] == [["1"]]
    fetches.note(SITE, "widget", "2")
    database.away = True
    await fetches.write()
    fetches.note(SITE, "nurturing", "2")
    database.away = False
    await fetches.write()
    rows = database.written[-1]
    assert {(row["consumer"], row["version"]) for row in rows} == {
        ("widget", "2"),
        ("nurturing", "2"),
    }
