"""Clients: made, handed over, given new keys without a gap, moved, archived, restored."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from backoffice.stack.processes import wait_until

from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .product import Product

AT_ONCE = 5.0


def switcher_offers(page: Page, domain: str) -> bool:
    """Whether the domain switcher has it, without a reload."""
    page.get_by_role("button", name=re.compile("^Domain:")).click()
    page.get_by_label("Search domains").fill(domain)
    expect(page.get_by_role("option").or_(page.get_by_text("No domain matches"))).to_be_visible()
    found = page.get_by_role("option", name=domain).count() > 0
    page.keyboard.press("Escape")
    return found


def capture(product: Product, key: str, domain: str, visitor: str) -> int:
    """An event of a page of the website; the answer's status."""
    event = {
        "event": "widget_displayed",
        "distinct_id": visitor,
        "uuid": str(uuid4()),
        "properties": {"$current_url": f"https://{domain}/"},
    }
    body = {"api_key": key, "batch": [event]}
    return httpx.post(f"{product.url}/capture/", json=body).status_code


def test_a_client_from_its_first_day_to_its_last(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    # Names that are taken or impossible are tried on the way.
    watch.expect("status of (409|422)")
    name = f"acme-{uuid4().hex[:8]}"
    domain = f"{name}.com"
    page = open_page(ADMIN)
    page.goto("/clients")
    page.get_by_role("button", name="Add an organization").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()

    # The same name again is refused at its field.
    page.get_by_role("button", name="Add an organization").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill(name.upper())
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(f"{name} is another organization's name")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()

    page.get_by_role("button", name=f"Add a website of {name}").click()
    page.get_by_label("Domain", exact=True).fill(f"https://shop.{domain}/cart")
    page.get_by_role("button", name="Add the website").click()
    expect(page.get_by_text(re.compile(f"is a part of {domain}"))).to_be_visible()
    page.get_by_label("Domain", exact=True).fill(f"https://WWW.{domain}/cart")
    page.get_by_role("button", name="Add the website").click()
    panel = page.get_by_role("complementary", name="Website")
    expect(panel.get_by_role("heading", name=domain)).to_be_visible()
    assert switcher_offers(page, domain)

    # The snippet's key takes events; a new one beside it, too.
    snippet = panel.get_by_role("region", name="Hand over").locator("pre").first.inner_text()
    found = re.search(r'data-rose-key="(rose_pk_\w+)"', snippet)
    assert found is not None
    old = found[1]
    assert capture(product, old, domain, "ann") == 200
    public = panel.get_by_role("region", name="Public keys, of the widget")
    public.get_by_role("button", name="Replace").click()
    page.get_by_role("dialog").get_by_role("button", name="Replace the key").click()
    new = page.get_by_role("dialog").locator("pre").inner_text()
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    expect(public).to_contain_text(re.compile(r"Ends in (7 days|6 days 23 hours)"))
    for number, key in enumerate((old, new, old, new)):
        assert capture(product, key, domain, f"visitor{number}") == 200
    public.get_by_role("button", name="End now").last.click()
    page.get_by_role("dialog").get_by_role("button", name="End the key").click()
    assert wait_until(lambda: capture(product, old, domain, "late") == 401, AT_ONCE)
    assert capture(product, new, domain, "ann") == 200
    # A secret key is shown once.
    panel.get_by_role("button", name="New secret key").click()
    page.get_by_role("dialog").get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("dialog")).to_contain_text("It is shown this once")
    secret = page.get_by_role("dialog").locator("pre").inner_text()
    page.get_by_role("dialog").get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    headers = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{product.url}/agent/v1/config", headers=headers).status_code == 200

    panel.get_by_role("tab", name="Timezone").click()
    panel.get_by_role("combobox", name="Timezone").fill("Kiritimati")
    page.get_by_role("option", name="Pacific/Kiritimati").click()
    panel.get_by_role("button", name="Change the timezone").click()
    expect(panel).to_contain_text(
        re.compile("Changed from .* to Pacific/Kiritimati"), timeout=40_000
    )
    row = page.get_by_role("list", name=f"Websites of {name}").get_by_role("link")
    expect(row).to_contain_text("Pacific/Kiritimati")

    panel.get_by_role("tab", name="Archive").click()
    expect(page).to_have_url(re.compile(f"/clients/{domain}.*tab=archive"))
    expect(panel.get_by_role("button", name="Archive the website")).to_be_disabled()
    panel.get_by_label(f"Type {domain} to confirm").fill(domain)
    panel.get_by_role("button", name="Archive the website").click()
    expect(panel.get_by_role("button", name="Restore the website")).to_be_visible()
    assert not switcher_offers(page, domain)
    assert wait_until(lambda: capture(product, new, domain, "late") == 401, AT_ONCE)
    refused = httpx.get(f"{product.url}/widget/v1/{new}/config.json").json()
    assert refused["code"] == "site_archived"
    panel.get_by_role("button", name="Restore the website").click()
    expect(panel.get_by_role("button", name="Archive the website")).to_be_visible()
    assert switcher_offers(page, domain)
    assert wait_until(lambda: capture(product, new, domain, "ann") == 200, AT_ONCE)

    # Nothing of it is left for others.
    panel.get_by_role("button", name="Close").click()
    page.get_by_role("button", name=f"More of {name}").click()
    page.get_by_role("menuitem", name="Archive…").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_role("list", name=f"Websites of {name}")).to_have_count(0)


def test_clients_are_for_staff(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto("/clients")
    expect(page.get_by_text("Clients are for Rose staff")).to_be_visible()
    expect(page.get_by_role("link", name="Clients", exact=True)).to_have_count(0)
