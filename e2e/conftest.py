"""One server with known traffic for the whole run; a watch over every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from .browser import REPORT_VIOLATIONS, Watch, chromium
from .pages import sign_in
from .product import PASSWORDS, Product, running_product
from .traffic import send_everything

PATIENCE_MS = 15_000
ADMIN, USER = PASSWORDS


class OpenPage(Protocol):
    """Opens a page as `who`, or signed out; with options, in a context of its own."""

    def __call__(self, who: str | None = None, **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The running product with the known traffic in it."""
    with running_product() as running:
        send_everything(running)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def session_of(product: Product, browser: Browser) -> Callable[[str], StorageState]:
    """What a browser keeps of a user who signed in with the form; each signs in once."""
    kept: dict[str, StorageState] = {}

    def session(who: str) -> StorageState:
        if who not in kept:
            context = browser.new_context(base_url=product.url)
            page = context.new_page()
            page.goto("/sign-in")
            sign_in(page, who, PASSWORDS[who])
            expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
            kept[who] = context.storage_state()
            context.close()
        return kept[who]

    return session


@pytest.fixture(scope="session")
def shared_contexts() -> Iterator[dict[str, BrowserContext]]:
    """One context of each user, so that not every test loads the application anew."""
    contexts: dict[str, BrowserContext] = {}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def watch(product: Product) -> Watch:
    """What the pages of this test do wrong."""
    return Watch(product.url)


@pytest.fixture
def open_page(
    product: Product,
    browser: Browser,
    session_of: Callable[[str], StorageState],
    shared_contexts: dict[str, BrowserContext],
    watch: Watch,
) -> Iterator[OpenPage]:
    """Gives pages; when the test ends, none of them may have done anything wrong."""
    own: list[BrowserContext] = []
    pages: list[Page] = []

    def make(who: str | None, options: dict[str, Any]) -> BrowserContext:
        context = browser.new_context(
            **{
                "base_url": product.url,
                "locale": "en-US",
                # Far from every domain's timezone: days must not be the browser's.
                "timezone_id": "America/Los_Angeles",
                "color_scheme": "light",
                "reduced_motion": "reduce",
                "viewport": {"width": 1440, "height": 900},
                "storage_state": session_of(who) if who else None,
                **options,
            }
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_VIOLATIONS)
        return context

    def open_one(who: str | None = None, **options: Any) -> Page:
        if who is None or options:
            context = make(who, options)
            own.append(context)
        else:
            context = shared_contexts.get(who) or make(who, {})
            shared_contexts[who] = context
        page = context.new_page()
        watch.over(page)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.close()
    for context in own:
        context.close()
    assert watch.unexpected() == []
