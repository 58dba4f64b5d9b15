"""Asking services about addresses in flight: once, within budget, storing no address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import stamina

from backoffice.capture.sender import hash_address
from backoffice.enrichment.lookups import MOST_WAITING, Lookups
from backoffice.enrichment.services.base import Service
from support.database import TestDatabase
from support.enrichment import SITE, Visitors, visitors_of
from support.services import ACME_AT_ENRICH_SO, ACME_AT_SNITCHER, ADDRESS, enrich_so, snitcher

HASH = hash_address(b"key", SITE, ADDRESS)
UNKNOWN = httpx.Response(404)
KNOWN = httpx.Response(200, json=ACME_AT_SNITCHER)


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def site(fresh_database: TestDatabase) -> AsyncIterator[Visitors]:
    async with visitors_of(fresh_database) as visitors:
        yield visitors


def lookups(site: Visitors, *services: Service, budget: int = 100) -> Lookups:
    return Lookups(site.pool, services, budget)


async def ask(site: Visitors, *services: Service, budget: int = 100) -> None:
    """A new process notices the address and asks about it."""
    asking = lookups(site, *services, budget=budget)
    asking.notice(SITE, ADDRESS, HASH)
    await asking.drain()


async def test_what_a_service_knows_reaches_the_visitors_account(site: Visitors) -> None:
    service, fake = snitcher(KNOWN)
    site.send("ada", ip_hash=HASH)
    await ask(site, service)
    await site.enrich()
    assert site.company("ada") == ("acme.com", "Acme", "snitcher", "semi-known")
    # The answer is the address's: who comes later is known at once, and nobody asks again.
    site.send("ben", ip_hash=HASH)
    await site.enrich()
    assert site.company("ben")[:3] == ("acme.com", "Acme", "snitcher")
    await ask(site, service)
    assert fake.addresses == [ADDRESS]


async def test_the_address_is_nowhere_in_the_database(site: Visitors) -> None:
    service, _ = enrich_so(httpx.Response(200, json=ACME_AT_ENRICH_SO))
    site.send("ada", ip_hash=HASH)
    await ask(site, service)
    await site.enrich()
    assert site.company("ada")[2] == "enrich_so"
    tables = site.rows(
        "select c.oid::regclass::text from pg_class c where c.relkind = 'r'"
        " and c.relnamespace::regnamespace::text in ('public', 'private', 'rollup', 'jobs')"
    )
    for (table,) in tables:
        found = site.rows(
            f"select 1 from {table} as t where t::text like %s limit 1", f"%{ADDRESS}%"
        )
        assert found == [], table


async def test_the_first_answer_wins_and_the_next_service_is_not_asked(site: Visitors) -> None:
    first, asked_first = snitcher(KNOWN)
    second, asked_second = enrich_so(httpx.Response(200, json=ACME_AT_ENRICH_SO))
    await ask(site, first, second)
    assert (len(asked_first.asked), len(asked_second.asked)) == (1, 0)


async def test_the_next_service_is_asked_when_the_first_does_not_know(site: Visitors) -> None:
    first, asked_first = snitcher(UNKNOWN)
    second, asked_second = enrich_so(httpx.Response(200, json=ACME_AT_ENRICH_SO))
    site.send("ada", ip_hash=HASH)
    await ask(site, first, second)
    await site.enrich()
    assert site.company("ada")[2] == "enrich_so"
    assert (len(asked_first.asked), len(asked_second.asked)) == (1, 1)


async def test_unknown_is_remembered_for_a_while(site: Visitors) -> None:
    service, fake = snitcher(UNKNOWN)
    await ask(site, service)
    await ask(site, service)
    assert len(fake.asked) == 1
    later = lookups(site, service)
    later.now = lambda: datetime.now(UTC) + timedelta(days=31)
    later.notice(SITE, ADDRESS, HASH)
    await later.drain()
    assert len(fake.asked) == 2


async def test_nobody_is_asked_about_people_who_are_known(site: Visitors) -> None:
    service, fake = snitcher(KNOWN)
    site.send("ada", ip_hash=HASH, email="ada@right.example")
    await site.enrich()
    await ask(site, service)
    site.owner.execute("delete from private.visitor_addresses")
    site.owner.execute("insert into internal_addresses values (%s, %s)", [SITE, HASH])
    await ask(site, service)
    assert fake.asked == []


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(429),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, text="<html>garbage</html>"),
        httpx.Response(401),
    ],
)
async def test_trouble_stores_nothing_and_the_next_service_is_asked(
    site: Visitors, trouble: httpx.Response | Exception
) -> None:
    first, _ = snitcher(trouble)
    second, asked_second = enrich_so(UNKNOWN)
    await ask(site, first, second)
    assert len(asked_second.asked) == 1
    kept = site.rows("select provider, answer from private.address_answers")
    assert kept == [("enrich_so", None)]


async def test_a_used_up_budget_asks_nobody_until_the_next_day(site: Visitors) -> None:
    service, fake = snitcher(UNKNOWN)
    asking = lookups(site, service, budget=2)
    for number in range(4):
        asking.notice(SITE, f"8.8.4.{number}", f"hash {number}")
    await asking.drain()
    assert len(fake.asked) == 2
    asking.now = lambda: datetime.now(UTC) + timedelta(days=1)
    asking.notice(SITE, "8.8.4.9", "hash 9")
    await asking.drain()
    assert len(fake.asked) == 3


async def test_attempts_are_paid_for_one_by_one(site: Visitors) -> None:
    service, fake = snitcher(httpx.Response(503))
    asking = lookups(site, service, budget=4)
    for number in range(3):
        asking.notice(SITE, f"8.8.4.{number}", f"hash {number}")
    await asking.drain()
    assert fake.addresses == ["8.8.4.0"] * 3 + ["8.8.4.1"]
    assert site.rows("select calls from private.provider_calls") == [(4,)]
    assert site.rows("select 1 from private.address_answers") == []


async def test_processes_share_the_budget(site: Visitors) -> None:
    service, fake = snitcher(UNKNOWN)
    processes = [lookups(site, service, budget=5) for _ in range(3)]
    for number, process in enumerate(processes):
        for place in range(4):
            process.notice(SITE, f"8.8.{number}.{place}", f"hash {number} {place}")
    await asyncio.gather(*(process.drain() for process in processes))
    assert len(fake.asked) == 5


async def test_private_addresses_and_repetitions_are_not_asked_about(site: Visitors) -> None:
    service, fake = snitcher(UNKNOWN)
    asking = lookups(site, service)
    for address in ("127.0.0.1", "10.1.2.3", "192.168.1.9", "::1", "fe80::1", "nonsense"):
        asking.notice(SITE, address, f"hash of {address}")
    for _ in range(3):
        asking.notice(SITE, ADDRESS, HASH)
    await asking.drain()
    assert fake.addresses == [ADDRESS]


async def test_the_queue_is_bounded_and_asks_in_the_background(site: Visitors) -> None:
    service, fake = snitcher(UNKNOWN)
    asking = lookups(site, service, budget=3)
    for number in range(MOST_WAITING + 500):
        asking.notice(
            SITE, f"8.{number // 65536}.{number // 256 % 256}.{number % 256}", f"h{number}"
        )
    assert asking.waiting == MOST_WAITING
    async with asking.running(), asyncio.timeout(60):
        while len(fake.asked) < 3:  # noqa: ASYNC110 - the other side is a queue without an end
            await asyncio.sleep(0.01)


async def test_a_fault_over_one_address_keeps_none_of_the_others_waiting(site: Visitors) -> None:
    service, fake = snitcher(RuntimeError("a fault"), UNKNOWN)
    asking = lookups(site, service)
    asking.notice(SITE, "8.8.4.1", "hash 1")
    asking.notice(SITE, ADDRESS, HASH)
    await asking.drain()
    assert fake.addresses == ["8.8.4.1", ADDRESS]
