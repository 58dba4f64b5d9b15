"""Who may read the local mailbox, and what its pages may do."""

from __future__ import annotations

import anyio
import httpx
import pytest

from backoffice.app import create_app
from backoffice.mail import Mail, make_mailer
from backoffice.settings import Settings
from backoffice.stack.runtime import make_state
from support.server import TestServer


def put(settings: Settings, mail: Mail) -> None:
    mailer = make_mailer(settings)
    assert mailer is not None
    anyio.run(mailer.send, mail)


def test_a_person_reads_what_was_sent(server: TestServer) -> None:
    hostile = "<script>alert(1)</script>"
    letter = Mail("ada@example.com", f"Hi {hostile}", f"{hostile} http://x.test/?a=1&b=2", hostile)
    put(server.state.settings, letter)
    page = httpx.get(f"{server.url}/mailbox")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert '<a href="http://x.test/?a=1&amp;b=2" target="_blank" rel="noopener">' in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"

    listed = httpx.get(f"{server.url}/mailbox", headers={"Accept": "application/json"}).json()
    assert listed[0]["links"] == ["http://x.test/?a=1&b=2"]
    opened = httpx.get(f"{server.url}/mailbox/{listed[0]['id']}")
    assert "<script" not in opened.text
    assert opened.headers["content-security-policy"] == policy
    shown = httpx.get(f"{server.url}/mailbox/{listed[0]['id']}/html")
    assert hostile in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert policy.endswith("sandbox allow-popups allow-popups-to-escape-sandbox")
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example:80"},
        {"X-Forwarded-For": "203.0.113.5"},
        {"Forwarded": "for=203.0.113.5"},
        {"Via": "1.1 proxy"},
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/mailbox",
        "/mailbox/00000000000000000000-00000000",
        "/mailbox/00000000000000000000-00000000/html",
    ],
)
def test_who_is_not_plainly_at_the_machine_finds_nothing(
    server: TestServer, headers: dict[str, str], path: str
) -> None:
    assert httpx.get(f"{server.url}{path}", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("given", "peer"),
    [
        ({}, "203.0.113.5"),
        ({"host": "0.0.0.0"}, "127.0.0.1"),  # noqa: S104
        ({"public_url": "https://backoffice.example.com"}, "127.0.0.1"),
        ({"smtp_host": "mail.example.com", "mail_from": "a@example.com"}, "127.0.0.1"),
    ],
)
async def test_a_deployment_has_no_mailbox(
    server: TestServer, given: dict[str, str], peer: str
) -> None:
    database = server.database
    settings = database.cluster.settings.model_copy(update=given)
    app = create_app(make_state(settings, server.keys, database.address))
    transport = httpx.ASGITransport(app, client=(peer, 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/mailbox")).status_code == 404
