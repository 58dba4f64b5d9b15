"""A browser that is signed in to the backoffice, on a client's website."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from .browser import executable, sandbox
from .conftest import ADMIN
from .pages import sign_in
from .product import PASSWORDS, Product
from .traffic import CHROME, MINE

LOCALHOST = (
    "update public.domain_hosts set environment = %s where site_domain = %s and host = 'localhost'"
)


@contextmanager
def website(html: str) -> Iterator[str]:
    """Another site than the backoffice: by name, not by address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{server.server_address[1]}/pricing"
        finally:
            server.shutdown()


@pytest.fixture(scope="module")
def page_of_client(product: Product) -> Iterator[str]:
    """Its address."""
    with product.connect() as connection:
        key = connection.execute(
            "select key from private.mint_key(%s, 'public')", [MINE]
        ).fetchone()
        connection.execute(LOCALHOST, ["production", MINE])
    assert key
    script = f'<script async src="{product.url}/widget/v1/rose.js" data-rose-key="{key[0]}">'
    with website(f"<!doctype html><title>Prices</title><h1>Prices</h1>{script}</script>") as url:
        yield url
    with product.connect() as connection:
        connection.execute(LOCALHOST, ["development", MINE])


@pytest.fixture
def person(browser: Browser, product: Product, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser that sends cookies to third parties, as Chrome does and Debian's Chromium may."""
    allowed = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps(allowed))
    context = browser.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=executable(),
        args=sandbox(),
        base_url=product.url,
        user_agent=CHROME,
    )
    yield context
    context.close()


@pytest.mark.parametrize(("who", "counted"), [(ADMIN, False), (None, True)])
def test_who_is_signed_in_is_not_counted(
    person: BrowserContext, product: Product, page_of_client: str, who: str | None, counted: bool
) -> None:
    page = person.new_page()
    if who:
        page.goto("/sign-in")
        sign_in(page, who, PASSWORDS[who])
        expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    with page.expect_response(lambda answer: "/batch/" in answer.url) as sent:
        page.goto(page_of_client)
    assert sent.value.ok
    visitor = sent.value.request.post_data_json["batch"][0]["distinct_id"]
    with product.connect() as connection:
        found = connection.execute(
            "select distinct v.is_internal, e.counts from public.events e"
            " join public.visitors v on v.site_domain = e.site_domain and v.id = e.visitor_id"
            " join public.visitor_ids i on i.site_domain = e.site_domain and i.visitor_id = v.id"
            " where e.site_domain = %s and i.distinct_id = %s",
            [MINE, visitor],
        ).fetchall()
    assert found == [(not counted, counted)]
