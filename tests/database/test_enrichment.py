"""From what visitors tell to their accounts, in a real database: stored once, replaced, merged, kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from backoffice.enrichment.batch import enrich_due, requeue
from support.database import TestDatabase
from support.enrichment import Visitors, visitors_of

ACME = {"domain": "acme.com", "name": "Acme", "industry": "Retail", "country": "FR"}
REVEAL = {"name": "Acme Group", "domain": "www.acme.com", "size": "51-200"}


@pytest.fixture
async def site(fresh_database: TestDatabase) -> AsyncIterator[Visitors]:
    async with visitors_of(fresh_database) as visitors:
        yield visitors


async def test_an_email_address_leads_to_an_account_of_the_directory(site: Visitors) -> None:
    site.know(ACME)
    site.send("ada", email="ada@mail.acme.com")
    site.send("bob", email="bob@gmail.com")
    assert (await site.enrich()).visitors == 2
    assert site.company("ada") == ("acme.com", "Acme", "email", "known")
    assert site.company("bob") == (None, None, None, "known")
    account = site.rows("select domain, name, industry, country, size from accounts")
    assert account == [("acme.com", "Acme", "Retail", "FR", None)]
    (data,) = site.rows("select enrichment_data from visitors where id = %s", site.visitor("ada"))[
        0
    ]
    assert data["domain"] == {
        "value": "acme.com",
        "source": "email",
        "confidence": 0.95,
        "at": "2026-05-05T10:00:00+00:00",
    }
    assert data["industry"]["source"] == "directory"


async def test_a_better_answer_replaces_a_worse_one_and_the_timeline_says_so(
    site: Visitors,
) -> None:
    site.send("ada", reveal={"name": "Wrong", "domain": "wrong.example", "size": "1-10"})
    await site.enrich()
    assert site.company("ada")[:3] == ("wrong.example", "Wrong", "reveal")
    site.send("ada", at="2026-05-05T11:00:00Z", email="ada@right.example")
    await site.enrich()
    assert site.company("ada")[:3] == ("right.example", "right.example", "email")
    assert site.history("ada") == [
        ("wrong.example", "reveal", None, None, False),
        ("right.example", "email", "wrong.example", "reveal", True),
    ]
    timeline = "select at, name, text, details -> 'domain' ->> 'previous_value'"
    timeline += " from get_visitor_timeline(%s, %s, array['enrichment'])"
    told = site.rows(timeline, site.site, site.visitor("ada"))
    assert [(at.hour, *rest) for at, *rest in told] == [
        (11, "email", "right.example", "wrong.example"),
        (10, "reveal", "Wrong", None),
    ]
    page = site.rows(
        "select (page.told).name from (select get_visitor_timeline(%s, %s, array['enrichment'], 1,"
        " (select cursor from get_visitor_timeline(%s, %s, array['enrichment'], 1))) as told) page",
        *[site.site, site.visitor("ada")] * 2,
    )
    assert page == [("reveal",)]
    company = (
        "select name, text, visitor_label from get_account_timeline(%s, (select id from accounts"
    )
    company += " where domain = %s), array['enrichment'])"
    assert site.rows(company, site.site, "right.example") == [
        ("email", "right.example", "ada@right.example")
    ]
    assert site.history("ada", "size") == [("1-10", "reveal", None, None, False)]
    # A worse one that comes later changes nothing.
    site.send("ada", at="2026-05-05T12:00:00Z", reveal=REVEAL)
    assert (await site.enrich()).changed == 0
    assert site.company("ada")[:3] == ("right.example", "right.example", "email")


async def test_looking_again_changes_nothing(site: Visitors) -> None:
    site.know(ACME)
    site.send("ada", email="ada@acme.com", ip_hash="office", reveal=REVEAL)
    site.send("ben", ip_hash="office")
    site.send("cem", reveal={"name": "Nameless"})
    await site.enrich()
    tables = "select (select json_agg(e order by id) from enrichments e)::text,"
    tables += " (select json_agg(v order by id) from visitors v)::text,"
    tables += " (select json_agg(a order by id) from accounts a)::text"
    before = site.rows(tables)
    assert (await site.enrich()).visitors == 0
    assert await requeue(site.pool, site.site) == 3
    again = await site.enrich()
    assert (again.visitors, again.changed) == (3, 0)
    assert site.rows(tables) == before


async def test_domains_are_united_by_the_public_suffix_list(site: Visitors) -> None:
    for name, address in {
        "a": "a@shop.marks.co.uk",
        "b": "b@marks.co.uk",
        "c": "c@spencer.co.uk",
        "d": "d@xn--mnchen-3ya.de",
        "e": "e@www.münchen.de",
    }.items():
        site.send(name, email=address)
    await site.enrich()
    assert site.rows("select domain from accounts order by domain") == [
        ("marks.co.uk",),
        ("spencer.co.uk",),
        ("xn--mnchen-3ya.de",),
    ]


async def test_identifying_a_visitor_keeps_what_was_found(site: Visitors) -> None:
    site.send("anonymous", ip_hash="office", reveal=REVEAL)
    await site.enrich()
    site.send("ada@gmail.com", was="anonymous", email="ada@gmail.com", at="2026-05-05T11:00:00Z")
    await site.enrich()
    assert site.visitor("anonymous") == site.visitor("ada@gmail.com")
    assert site.company("anonymous") == ("acme.com", "Acme Group", "reveal", "known")
    assert site.rows("select count(*) from private.visitor_addresses") == [(1,)]


@pytest.mark.parametrize("stronger_first", [True, False])
async def test_of_two_visitors_who_are_one_the_surer_answer_stays(
    site: Visitors, stronger_first: bool
) -> None:
    names = ["old", "new"] if stronger_first else ["new", "old"]
    site.send(names[0], email="ada@acme.com", at="2026-05-01T10:00:00Z")
    site.send(names[1], reveal={"domain": "b.example", "name": "B"}, at="2026-05-02T10:00:00Z")
    await site.enrich()
    site.send("new", was="old", at="2026-05-05T11:00:00Z")
    assert site.company("old")[:1] == ("acme.com",)
    current = site.rows(
        "select value from enrichments where is_current and field = 'domain' and visitor_id is not null"
    )
    assert current == [("acme.com",)]
    await site.enrich()
    assert site.company("new")[:3] == ("acme.com", "acme.com", "email")


async def test_sessions_and_conversations_follow_the_account(site: Visitors) -> None:
    site.send("ada", at="2026-05-05T10:00:00Z")
    site.owner.execute(
        "select private.put_conversation(%s, gen_random_uuid(), %s)",
        [site.site, json.dumps({"distinct_id": "ada", "email": "ada@acme.com"})],
    )
    await site.enrich()
    follow = (
        "select count(*) from {} where account_id = (select id from accounts where domain = %s)"
    )
    assert site.rows(follow.format("visitor_sessions"), "acme.com")[0][0] >= 1
    assert site.rows(follow.format("conversations"), "acme.com") == [(1,)]
    ada = site.visitor("ada")
    site.owner.execute("select private.assign_account(%s, %s, null)", [site.site, ada])
    assert site.rows(follow.format("visitor_sessions"), "acme.com") == [(0,)]
    assert site.rows(follow.format("conversations"), "acme.com") == [(0,)]
    with pytest.raises(psycopg.Error) as missing:
        site.owner.execute(
            "select private.assign_account(%s, gen_random_uuid(), null)", [site.site]
        )
    assert missing.value.sqlstate == "PT404"


async def test_news_that_comes_while_somebody_is_looked_into_is_not_lost(site: Visitors) -> None:
    site.send("ada", reveal=REVEAL)
    (stale,) = site.rows("select visitor_id, ticket from private.enrichment_evidence")
    site.send("ada", email="ada@right.example", at="2026-05-05T11:00:00Z")
    told = {
        "value": "acme.com",
        "source": "reveal",
        "confidence": 0.7,
        "at": "2026-05-05T10:00:00Z",
    }
    result = {"visitor_id": str(stale[0]), "ticket": str(stale[1]), "answers": {"domain": told}}
    site.owner.execute(
        "select private.apply_enrichments(%s, %s, '[]')", [site.site, json.dumps([result])]
    )
    assert site.company("ada")[0] is None
    await site.enrich()
    assert site.company("ada")[0] == "right.example"


async def test_a_run_that_is_stopped_is_taken_up_again_and_two_at_once_do_no_harm(
    site: Visitors,
) -> None:
    for number in range(40):
        site.send(f"v{number}", email=f"v{number}@company{number % 7}.example")
    assert (await enrich_due(site.pool, batch=5, most=10)).visitors == 10
    await asyncio.gather(*(enrich_due(site.pool, batch=4) for _ in range(3)))
    assert site.rows("select count(*) from visitors where account_id is null") == [(0,)]
    assert site.rows("select count(*) from accounts") == [(7,)]
    assert site.rows("select count(*) from enrichments where visitor_id is not null") == [(40,)]


async def test_one_answer_that_cannot_be_stored_does_not_keep_the_others(site: Visitors) -> None:
    site.owner.execute(
        "alter table enrichments add constraint refused check (value <> 'bad.example')"
    )
    for name in ("good", "bad", "fine"):
        site.send(name, email=f"x@{name}.example")
    await site.enrich()
    assert [site.company(name)[0] for name in ("good", "bad", "fine")] == [
        "good.example",
        None,
        "fine.example",
    ]
    assert (await site.enrich()).visitors == 0


async def test_the_directory_may_learn_of_a_company_later(site: Visitors) -> None:
    site.send("ada", email="ada@acme.com")
    await site.enrich()
    assert site.company("ada")[1] == "acme.com"
    site.know({**ACME, "description": "Everything."})
    await site.enrich()
    assert site.company("ada")[1] == "Acme"
    assert site.rows("select industry, description from accounts") == [("Retail", "Everything.")]
    site.know({**ACME, "industry": "Toys"})
    await site.enrich()
    changes = site.rows(
        "select value, previous_value, is_current from enrichments"
        " where account_id is not null and field = 'industry' order by recorded_at"
    )
    assert changes == [("Retail", None, False), ("Toys", "Retail", True)]


async def test_pages_cannot_rename_a_company_that_others_named(site: Visitors) -> None:
    site.send("ada", reveal={"name": "Acme", "domain": "acme.com"})
    await site.enrich()
    site.send("eve", at="2026-05-06T10:00:00Z", reveal={"name": "Owned", "domain": "acme.com"})
    await site.enrich()
    assert site.rows("select name from accounts") == [("Acme",)]
    site.know({**ACME, "name": "Acme SA"})
    await site.enrich()
    assert site.rows("select name from accounts") == [("Acme SA",)]


async def test_a_visitor_can_be_forgotten(site: Visitors) -> None:
    site.send("ada", email="ada@acme.com", ip_hash="office", reveal=REVEAL)
    await site.enrich()
    site.owner.execute("select private.forget_enrichment(%s, %s)", [site.site, site.visitor("ada")])
    for table in ("private.visitor_addresses", "private.enrichment_evidence"):
        assert site.rows(f"select count(*) from {table}") == [(0,)]
    assert site.rows("select count(*) from enrichments where visitor_id is not null") == [(0,)]


def test_the_budget_is_one_for_all(fresh_database: TestDatabase) -> None:
    query = "select private.spend_provider_call('snitcher', '2026-05-05', %s)"
    with (
        fresh_database.connect("service_role") as one,
        fresh_database.connect("service_role") as two,
    ):
        spent: list[Any] = [
            connection.execute(query.encode(), [3]).fetchone()
            for connection in (one, two, one, two)
        ]
        assert spent == [(True,), (True,), (True,), (False,)]
        assert one.execute(query.encode(), [0]).fetchone() == (False,)
