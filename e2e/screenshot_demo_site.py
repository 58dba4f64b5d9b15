"""Takes the pictures of the guide to the demonstration site: a section, and a conversation.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_demo_site
"""

from __future__ import annotations

from playwright.sync_api import Browser, Page, ViewportSize, expect

from .browser import chromium
from .product import running_product
from .screenshot import DESK, PHONE, PICTURES, take
from .screenshot_sections import make_sections
from .traffic import CHROME


def visit(browser: Browser, url: str, size: ViewportSize) -> Page:
    """The pricing page as a visitor sees it, its section drawn."""
    # A headless browser's own name is a robot's, whose visits do not count.
    page = browser.new_page(base_url=url, viewport=size, user_agent=CHROME)
    page.goto("/demo-site/pricing")
    expect(page.locator('[data-rose-section="prices"]').get_by_role("heading")).to_be_visible()
    return page


def ask(page: Page) -> None:
    """A question of the section, answered."""
    section = page.locator('[data-rose-section="prices"]')
    section.get_by_role("button", name="Is there a free trial?").click()
    chat = page.get_by_role("dialog", name="Rose")
    expect(chat.get_by_role("log")).to_contain_text("30 days")


def main() -> None:
    """Write the pictures."""
    with running_product() as product, chromium() as browser:
        make_sections(product)
        page = visit(browser, product.url, DESK)
        ask(page)
        page.locator('[data-rose-section="prices"]').scroll_into_view_if_needed()
        take(page, "demo-site")
        page.close()
        page = visit(browser, product.url, PHONE)
        page.locator('[data-rose-section="prices"]').scroll_into_view_if_needed()
        take(page, "demo-site-phone")
    print(f"Wrote {PICTURES}/demo-site*.png")


if __name__ == "__main__":
    main()
