"""Takes the pictures of the guide to AI Sections, over a few that two people work on.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_sections
"""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Browser, Page, ViewportSize, expect

from .browser import chromium
from .pages import sign_in
from .product import Product, make_domain, running_product
from .screenshot import DESK, PHONE, PICTURES, open_page, take
from .traffic import MINE

ADMIN, USER = "admin@admin.com", "user@user.com"
PRICES = {
    "title": "Questions about our prices",
    "layout": "list",
    "questions": [
        {"id": "q1", "text": "What does it cost for a team of ten?"},
        {"id": "q2", "text": "Is there a free trial?"},
        {"id": "q3", "text": "Which plan includes server-side tests?"},
    ],
    "search_bar": {"enabled": True, "placeholder": "Ask anything about prices"},
    "colors": {
        "background": "#eef4ff",
        "text": "#14213d",
        "accent": "#1d4ed8",
        "accent_text": "#ffffff",
    },
    "custom_css": ".rose-title { letter-spacing: -0.02em; }\n"
    ".rose-question { border-radius: 6px; background: url(/paper.png); }\n",
    "urls": {"include": ["/pricing*"], "exclude": ["/pricing/old"]},
}
TOUR = {
    "title": "See what the product does",
    "layout": "cards",
    "questions": [{"text": text} for text in ("How does a test work?", "What about flicker?")],
}
HELP = {"title": "Need a hand?", "layout": "chips", "questions": [{"text": "Where do I begin?"}]}


def make_sections(product: Product) -> str:
    """Three sections; the first has a few versions. Its id."""
    with product.connect() as connection:
        make_domain(connection, MINE, "AB Tasty", "Europe/Paris")
    with product.signed_in(ADMIN) as admin, product.signed_in(USER) as user:

        def call(client: httpx.Client, method: str, path: str, body: dict[str, Any]) -> Any:
            address = f"{product.url}/content/v1/sections/{MINE}{path}"
            answer = client.request(method, address, json=body)
            answer.raise_for_status()
            return answer.json()["section"]

        for slug, content in (("prices", PRICES), ("tour", TOUR), ("help", HELP)):
            call(user, "POST", "", {"slug": slug, "content": content})
        found = user.get("/ai_sections?select=id&order=position").json()
        first, second, _ = (row["id"] for row in found)
        call(user, "POST", f"/{first}/publish", {"version": 1})
        call(admin, "POST", f"/{second}/publish", {"version": 1})
        for version, client, changed in (
            (1, admin, {"layout": "cards"}),
            (2, user, {"layout": "list", "title": "Your questions about prices"}),
        ):
            body = {"version": version, "slug": "prices", "content": PRICES | changed}
            call(client, "PUT", f"/{first}", body)
    return str(first)


def open_editor(page: Page, section: str) -> None:
    """The editor with its preview drawn and its CSS looked at."""
    page.goto(f"/sections/{MINE}/{section}")
    expect(page.get_by_role("list", name="Left out of the CSS")).to_be_visible()
    preview = page.frame_locator('iframe[title="Preview of the section"]')
    expect(preview.get_by_role("heading")).to_be_visible()


def photograph(browser: Browser, url: str, section: str, size: ViewportSize, suffix: str) -> None:
    """The list, the editor and the history."""
    page = open_page(browser, url, size)
    page.goto("/sign-in?next=/sections")
    sign_in(page, USER, "user")
    expect(page.get_by_role("list", name="Sections of AB Tasty")).to_be_visible()
    if size == DESK:
        take(page, f"sections{suffix}")
    open_editor(page, section)
    if size == DESK:
        page.get_by_label("Does this URL show it?").fill("/pricing/plans")
        page.get_by_label("Title").scroll_into_view_if_needed()
    take(page, f"section{suffix}")
    if size == DESK:
        page.get_by_role("tab", name="History").click()
        expect(page.get_by_role("region", name="Differences")).to_be_visible()
        take(page, "section-history")
    page.close()


def main() -> None:
    """On a desk and on a phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, running_product() as product:
        section = make_sections(product)
        for size, suffix in ((DESK, ""), (PHONE, "-phone")):
            photograph(browser, product.url, section, size, suffix)


if __name__ == "__main__":
    main()
