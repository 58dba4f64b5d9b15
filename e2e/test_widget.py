"""The widget on the demonstration site, and what comes of it in the backoffice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from .browser import Watch
from .conftest import ADMIN, OpenPage
from .pages import no_sideways_scroll, rows, transcript
from .product import Product
from .traffic import CHROME, MINE, Period, path

SECTION: dict[str, Any] = {
    "title": "Before you sign",
    "questions": [
        {"id": "contract", "text": "How long is the contract?"},
        {"id": "trial", "text": "Is there a free trial?"},
    ],
    "search_bar": {"enabled": True, "placeholder": "Ask about prices"},
    "layout": "chips",
    "colors": {
        "background": "#10211f",
        "text": "#ffffff",
        "accent": "#7fd1c0",
        "accent_text": "#10211f",
    },
    "custom_css": ".rose-title { letter-spacing: 3px }",
    "urls": {"include": ["/pricing*"], "exclude": []},
}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WITHIN_A_MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def staff(product: Product) -> Iterator[httpx.Client]:
    """The content API as Rose's staff."""
    with product.signed_in(ADMIN) as client:
        client.base_url = httpx.URL(f"{product.url}/content/v1")
        yield client


@pytest.fixture(scope="module")
def section(staff: httpx.Client) -> str:
    """The slug of a published section for the pricing page."""
    made = staff.post(f"/sections/{MINE}", json={"slug": "before-you-sign", "content": SECTION})
    assert made.status_code == 201, made.text
    published = staff.post(
        f"/sections/{MINE}/{made.json()['section']['id']}/publish", json={"version": 1}
    )
    assert published.status_code == 200, published.text
    return "before-you-sign"


@pytest.fixture
def visit(open_page: OpenPage) -> Iterator[Page]:
    """A visitor's browser, which is not headless as far as it says."""
    yield open_page(user_agent=CHROME)


def launcher(page: Page) -> Locator:
    return page.locator("#rose-widget").get_by_role("button", name="Ask a question")


def today() -> Period:
    """Of the domain."""
    day = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()
    return Period(day, day)


def test_a_question_of_a_section_leads_to_a_conversation_in_the_backoffice(
    visit: Page, open_page: OpenPage, product: Product, section: str
) -> None:
    visit.goto("/demo-site/")
    expect(launcher(visit)).to_be_visible()
    # Its rules name the pricing page.
    place = visit.locator(f'[data-rose-section="{section}"]')
    expect(place.get_by_role("heading")).to_have_count(0)

    visit.get_by_role("link", name="Pricing").click()
    heading = place.get_by_role("heading", name="Before you sign")
    expect(heading).to_be_visible()
    expect(heading).to_have_css("letter-spacing", "3px")
    expect(place.locator(".rose-section")).to_have_css("background-color", "rgb(16, 33, 31)")
    expect(visit.locator("h1")).not_to_have_css("letter-spacing", "3px")
    with visit.expect_response(lambda answer: "/batch/" in answer.url and answer.ok):
        place.get_by_role("button", name="How long is the contract?").click()
    chat = visit.get_by_role("dialog", name="Rose")
    expect(chat.get_by_text("Demonstration:")).to_be_visible()
    expect(chat.get_by_role("log")).to_contain_text("Plans run for twelve months")

    box = chat.get_by_role("textbox")
    expect(box).to_be_focused()
    box.fill("Can I see a demo?")
    box.press("Enter")
    chat.get_by_role("button", name="Book a demo").click()
    chat.get_by_label("Choose a time").select_option(index=1)
    chat.get_by_label("Work e-mail").fill("grace@navy.example")
    with visit.expect_response(
        lambda answer: "demo_booked" in (answer.request.post_data or "") and answer.ok
    ):
        chat.get_by_role("button", name="Book", exact=True).click()
    expect(chat.get_by_role("log")).to_contain_text("Booked")

    backoffice = open_page(ADMIN)
    backoffice.goto(path("conversations", today()))
    row = rows(backoffice).filter(has_text="How long is the contract?")
    expect(row).to_have_count(1)
    row.get_by_role("link").first.click()
    for words in ("How long is the contract?", "Plans run for twelve months", "Booked"):
        expect(transcript(backoffice)).to_contain_text(words)

    backoffice.goto(path("visitors", today(), q="grace@navy.example"))
    backoffice.get_by_role("table", name="Visitors").get_by_role("link").first.click()
    timeline = backoffice.get_by_role("list", name="Timeline")
    for words in ("Clicked a question of an AI Section", "Demo booked", "E-mail captured"):
        expect(timeline).to_contain_text(words)
    # Told by the widget and by the agent alike, and one conversion each.
    with product.connect() as database:
        kinds = database.execute(
            "select conversion.kind from public.conversions as conversion"
            " join public.visitors as visitor on visitor.site_domain = conversion.site_domain"
            " and visitor.id = conversion.visitor_id"
            " where visitor.email = 'grace@navy.example' order by 1"
        ).fetchall()
    assert [kind for (kind,) in kinds] == [
        "cta_clicked",
        "demo_booked",
        "demo_proposed",
        "email_captured",
    ]


def test_the_chat_goes_along_from_page_to_page_and_closes_by_keyboard(
    visit: Page, section: str
) -> None:
    visit.goto("/demo-site/")
    launcher(visit).press("Enter")
    chat = visit.get_by_role("dialog", name="Rose")
    box = chat.get_by_role("textbox")
    expect(box).to_be_focused()
    box.fill("Which tools does it work with?")
    box.press("Enter")
    expect(chat.get_by_role("log")).to_contain_text("HubSpot")
    visit.get_by_role("link", name="Pricing", exact=True).first.click()
    expect(visit).to_have_url(re.compile("/pricing$"))
    expect(chat.get_by_role("log")).to_contain_text("HubSpot")
    chat.get_by_role("textbox").press("Escape")
    expect(chat).to_have_count(0)
    expect(launcher(visit)).to_be_focused()


def test_hostile_text_stays_text(visit: Page, watch: Watch) -> None:
    visit.goto("/demo-site/")
    launcher(visit).click()
    box = visit.get_by_role("dialog", name="Rose").get_by_role("textbox")
    box.fill('<img src="x" onerror="window.hacked = 1"> price')
    box.press("Enter")
    log = visit.get_by_role("log")
    expect(log).to_contain_text('<img src="x" onerror')
    expect(log).to_contain_text("Plans cost")
    assert visit.evaluate("window.hacked") is None
    assert watch.unexpected() == []


def test_it_fits_a_phone(open_page: OpenPage, section: str) -> None:
    page = open_page(user_agent=CHROME, **PHONE)
    page.goto("/demo-site/pricing")
    place = page.locator(f'[data-rose-section="{section}"]')
    expect(place.get_by_role("heading")).to_be_visible()
    no_sideways_scroll(page)
    place.get_by_role("button", name="Is there a free trial?").click()
    chat = page.get_by_role("dialog", name="Rose")
    expect(chat.get_by_role("log")).to_contain_text("30 days")
    size = chat.bounding_box()
    assert size is not None
    assert (size["x"], size["y"], size["width"], size["height"]) == (0, 0, 390, 844)


def test_an_agent_that_is_turned_off_disappears_within_a_minute_and_comes_back(
    visit: Page, staff: httpx.Client, product: Product, section: str
) -> None:
    with product.connect() as connection:
        row = connection.execute(
            "select coalesce(max(version), 0) from public.agent_switches"
            " where site_domain = %s and slug = 'website_agent'",
            [MINE],
        ).fetchone()
    assert row is not None
    version = row[0]
    visit.goto("/demo-site/pricing")
    heading = visit.locator(f'[data-rose-section="{section}"]').get_by_role("heading")
    expect(launcher(visit)).to_be_visible()
    agent = f"/domains/{MINE}/agents/website_agent"
    off = staff.put(agent, json={"version": version, "enabled": False, "reason": "Maintenance"})
    assert off.status_code == 200, off.text
    try:
        expect(launcher(visit)).to_have_count(0, timeout=WITHIN_A_MINUTE_MS)
        expect(heading).to_have_count(0)
    finally:
        on = staff.put(
            agent, json={"version": off.json()["version"], "enabled": True, "reason": "Done"}
        )
        assert on.status_code == 200, on.text
    visit.reload()
    expect(launcher(visit)).to_be_visible()
    expect(heading).to_be_visible()


def test_without_the_server_a_page_stays_as_it_is(visit: Page, watch: Watch, section: str) -> None:
    watch.expect("ERR_FAILED")
    visit.route("**/config.json", lambda route: route.abort())
    visit.goto("/demo-site/pricing")
    expect(visit.get_by_role("heading", name="Essential")).to_be_visible()
    expect(visit.locator("#rose-widget")).to_have_count(0)
    expect(visit.locator(f'[data-rose-section="{section}"]')).to_be_empty()
    no_sideways_scroll(visit)
