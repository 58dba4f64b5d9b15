"""What nobody sends by mistake: refused in words, at once, and in nobody else's way."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backoffice.stack.processes import wait_until
from support.database import TestDatabase
from support.server import TestServer

SITE = "abtasty.com"
CONFIGS = f"/content/v1/domains/{SITE}/configs"
AGENT = f"/content/v1/domains/{SITE}/agents/website_agent"
IMPORT = f"/content/v1/domains/{SITE}/import"
SECTIONS = f"/content/v1/sections/{SITE}"
FILE = {"format": "client-backoffice/configuration", "format_version": 1, "site_domain": SITE}


@pytest.fixture(scope="module")
def admin(server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("admin@admin.com", "admin") as client:
        yield client


@pytest.fixture(scope="module")
def user(server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("user@user.com", "user") as client:
        yield client


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text[:500]
    body: dict[str, Any] = answer.json()
    assert body["message"]
    return body


@pytest.mark.parametrize("version", [-1, 2**31, 10**18])
def test_versions_that_cannot_be(admin: httpx.Client, version: int) -> None:
    body = {"version": version, "enabled": None}
    assert refused(admin.put(f"{CONFIGS}/ctas", json=body), 422)["field"] == "version"
    body = {"version": version, "enabled": True, "reason": "Back"}
    assert refused(admin.put(AGENT, json=body), 422)["field"] == "version"
    refused(admin.post(f"{CONFIGS}/ctas/revert", json={"version": 1, "to": 2**31 - 1}), 422)


@pytest.mark.parametrize("before", ["10000000000", "1" + "0" * 5000, "0", "-1", "²"])
def test_pages_that_cannot_be(user: httpx.Client, before: str) -> None:
    refused(user.get(f"{CONFIGS}/ctas/history", params={"before": before}), 422)


def test_a_reason_that_cannot_be_kept(admin: httpx.Client) -> None:
    body = {"version": 0, "enabled": True, "reason": "a\0b"}
    told = refused(admin.put(AGENT, json=body), 422)
    assert (told["field"], told["message"]) == ("reason", "It contains control characters.")


def test_an_export_of_websites_that_cannot_be(user: httpx.Client) -> None:
    refused(user.get("/export/v1/conversations.csv?domains=%00"), 422)


@pytest.mark.parametrize("who", ["admin", "user"])
def test_a_file_of_very_many_configurations(
    who: str, admin: httpx.Client, user: httpx.Client
) -> None:
    content = json.dumps({**FILE, "configs": {str(number): 1 for number in range(200_000)}})
    began = time.perf_counter()
    answer = (admin if who == "admin" else user).post(IMPORT, content=content)
    took = time.perf_counter() - began
    told = refused(answer, 422 if who == "admin" else 403)
    assert told["code"] == ("invalid_input" if who == "admin" else "staff_only")
    # Each of them was looked at before: five seconds in which nobody else was answered.
    assert took < 2
    assert len(answer.content) < 1000


def test_very_many_unknown_fields(user: httpx.Client) -> None:
    body = {"version": 1, **{f"f{number}": 1 for number in range(50_000)}}
    assert len(user.put(f"{CONFIGS}/ctas", json=body).content) < 1000
    body = {"version": 1, **{f"f{number}": 1 for number in range(150)}}
    assert len(refused(user.put(f"{CONFIGS}/ctas", json=body), 422)["errors"]) == 50


def section(**changed: Any) -> dict[str, Any]:
    return {"slug": "hostile", "content": {"title": "Hostile", **changed}}


def test_css_that_grows_when_it_is_cleaned(user: httpx.Client) -> None:
    css = "a," * 9_990 + "a{color:red}"
    told = refused(user.post(SECTIONS, json=section(custom_css=css)), 422)
    assert told["field"] == "content.custom_css"
    assert "40,000 characters" in told["message"]


@pytest.mark.parametrize("pattern", ['/"' * 250, "/\\" * 250])
def test_addresses_that_no_page_has(user: httpx.Client, pattern: str) -> None:
    told = refused(user.post(SECTIONS, json=section(urls={"include": [pattern]})), 422)
    assert told["field"] == "content.urls.include.0"


def test_no_more_than_200_sections_by_way_of_the_archive(
    database: TestDatabase, user: httpx.Client
) -> None:
    made = user.post(SECTIONS, json=section())
    assert made.status_code == 201, made.text
    one = f"{SECTIONS}/{made.json()['section']['id']}"
    assert user.post(f"{one}/archive").status_code == 200
    with database.connect("postgres") as owner:
        # As the one that was put away, 200 times.
        owner.execute(
            "insert into public.ai_sections (site_domain, slug, position, title, questions,"
            " search_bar, layout, colors, custom_css, urls) select site_domain, 'full-' || n, n,"
            " title, questions, search_bar, layout, colors, custom_css, urls"
            " from public.ai_sections, generate_series(1, 200) as n where slug = 'hostile'"
        )
        assert "has 200 sections" in refused(user.post(f"{one}/restore"), 409)["message"]
        owner.execute("delete from public.ai_sections where slug = 'full-7'")
        assert user.post(f"{one}/restore").status_code == 200
        owner.execute("delete from public.ai_sections where slug like 'full-%%'")


def test_pages_are_told_that_their_key_is_nobodys(server: TestServer) -> None:
    """Else a browser takes it for an outage, and the page keeps what it shows."""
    answer = httpx.get(
        f"{server.url}/widget/v1/rose_pk_nobody/config.json",
        headers={"Origin": "https://www.abtasty.com"},
    )
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_changed_timezone_reaches_the_widget(database: TestDatabase, server: TestServer) -> None:
    with database.connect("postgres") as owner:
        row = owner.execute(
            "select public_key from public.domain_keys where site_domain = %s and kind = 'public'",
            [SITE],
        ).fetchone()
        assert row is not None
        address = f"{server.url}/widget/v1/{row[0]}/config.json"
        assert httpx.get(address).json()["timezone"] == "Europe/Paris"
        owner.execute(
            "update public.domains set timezone = 'Asia/Tokyo' where site_domain = %s", [SITE]
        )
        assert wait_until(lambda: httpx.get(address).json()["timezone"] == "Asia/Tokyo", 1.0)
