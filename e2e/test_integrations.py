"""HubSpot from consent to disconnection, in a browser, against the stand-in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from backoffice.demo.hubspot.account import RefusalError
from backoffice.demo.hubspot.site import DemoHubSpot

from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .pages import sign_in
from .product import PASSWORDS, Product
from .traffic import MINE
from .with_hubspot import running_with_hubspot

PATIENCE = 60_000


@pytest.fixture(scope="module")
def beside() -> Iterator[tuple[Product, DemoHubSpot]]:
    with running_with_hubspot() as running:
        yield running


@pytest.fixture
def page(beside: tuple[Product, DemoHubSpot], browser: Browser) -> Iterator[Page]:
    product, _ = beside
    context = browser.new_context(
        base_url=product.url, locale="en-GB", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.goto(f"/sign-in?next=/integrations?domain={MINE}")
    sign_in(page, ADMIN, PASSWORDS[ADMIN])
    yield page
    context.close()


def test_connect_dry_run_sync_fix_retry_pause_and_disconnect(
    beside: tuple[Product, DemoHubSpot], page: Page
) -> None:
    _, hubspot = beside
    refused = "camille0@galerieslafayette.example"
    hubspot.account.refused[refused] = RefusalError(
        "VALIDATION_ERROR", "This address is on the block list", "email"
    )
    panel = page.get_by_role("region", name="HubSpot")
    panel.get_by_role("button", name="Connect HubSpot").click()
    expect(page.get_by_role("heading", name="Connect the Client Backoffice")).to_be_visible()
    page.get_by_role("button", name="Connect app").click()
    expect(panel).to_contain_text("rose-demo.hubspot.test")
    expect(panel).to_contain_text("Connected")
    assert "code=" not in page.url

    panel.get_by_role("button", name="Dry run").click()
    runs = page.get_by_role("list", name="Runs").get_by_role("listitem").filter(has_text="Dry run")
    expect(runs.first).to_contain_text("Contacts: 30 would be created", timeout=PATIENCE)
    assert hubspot.account.records["contacts"] == {}
    runs.first.get_by_text("Examples of what would be written").click()
    expect(runs.first.get_by_role("cell", name="Camille").first).to_be_visible()

    panel.get_by_role("button", name="Sync now").click()
    sync = page.get_by_role("list", name="Runs").get_by_role("listitem").first
    expect(sync).to_contain_text("29 created, 1 failed", timeout=PATIENCE)
    assert len(hubspot.account.records["contacts"]) == 29

    page.get_by_role("tab", name="Failed records (1)").click()
    failed = page.get_by_role("list", name="Failed records").get_by_role("listitem").first
    expect(failed).to_contain_text("This address is on the block list")
    expect(failed.get_by_role("link", name="Open the visitor")).to_be_visible()
    hubspot.account.refused.clear()
    failed.get_by_role("button", name="Retry Camille Moreau").click()
    expect(page.get_by_text("Nothing is waiting here")).to_be_visible(timeout=PATIENCE)
    assert len(hubspot.account.records["contacts"]) == 30
    assert len(hubspot.account.records["notes"]) == 15

    panel.get_by_role("button", name="Pause").click()
    expect(panel).to_contain_text("Paused: nothing is sent or read")
    panel.get_by_role("button", name="Resume").click()
    expect(panel.get_by_role("button", name="Sync now")).to_be_visible()

    panel.get_by_role("button", name="Disconnect").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("What is in HubSpot and what was read from it stay")
    dialog.get_by_role("button", name="Disconnect").click()
    expect(panel).to_contain_text("Not connected")
    assert hubspot.consent.revoked
    assert len(hubspot.account.records["contacts"]) == 30


def test_a_mapping_is_changed_with_what_it_makes_of_a_real_person(
    beside: tuple[Product, DemoHubSpot], page: Page
) -> None:
    page.get_by_role("tab", name="What goes where").click()
    table = page.get_by_role("table", name="Visitors known by e-mail")
    expect(table).to_contain_text("Camille")
    table.get_by_label("Property for First name").fill("First Name!")
    expect(table).to_contain_text("lower-case letters, digits and underscores")
    table.get_by_label("Property for First name").fill("firstname")
    table.get_by_label("Property for Country").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The next sync compares everything once")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Property for Country").first).to_have_value("")


def test_saying_no_in_hubspot_connects_nothing(
    beside: tuple[Product, DemoHubSpot], page: Page
) -> None:
    page.get_by_role("button", name="Connect HubSpot").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("the access was not allowed in HubSpot")).to_be_visible()
    page.get_by_role("link", name="Back to Integrations").click()
    expect(page.get_by_role("heading", name="Integrations")).to_be_visible()


def test_every_run_can_be_reached_however_many_there_were(
    beside: tuple[Product, DemoHubSpot], page: Page
) -> None:
    product, _ = beside
    with product.connect() as connection:
        # All of one moment: only the second column of the order tells them apart.
        connection.execute(
            "insert into public.crm_runs (site_domain, kind, state, error, created_at)"
            " select %s, 'dry_run', 'failed', 'Run number ' || number, '2026-01-01'"
            " from generate_series(1, 45) as number",
            [MINE],
        )
    page.goto(f"/integrations?domain={MINE}&state=failed")
    rows = page.get_by_role("list", name="Runs").get_by_role("listitem")
    more = page.get_by_role("button", name="Load more")
    for shown in (20, 40):
        expect(rows).to_have_count(shown)
        more.click()
    expect(rows).to_have_count(45)
    expect(more).to_have_count(0)
    numbers = re.findall(r"Run number (\d+)", "\n".join(rows.all_text_contents()))
    assert sorted(map(int, numbers)) == list(range(1, 46))


def test_without_an_app_the_page_says_what_is_missing(open_page: OpenPage) -> None:
    page = open_page(ADMIN)
    page.goto(f"/integrations?domain={MINE}")
    panel = page.get_by_role("region", name="HubSpot")
    expect(panel).to_contain_text("BACKOFFICE_HUBSPOT_CLIENT_ID")
    expect(panel).to_contain_text("/integrations/hubspot")
    expect(panel).to_contain_text("backoffice demo hubspot")


def test_clients_are_told_it_is_for_staff(open_page: OpenPage, watch: Watch) -> None:
    page = open_page(USER)
    page.goto("/integrations")
    expect(page.get_by_text("Integrations are for Rose staff")).to_be_visible()
    expect(page.get_by_role("link", name="Integrations")).to_have_count(0)
