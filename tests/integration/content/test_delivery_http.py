"""What websites and agents download: whole, safe, cached, and never older than a second."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backoffice.stack.processes import wait_until
from support.database import TestDatabase
from support.server import TestServer

SITE = "abtasty.com"
HOST = "https://www.abtasty.com"


@pytest.fixture(scope="module")
def key(database: TestDatabase) -> str:
    with database.connect("postgres") as connection:
        row = connection.execute(
            "select public_key from public.domain_keys where site_domain = %s and kind = 'public'",
            [SITE],
        ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="module")
def secret(database: TestDatabase) -> str:
    with database.connect("postgres") as connection:
        row = connection.execute(
            "select key from private.mint_key(%s, 'secret', 'Agent')", [SITE]
        ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="module")
def admin(server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("admin@admin.com", "admin") as client:
        yield client


@pytest.fixture
def visitor(server: TestServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as client:
        yield client


def save(admin: httpx.Client, slug: str, **body: Any) -> None:
    address = f"/content/v1/domains/{SITE}/configs/{slug}"
    rows = admin.post("/rest/v1/rpc/get_configuration", json={"p_site_domain": SITE}).json()
    version = next(row["site_version"] for row in rows if row["config_slug"] == slug)
    answer = admin.put(address, json={"version": version, **body})
    assert answer.status_code == 200, answer.text


def download(client: httpx.Client, key: str, **headers: str) -> httpx.Response:
    return client.get(f"/widget/v1/{key}/config.json", headers=headers)


def until(client: httpx.Client, key: str, holds: Any) -> None:
    """Within the second that a cache may be behind."""
    assert wait_until(lambda: holds(download(client, key).json()), 1.0), "older than a second"


def test_the_widget_gets_what_it_needs_and_no_more(
    visitor: httpx.Client, admin: httpx.Client, key: str
) -> None:
    save(admin, "prompts", config={"system_prompt": "Between us."})
    save(admin, "forms", config=form(notify=["sales@abtasty.com"], webhook_secret="hush-hush"))
    until(visitor, key, lambda body: body["config"]["forms"]["title"] == "Contact")
    body = download(visitor, key).json()
    assert set(body) == {"version", "site_domain", "timezone", "agents", "config", "sections"}
    assert (body["site_domain"], body["sections"]) == (SITE, [])
    assert body["timezone"] == "Europe/Paris"
    assert body["agents"] == {
        "website_agent": {"enabled": True},
        "lead_intelligence": {"enabled": True},
        "nurturing": {"enabled": False},
    }
    assert set(body["config"]) == {
        "identity",
        "appearance",
        "engagement",
        "display",
        "ctas",
        "forms",
        "skills",
        "analytics",
        "disclaimers",
    }
    assert body["config"]["appearance"]["colors"]["primary"] == "#1f3a5f"
    text = json.dumps(body)
    for hidden in ("Between us", "sales@abtasty.com", "hush-hush", "secret", "webhook", "notes"):
        assert hidden not in text


def form(**more: Any) -> dict[str, Any]:
    fields = [{"name": "email", "label": "E-mail", "type": "email"}]
    return {"title": "Contact", "fields": fields, **more}


def test_a_save_a_switch_and_a_published_section_arrive_within_a_second(
    visitor: httpx.Client, admin: httpx.Client, key: str
) -> None:
    versions = [download(visitor, key).json()["version"]]
    save(admin, "identity", config={"agent_name": "Ada"})
    until(visitor, key, lambda body: body["config"]["identity"]["agent_name"] == "Ada")
    versions.append(download(visitor, key).json()["version"])
    save(admin, "ctas", enabled=False)
    until(visitor, key, lambda body: "ctas" not in body["config"])
    versions.append(download(visitor, key).json()["version"])
    answer = admin.put(
        f"/content/v1/domains/{SITE}/agents/website_agent",
        json={"version": 0, "enabled": False, "reason": "Test"},
    )
    assert answer.status_code == 200
    until(visitor, key, lambda body: not body["agents"]["website_agent"]["enabled"])
    versions.append(download(visitor, key).json()["version"])
    content = {"title": "Prices", "questions": [{"text": "How much?"}], "layout": "list"}
    made = admin.post(
        f"/content/v1/sections/{SITE}", json={"slug": "prices", "content": content}
    ).json()["section"]
    address = f"/content/v1/sections/{SITE}/{made['id']}/publish"
    published = admin.post(address, json={"version": made["version"]})
    assert published.status_code == 200, published.text
    until(visitor, key, lambda body: [s["slug"] for s in body["sections"]] == ["prices"])
    versions.append(download(visitor, key).json()["version"])
    address = "/content/v1/global/configs/display"
    assert admin.put(address, json={"version": 0, "config": {"delay": 7}}).status_code == 200
    until(visitor, key, lambda body: body["config"]["display"]["delay"] == 7)
    versions.append(download(visitor, key).json()["version"])
    assert len(set(versions)) == len(versions)


def test_a_lost_notification_is_made_up_for(
    visitor: httpx.Client, database: TestDatabase, key: str
) -> None:
    download(visitor, key)
    with database.connect("postgres") as owner:
        # As replication or a restored dump would write: no trigger, hence no notification.
        owner.execute("insert into private.content_changes (site_domain) values (%s)", [SITE])
        owner.execute("alter table public.client_configs disable trigger user")
        owner.execute(
            'update public.client_configs set config = \'{"agent_name": "Eve"}\''
            " where site_domain = %s and config_slug = 'identity'",
            [SITE],
        )
        owner.execute("alter table public.client_configs enable trigger user")
        owner.execute("insert into private.content_changes (site_domain) values (%s)", [SITE])
    until(visitor, key, lambda body: body["config"]["identity"]["agent_name"] == "Eve")


def test_pages_of_the_websites_own_hosts_alone_may_read_it(visitor: httpx.Client, key: str) -> None:
    for origin in (
        HOST,
        "https://abtasty.com",
        "https://staging.abtasty.com",
        "http://localhost:8080",
    ):
        answer = download(visitor, key, Origin=origin)
        assert answer.headers["access-control-allow-origin"] == origin
        assert "Origin" in answer.headers["vary"]
    for origin in ("https://evil.example", "https://abtasty.com.evil.example", "null", "https://["):
        answer = download(visitor, key, Origin=origin)
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
        assert "Origin" in answer.headers["vary"]
    asked = {"Access-Control-Request-Method": "GET"}
    address = f"/widget/v1/{key}/config.json"
    allowed = visitor.options(address, headers={"Origin": HOST, **asked})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (204, HOST)
    foreign = visitor.options(address, headers={"Origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in foreign.headers


def test_nothing_is_sent_twice_that_a_browser_has(visitor: httpx.Client, key: str) -> None:
    first = download(visitor, key, **{"Accept-Encoding": "identity"})
    assert first.headers["cache-control"] == "public, max-age=10, stale-while-revalidate=50"
    assert "content-encoding" not in first.headers
    packed = download(visitor, key)
    assert packed.headers["content-encoding"] == "gzip" and packed.json() == first.json()
    for tag in (first.headers["etag"], f'"other", {first.headers["etag"]}', "*"):
        again = download(visitor, key, **{"If-None-Match": tag, "Origin": HOST})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["access-control-allow-origin"] == HOST
    assert download(visitor, key, **{"If-None-Match": '"other"'}).status_code == 200
    head = visitor.head(f"/widget/v1/{key}/config.json")
    assert (head.status_code, head.content) == (200, b"") and int(head.headers["content-length"])


def test_unknown_keys_and_other_methods_are_refused(
    visitor: httpx.Client, database: TestDatabase, key: str, secret: str
) -> None:
    for wrong in ("rose_pk_0", "x" * 300, secret, "%00"):
        answer = download(visitor, wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert visitor.post(f"/widget/v1/{key}/config.json").status_code == 405
    with database.connect("postgres") as owner:
        row = owner.execute(
            "select id, key from private.mint_key(%s, 'public', 'Old')", [SITE]
        ).fetchone()
        assert row is not None
        assert download(visitor, row[1]).status_code == 200
        owner.execute("select private.revoke_key(%s, %s)", [SITE, row[0]])
    assert wait_until(lambda: download(visitor, row[1]).status_code == 401, 2)


def test_the_agents_backend_gets_everything(
    visitor: httpx.Client, admin: httpx.Client, secret: str, key: str
) -> None:
    def ask(query: str = "", **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {secret}", **headers}
        return visitor.get(f"/agent/v1/config{query}", headers=sent)

    answer = ask()
    body = answer.json()
    assert body["config"]["prompts"]["system_prompt"] == "Between us."
    assert body["config"]["forms"]["webhook_secret"] == "hush-hush"
    assert body["config"]["system"]["limits"]["messages_per_minute"] == 12
    assert "qualification" in body["config"] and "agents" not in body["config"]
    assert body["agents"]["website_agent"]["reason"] == "Test"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "access-control-allow-origin" not in answer.headers
    assert ask(**{"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert visitor.get("/agent/v1/config").status_code == 401
    public = visitor.get("/agent/v1/config", headers={"Authorization": f"Bearer {key}"})
    assert public.status_code == 401
    assert ask("?agent=stranger").json()["field"] == "agent"


def test_who_downloaded_which_version_last_is_noted(
    visitor: httpx.Client, admin: httpx.Client, database: TestDatabase, key: str, secret: str
) -> None:
    def status() -> dict[str, dict[str, Any]]:
        rows = admin.post("/rest/v1/rpc/get_agent_status", json={"p_site_domain": SITE}).json()
        return {row["slug"]: row for row in rows}

    save(admin, "identity", config={"agent_name": "Zoe"})
    until(visitor, key, lambda body: body["config"]["identity"]["agent_name"] == "Zoe")
    visitor.get(
        "/agent/v1/config?agent=nurturing", headers={"Authorization": f"Bearer {secret}"}
    ).raise_for_status()
    current = download(visitor, key).json()["version"]

    def noted() -> bool:
        found = status()
        return (
            found["website_agent"]["fetched_version"],
            found["nurturing"]["fetched_version"],
        ) == (
            current,
            current,
        )

    assert wait_until(noted, 10)
    found = status()
    assert found["website_agent"]["current_version"] == current
    assert found["nurturing"]["last_activity_at"] == found["nurturing"]["fetched_at"] is not None
    assert found["lead_intelligence"]["fetched_version"] is None
    with database.connect("postgres") as owner:
        before = owner.execute("select fetched_at from public.config_fetches order by 1").fetchall()
        for _ in range(50):
            download(visitor, key)
        assert (
            before
            == owner.execute("select fetched_at from public.config_fetches order by 1").fetchall()
        )
