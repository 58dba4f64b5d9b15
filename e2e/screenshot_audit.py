"""Takes the pictures of the audit log's guide over a few changes by several people.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_audit
"""

from __future__ import annotations

from playwright.sync_api import Browser, ViewportSize, expect

from .browser import chromium
from .pages import sign_in
from .product import Product, make_domain, running_product
from .screenshot import DESK, PHONE, PICTURES, open_page, take
from .traffic import MINE, OTHERS

ADMIN, USER = "admin@admin.com", "user@user.com"
FOUND = ["pricing, plans, cost", "flicker, snippet, load", "gdpr, cookies, consent"]


def make_changes(product: Product) -> None:
    """What a website's first day leaves in its log."""
    with product.connect() as connection:
        for domain, name in ((MINE, "AB Tasty"), (OTHERS, "Northwind")):
            make_domain(connection, domain, name, "Europe/Paris")
        topics = [
            str(row[0])
            for label in FOUND
            for row in connection.execute(
                "insert into public.topics (site_domain, label) values (%s, %s) returning id",
                [MINE, label],
            )
        ]
    with product.signed_in(ADMIN) as admin, product.signed_in(USER) as user:
        for client, topic, label in (
            (admin, topics[0], "Pricing"),
            (user, topics[1], "Flicker and speed"),
            (admin, topics[2], "Privacy"),
            (user, topics[0], "Prices and plans"),
        ):
            client.post(
                "/rpc/rename_topic",
                json={"p_site_domain": MINE, "p_topic_id": topic, "p_label": label},
            ).raise_for_status()


def photograph(browser: Browser, url: str, size: ViewportSize, suffix: str) -> None:
    """The log with its newest entry open."""
    page = open_page(browser, url, size)
    page.goto("/sign-in?next=/audit")
    sign_in(page, ADMIN, "admin")
    newest = page.get_by_role("list", name="Entries").get_by_role("listitem").first
    newest.locator("summary").click()
    expect(newest.get_by_role("table")).to_be_visible()
    take(page, f"audit{suffix}")
    page.close()


def main() -> None:
    """On a desk and on a phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, running_product() as product:
        make_changes(product)
        for size, suffix in (
            (DESK, ""),
            (PHONE, "-phone"),
        ):
            photograph(browser, product.url, size, suffix)


if __name__ == "__main__":
    main()
