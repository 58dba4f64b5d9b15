"""A visitor's company from the page's payload to the agent's backend, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from backoffice.database import Database
from backoffice.enrichment.batch import enrich_due

from .conftest import CHROME, Site, event


async def enrich(site: Site) -> None:
    pool = Database(site.database.url("authenticator"), pool_size=2)
    await pool.open()
    try:
        await enrich_due(pool)
    finally:
        await pool.close()


def lead(site: Site, distinct_id: str, key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key or site.secret_key}"}
    return site.http.get(f"/agent/v1/visitors/{distinct_id}/lead", headers=headers)


async def test_a_revealed_company_reaches_the_agent(site: Site) -> None:
    told = {"name": "Acme <b>", "domain": "www.acme.co.uk", "size": "51-200", "secret": "x"}
    sent = event({"$reveal": told, "$current_url": "https://capture.example/"})
    assert site.send(sent).json()["stored"] == 1
    (kept,) = site.events_of(sent["distinct_id"])
    assert kept[4]["$reveal"] == {"name": "Acme <b>", "domain": "www.acme.co.uk", "size": "51-200"}

    before = lead(site, sent["distinct_id"]).json()
    assert (before["status"], before["account"], before["enrichment"]) == ("anonymous", None, {})
    await enrich(site)
    answer = lead(site, sent["distinct_id"])
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert body["status"] == "semi-known"
    assert body["account"]["domain"] == "acme.co.uk"
    assert body["account"]["name"] == "Acme <b>", (
        "stored as sent; showing it safely is the reader's"
    )
    size = body["enrichment"]["size"]
    assert (size["value"], size["source"], size["confidence"], size["age_days"]) == (
        "51-200",
        "reveal",
        0.7,
        0,
    )
    assert body["scores"] == {"interest_score": 1, "quality_score": None, "signals": []}


async def test_the_agents_own_email_leads_to_a_company(site: Site) -> None:
    conversation = site.conversation(distinct_id="a/b c@x", email="ada@work.example")
    assert conversation
    await enrich(site)
    body = lead(site, "a%2Fb%20c@x").json()
    assert (body["email"], body["account"]["domain"]) == ("ada@work.example", "work.example")


@pytest.mark.parametrize("distinct_id", ["nobody", "%00", "x" * 500])
def test_nobody_is_not_found(site: Site, distinct_id: str) -> None:
    answer = lead(site, distinct_id)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_lead_needs_the_secret_key(site: Site) -> None:
    for key in ("wrong", site.public_key):
        assert lead(site, "anybody", key).status_code == 401
    assert site.http.get("/agent/v1/visitors/anybody/lead").status_code == 401


def test_a_browser_is_noticed_and_its_visitors_address_hash_remembered(site: Site) -> None:
    sent = event()
    site.http.post(
        "/capture/", json={"api_key": site.public_key, **sent}, headers={"User-Agent": CHROME}
    )
    rows = site.rows(
        "select length(a.ip_hash) from private.visitor_addresses a"
        " join public.visitor_ids v using (site_domain, visitor_id) where v.distinct_id = %s",
        sent["distinct_id"],
    )
    assert rows == [(64,)]
