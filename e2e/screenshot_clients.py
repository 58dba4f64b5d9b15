"""Takes the pictures of the clients' guide over a few clients with some traffic.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_clients
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from playwright.sync_api import Browser, Page, ViewportSize, expect

from .browser import chromium
from .pages import sign_in
from .product import Product, running_product
from .screenshot import DESK, PHONE, PICTURES, open_page, take

ADMIN = "admin@admin.com"
SITES = (
    ("Northwind Traders", "northwind-traders.com", "America/New_York", 9),
    ("Northwind Traders", "northwind-shop.fr", "Europe/Paris", 3),
    ("Acme Robotics", "acme-robotics.de", "Europe/Berlin", 6),
)
SITE = SITES[0][1]


def fill(product: Product) -> None:
    """Three websites of two clients, with a month of conversations and a key that was replaced."""
    random = Random(7)  # noqa: S311 - the same picture each time
    now = datetime.now(UTC)
    with product.connect() as connection:
        for organization, domain, timezone, busy in SITES:
            name = domain.split(".", maxsplit=1)[0].replace("-", " ").title()
            connection.execute(
                "select private.create_domain(%s, %s, %s, %s)",
                [domain, name, timezone, organization],
            )
            for kind, label in (("public", "Widget"), ("secret", "Agent backend")):
                connection.execute("select private.mint_key(%s, %s, %s)", [domain, kind, label])
            for day in range(30):
                for number in range(random.randint(0, busy)):
                    at = now - timedelta(days=day, hours=random.randint(0, 5))
                    told = {
                        "distinct_id": f"visitor{random.randint(1, 99)}",
                        "started_at": at.isoformat(),
                    }
                    connection.execute(
                        "select private.put_conversation(%s, %s, %s)",
                        [domain, UUID(int=random.getrandbits(128)), json.dumps(told)],
                    )
                    event = {
                        "uuid": str(UUID(int=random.getrandbits(128))),
                        "name": "widget_displayed",
                        "distinct_id": f"visitor{number}{day}",
                        "session_id": f"session{number}{day}",
                        "occurred_at": at.isoformat(),
                        "page": "/",
                    }
                    connection.execute(
                        "select private.capture_events(%s, %s)", [domain, json.dumps([event])]
                    )
        connection.execute(
            "select private.rotate_key(site_domain, id, now() + interval '6 days 21 hours')"
            " from public.domain_keys where site_domain = %s and kind = 'public'",
            [SITE],
        )
        connection.execute(
            "update public.domain_keys set last_used_at = now() - interval '3 minutes'"
            " where site_domain = %s",
            [SITE],
        )


def opened(browser: Browser, url: str, size: ViewportSize) -> Page:
    """The list of clients, signed in."""
    page = open_page(browser, url, size)
    page.goto("/sign-in?next=/clients")
    sign_in(page, ADMIN, "admin")
    expect(page.get_by_role("list", name="Websites of Northwind Traders")).to_be_visible()
    return page


def main() -> None:
    """On a desk and on a phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, running_product() as product:
        fill(product)
        for size, device in ((DESK, ""), (PHONE, "-phone")):
            page = opened(browser, product.url, size)
            take(page, f"clients{device}")
            page.goto(f"/clients/{SITE}?tab=keys")
            expect(page.get_by_role("region", name="Hand over")).to_be_visible()
            take(page, f"client-keys{device}")
            page.close()


if __name__ == "__main__":
    main()
