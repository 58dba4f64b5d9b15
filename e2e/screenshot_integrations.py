"""Takes the pictures of the integrations' guide, beside the stand-in for HubSpot.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_integrations
"""

from __future__ import annotations

import sys
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect

from backoffice.demo.hubspot.account import RefusalError
from backoffice.demo.hubspot.site import DemoHubSpot

from .browser import chromium
from .pages import sign_in
from .screenshot import DESK, PHONE, PICTURES, open_page, take
from .traffic import MINE
from .with_hubspot import running_with_hubspot

PATIENCE = 60_000
REFUSED = "camille0@galerieslafayette.example"


def opened(
    browser: Browser, url: str, size: ViewportSize, scheme: Literal["light", "dark"] = "light"
) -> Page:
    """The page, signed in."""
    page = open_page(browser, url, size, scheme)
    page.goto(f"/sign-in?next=/integrations?domain={MINE}")
    sign_in(page, "admin@admin.com", "admin")
    expect(page.get_by_role("region", name="HubSpot")).to_be_visible()
    return page


def work(page: Page, hubspot: DemoHubSpot) -> None:
    """Connect, look at a dry run, sync, with one record refused; then the sales team works."""
    hubspot.account.refused[REFUSED] = RefusalError(
        "VALIDATION_ERROR", "This address is on the account's block list", "email"
    )
    page.get_by_role("button", name="Connect HubSpot").click()
    page.get_by_role("button", name="Connect app").click()
    runs = page.get_by_role("list", name="Runs").get_by_role("listitem")
    for button, told in (("Dry run", "would be created"), ("Sync now", "1 failed")):
        page.get_by_role("button", name=button).click()
        expect(runs.first).to_contain_text(told, timeout=PATIENCE)
        expect(page.get_by_role("button", name="Sync now")).to_be_enabled(timeout=PATIENCE)
    hubspot.work()
    page.get_by_role("button", name="Sync now").click()
    expect(runs.first).to_contain_text("read", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Sync now")).to_be_enabled(timeout=PATIENCE)


def photograph(page: Page, suffix: str) -> None:
    """Runs, failed records, mapping."""
    expect(page.get_by_role("list", name="Runs")).to_be_visible()
    take(page, f"integrations{suffix}")
    for tab, name in (("Failed records (1)", "failures"), ("What goes where", "mapping")):
        page.get_by_role("tab", name=tab).click()
        marks = {"failures": "This address is on", "mapping": "Camille"}
        expect(page.get_by_text(marks[name]).first).to_be_visible()
        take(page, f"integrations-{name}{suffix}")


def main() -> None:
    """On a desk and on a phone; `dark` as an argument, in the dark too."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, running_with_hubspot() as (product, hubspot):
        page = opened(browser, product.url, DESK)
        work(page, hubspot)
        page.reload()
        photograph(page, "")
        photograph(opened(browser, product.url, PHONE), "-phone")
        if "dark" in sys.argv[1:]:
            photograph(opened(browser, product.url, DESK, "dark"), "-dark")
            page.goto(f"/accounts?domain={MINE}&from=2026-01-01&to=2026-12-31")
            page.get_by_role("link", name="Decathlon").first.click()
            expect(page.get_by_label("In HubSpot")).to_be_visible()
            take(page, "integrations-account")


if __name__ == "__main__":
    main()
