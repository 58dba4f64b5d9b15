"""Takes the pictures of the guide to users.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_users
"""

from __future__ import annotations

from playwright.sync_api import Browser, Page, ViewportSize, expect

from .accounts import service
from .browser import chromium
from .pages import sign_in
from .product import Product, make_domain, running_product
from .screenshot import DESK, PHONE, PICTURES, open_page, take
from .traffic import MINE, OTHERS

ADMIN = "admin@admin.com"
PEOPLE = [
    ("Ada Byron", "ada@abtasty.com", [MINE]),
    ("Grace Murray", "grace@northwind.example", [OTHERS]),
    ("Alan Mathison", "alan@abtasty.com", [MINE, OTHERS]),
    ("Edith Clarke", "edith@northwind.example", []),
]


def make_people(product: Product) -> None:
    """Colleagues in every state."""
    with product.connect() as connection, service(product) as admin:
        for domain, name in ((MINE, "AB Tasty"), (OTHERS, "Northwind")):
            make_domain(connection, domain, name, "Europe/Paris")
        for place, (name, email, domains) in enumerate(PEOPLE):
            made = admin.post(
                "/admin/users",
                json={
                    "email": email,
                    "email_confirm": place < 3,
                    "user_metadata": {"full_name": name},
                },
            ).json()
            for domain in domains:
                connection.execute(
                    "insert into public.user_domains values (%s, %s)", [made["id"], domain]
                )
            if place < 2:
                connection.execute(
                    "update auth.users set last_sign_in_at = now() - %s * interval '1 day'"
                    " where id = %s",
                    [place + 1, made["id"]],
                )
            if place == 2:
                connection.execute(
                    "update public.profiles set disabled_at = now() where id = %s", [made["id"]]
                )
            if place == 3:
                connection.execute(
                    "insert into public.invitations (user_id, sent_at, expires_at)"
                    " values (%s, now(), now() + interval '7 days')",
                    [made["id"]],
                )


def open_users(browser: Browser, url: str, size: ViewportSize, scheme: str) -> Page:
    page = open_page(browser, url, size, scheme)
    page.goto("/sign-in?next=/users")
    sign_in(page, ADMIN, "admin")
    expect(page.get_by_role("table", name="Users")).to_be_visible(timeout=20_000)
    return page


def photograph(browser: Browser, url: str, size: ViewportSize, scheme: str, suffix: str) -> None:
    """The list with somebody open, and on a desk the dialog and the banner."""
    page = open_users(browser, url, size, scheme)
    if size == PHONE:
        take(page, f"users-list{suffix}")
    page.get_by_role("table").get_by_role("link", name="Ada Byron").click()
    expect(page.get_by_role("button", name="View as this user")).to_be_visible()
    take(page, f"users{suffix}")
    if size == DESK:
        page.get_by_role("button", name="Invite", exact=True).click()
        expect(page.get_by_role("dialog", name="Invite somebody")).to_be_visible()
        take(page, f"users-invite{suffix}")
        page.keyboard.press("Escape")
    page.get_by_role("button", name="View as this user").click()
    page.get_by_role("button", name="Start viewing").click()
    banner = page.get_by_role("region", name="Viewing as somebody else")
    expect(banner).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Figures", exact=True)).to_be_visible(timeout=20_000)
    take(page, f"users-view{suffix}")
    banner.get_by_role("button", name="End the view").click()
    expect(banner).to_have_count(0)
    page.close()


def main() -> None:
    """On a desk, light and dark, and on a phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, running_product() as product:
        make_people(product)
        for size, scheme, suffix in (
            (DESK, "light", ""),
            (DESK, "dark", "-dark"),
            (PHONE, "light", "-phone"),
        ):
            photograph(browser, product.url, size, scheme, suffix)


if __name__ == "__main__":
    main()
