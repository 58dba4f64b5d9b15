"""Every way PostHog's SDKs send an event arrives, from PostHog's own SDK to a beacon."""

from __future__ import annotations

import base64
import gzip
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from posthog import Posthog

from .conftest import CHROME, Site, event

PATHS = ("/capture/", "/capture", "/e/", "/e", "/i/v0/e/", "/i/v0/e", "/batch/", "/batch")


@pytest.mark.parametrize("compress", [False, True])
def test_posthogs_own_sdk_sends_events_and_identifies(site: Site, compress: bool) -> None:
    failures: list[Any] = []
    client = Posthog(
        site.public_key,
        host=str(site.http.base_url),
        gzip=compress,
        on_error=lambda error, _: failures.append(error),
    )
    visitor, anonymous = f"ada-{compress:d}", f"anon-{compress:d}"
    client.capture(
        "widget_displayed",
        distinct_id=anonymous,
        properties={"$current_url": "https://capture.example/pricing/?q=1", "plan": "pro"},
    )
    client.capture(
        "$identify",
        distinct_id=visitor,
        properties={"$anon_distinct_id": anonymous, "$set": {"email": f"{visitor}@example.com"}},
    )
    client.capture("widget_opened", distinct_id=visitor)
    client.set(distinct_id=visitor, properties={"name": "Ada Lovelace"})
    client.shutdown()

    assert failures == []
    names = [row[0] for row in site.events_of(visitor)]
    assert sorted(names) == ["$identify", "$set", "widget_displayed", "widget_opened"]
    displayed = next(row for row in site.events_of(anonymous) if row[0] == "widget_displayed")
    assert displayed[2:4] == ("/pricing", True)
    assert displayed[4]["plan"] == "pro"
    [(email, name, is_bot)] = site.rows(
        "select email, name, is_bot from public.visitors v join public.visitor_ids i"
        " on (i.site_domain, i.visitor_id) = (v.site_domain, v.id) where i.distinct_id = %s",
        visitor,
    )
    assert (email, name, is_bot) == (f"{visitor}@example.com", "Ada Lovelace", False)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_takes_single_events_lists_and_batches(site: Site, path: str) -> None:
    single = {**event(), "api_key": site.public_key}
    listed = {**event(), "properties": {"token": site.public_key}}
    for body in (single, [listed], {"api_key": site.public_key, "batch": [event()]}):
        answer = site.http.post(path, json=body)
        assert answer.status_code == 200
        assert answer.json()["status"] == 1
        assert answer.json()["stored"] == 1
    assert [row[0] for row in site.events_of(single["distinct_id"])] == ["widget_displayed"]
    assert len(site.events_of(listed["distinct_id"])) == 1


def test_posthog_js_forms(site: Site) -> None:
    def packed(sent: dict[str, Any]) -> bytes:
        return orjson.dumps([{**sent, "properties": {"token": site.public_key}}])

    fetched, form, beacon, got = event(), event(), event(), event()
    answers = [
        site.http.post(
            "/e/?compression=gzip-js&ver=1.200.0&_=1",
            content=gzip.compress(packed(fetched)),
            headers={"Content-Type": "text/plain"},
        ),
        site.http.post(
            "/e/?compression=base64",
            content="data=" + quote(base64.b64encode(packed(form))),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
        site.http.get("/e/", params={"data": base64.b64encode(packed(got)).decode()}),
    ]
    assert [answer.json()["stored"] for answer in answers] == [1, 1, 1]
    silent = site.http.post(
        "/e/?beacon=1",
        content=b"data=" + base64.b64encode(packed(beacon)),
        headers={"Content-Type": "text/plain"},
    )
    assert (silent.status_code, silent.content) == (204, b"")
    for sent in (fetched, form, beacon, got):
        [(_, uuid, *_)] = site.events_of(sent["distinct_id"])
        assert uuid == sent["uuid"]


def test_any_site_may_send(site: Site) -> None:
    preflight = site.http.options(
        "/e/",
        headers={
            "Origin": "https://capture.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    for answer in (site.send(event()), site.http.post("/e/", content=b"{")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    agent = site.http.patch("/agent/v1/conversations/x", headers={"Origin": "https://a.example"})
    assert "access-control-allow-origin" not in agent.headers


def test_a_browsers_device_country_less_and_hashed_address(site: Site) -> None:
    visitor = event()
    site.http.post(
        "/e/", json={**visitor, "api_key": site.public_key}, headers={"Accept-Language": "fr-FR"}
    )
    [row] = site.rows(
        "select device_type, browser, os, v.language, v.is_bot from public.visitors v"
        " join public.visitor_ids i on (i.site_domain, i.visitor_id) = (v.site_domain, v.id)"
        " where i.distinct_id = %s",
        visitor["distinct_id"],
    )
    assert row == ("desktop", "Chrome", "Windows", "fr", False)
    assert not site.rows("select from public.events where properties::text like '%%127.0.0.1%%'")


@pytest.mark.parametrize(
    ("user_agent", "counts"),
    [
        (CHROME, True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", False),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0.0.0 Safari/537.36", False),
    ],
)
def test_bots_are_stored_and_not_counted(site: Site, user_agent: str, counts: bool) -> None:
    visitor = event()
    site.http.post(
        "/e/", json={**visitor, "api_key": site.public_key}, headers={"User-Agent": user_agent}
    )
    [(*_, counted, _)] = site.events_of(visitor["distinct_id"])
    assert counted is counts
