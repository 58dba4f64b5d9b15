"""Takes the pictures of the guide to privacy.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_privacy
"""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from .browser import chromium
from .pages import sign_in
from .product import Product, make_domain, running_product
from .screenshot import DESK, PHONE, PICTURES, open_page, take
from .test_privacy import RANGE, make_visitor
from .traffic import MINE, OTHERS


def photograph(browser: Browser, product: Product, email: str, theme: str, *, phone: bool) -> None:
    """The dialog before an erasure, and the page after it."""
    visitor, _ = make_visitor(product, email)
    suffix = ("-phone" if phone else "") + ("-dark" if theme == "dark" else "")
    page = open_page(browser, product.url, PHONE if phone else DESK, theme)
    page.goto("/sign-in?next=/privacy")
    sign_in(page, "admin@admin.com", "admin")
    expect(page.get_by_role("heading", name="Privacy", exact=True)).to_be_visible()
    page.goto(f"/visitors/{MINE}/{visitor}?{RANGE}&tab=privacy")
    page.get_by_role("button", name="Erase this visitor").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type").fill("erase")
    take(page, f"privacy-erase{suffix}")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog).to_have_count(0)
    page.goto("/privacy?domain=all")
    expect(page.get_by_role("region", name="Receipts")).to_be_visible()
    take(page, f"privacy{suffix}")
    page.close()


def main() -> None:
    """On a desk; dark and on a phone are for looking at, and not part of the guide."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, running_product() as product:
        with product.connect() as connection:
            for domain, name in ((MINE, "AB Tasty"), (OTHERS, "Northwind")):
                make_domain(connection, domain, name, "Europe/Paris")
            connection.execute("select private.set_retention(%s, 365)", [MINE])
        for email, theme, phone in (
            ("jane.doe@client.example", "light", False),
            ("john.doe@client.example", "dark", False),
            ("ann.doe@client.example", "light", True),
        ):
            photograph(browser, product, email, theme, phone=phone)


if __name__ == "__main__":
    main()
