"""What visitors from one address tell of each other, and what they do not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backoffice.enrichment.batch import requeue
from support.database import TestDatabase
from support.enrichment import Visitors, visitors_of


@pytest.fixture
async def site(fresh_database: TestDatabase) -> AsyncIterator[Visitors]:
    async with visitors_of(fresh_database) as visitors:
        yield visitors


async def test_colleagues_at_the_same_address_are_found_whoever_comes_first(
    site: Visitors,
) -> None:
    site.send("early", ip_hash="office")
    site.send("ada", email="ada@acme.com", ip_hash="office")
    await site.enrich()
    site.send("late", ip_hash="office")
    site.send("elsewhere", ip_hash="home")
    await site.enrich()
    for name in ("early", "late"):
        assert site.company(name) == ("acme.com", "acme.com", "address", "semi-known")
    assert site.company("elsewhere")[0] is None


async def test_a_second_known_colleague_vouches_for_the_address_of_a_phone(site: Visitors) -> None:
    site.send("phone", ip_hash="office", device_type="mobile")
    site.send("ada", ip_hash="office", email="ada@acme.com")
    site.send("ben", ip_hash="office")
    await site.enrich()
    assert (site.company("ben")[2], site.company("phone")[2]) == ("address", None)
    site.send("ben", email="ben@acme.com", at="2026-05-05T11:00:00Z")
    await site.enrich()
    assert (site.company("ben")[2], site.company("phone")[2]) == ("email", "address")


async def test_an_address_that_companies_share_tells_nothing_any_more(site: Visitors) -> None:
    site.send("guest", ip_hash="café")
    site.send("ada", email="ada@acme.com", ip_hash="café")
    await site.enrich()
    assert site.company("guest")[:1] == ("acme.com",)
    site.send("zoe", email="zoe@other.example", ip_hash="café")
    await site.enrich()
    assert site.company("guest") == (None, None, None, "anonymous")
    assert site.history("guest") == [("acme.com", "address", None, None, False)]


async def test_a_carriers_address_tells_nothing(site: Visitors) -> None:
    for number in range(52):
        site.send(f"phone {number}", ip_hash="carrier")
    site.send("ada", email="ada@acme.com", ip_hash="carrier")
    await site.enrich()
    assert site.company("phone 7")[0] is None


async def test_bots_and_internal_traffic_are_not_looked_into(site: Visitors) -> None:
    site.owner.execute("insert into internal_addresses values (%s, 'our office')", [site.site])
    site.send("bot", email="bot@acme.com", ip_hash="x", is_bot=True)
    site.send("us", email="us@agency.example", ip_hash="our office")
    await site.enrich()
    assert site.rows("select count(*) from accounts") == [(0,)]
    assert site.rows("select count(*) from private.visitor_addresses") == [(0,)]
    assert site.rows(
        "select count(*) from private.enrichment_evidence where ticket is not null"
    ) == [(0,)]


async def test_old_addresses_are_forgotten_and_what_they_told_stays(site: Visitors) -> None:
    site.send("ada", email="ada@acme.com", ip_hash="office", at="2026-05-05T10:00:00Z")
    site.send("ben", ip_hash="office", at="2026-05-05T10:00:00Z")
    await site.enrich()
    forget = "select private.forget_addresses(%s)"
    assert site.rows(forget, "2026-05-05T09:00:00Z") == [(0,)]
    assert site.rows(forget, "2026-05-05T11:00:00Z") == [(2,)]
    await requeue(site.pool, site.site)
    await site.enrich()
    assert site.company("ben")[:1] == ("acme.com",)
