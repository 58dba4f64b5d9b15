"""Visitors and accounts: found, filtered, opened, and the same again from the address."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .pages import no_sideways_scroll, query
from .product import Product
from .traffic import EMPTY, FIGURES, HOSTILE, HOSTILE_NAME, LIST, LISTED, MINE, OTHERS, SECRET, path

# Every tenth of them opened a conversation and wrote nothing, which is not yet activity.
ACTIVE = LISTED - LISTED // 10
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def enriched(product: Product) -> None:
    """Everybody has been looked into, so that the companies are there."""
    done = product.installation.command("enrichment", "run")
    assert done.returncode == 0, done.stderr


def table(page: Page, name: str) -> Locator:
    """The rows of a list page, without the heads."""
    return page.get_by_role("table", name=name, exact=True).locator("tbody tr")


def panel(page: Page, name: str) -> Locator:
    """What is open beside the list."""
    return page.get_by_role("complementary", name=name, exact=True)


def expect_found(page: Page, count: int, name: str) -> None:
    """The count says so, and exactly so many rows are there."""
    singular = name.lower().removesuffix("s")
    noun = singular if count == 1 else f"{singular}s"
    expect(page.get_by_text(f"{count} {noun}", exact=True)).to_be_visible()
    expect(table(page, name)).to_have_count(count)


def test_a_visitor_is_found_by_e_mail_and_tells_what_was_sent(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("visitors", FIGURES))
    expect_found(page, 6, "Visitors")
    page.get_by_label("Search name, e-mail or company").fill("ann@client.example")
    expect_found(page, 1, "Visitors")
    row = table(page, "Visitors").first
    for words in ("ann@client.example", "Known", "Hot", "Demo booked"):
        expect(row).to_contain_text(words)

    row.get_by_role("link").first.press("Enter")
    opened = panel(page, "Visitor")
    expect(opened.get_by_role("heading", level=2)).to_have_text("ann@client.example")
    expect(opened.get_by_role("heading", level=2)).to_be_focused()
    expect(opened).to_contain_text("Booked a demo")
    timeline = opened.get_by_role("list", name="Timeline")
    # 10:01 in UTC, where neither the browser nor the domain is.
    asked = timeline.get_by_role("listitem").filter(has_text="How does it work?")
    expect(asked.last).to_contain_text("12:01 PM")
    for words in ("Opened the widget", "Like this.", "Demo booked", "E-mail captured"):
        expect(timeline).to_contain_text(words)
    expect(timeline).to_contain_text("Tuesday, June 10, 2025")

    opened.get_by_text("Conversions", exact=True).click()
    expect(timeline).not_to_contain_text("How does it work?")
    expect(timeline).to_contain_text("Demo booked")
    address = page.url
    assert query(page)["kinds"] == ["conversion"]

    fresh = open_page(USER)
    fresh.goto(address)
    expect(panel(fresh, "Visitor").get_by_role("list", name="Timeline")).to_contain_text(
        "Demo booked"
    )
    expect_found(fresh, 1, "Visitors")
    fresh.get_by_role("tab", name="Sessions").click()
    expect(fresh.get_by_role("list", name="Sessions").locator("> li")).to_have_count(2)
    fresh.keyboard.press("Tab")
    fresh.get_by_role("button", name="Close").click()
    expect(panel(fresh, "Visitor")).to_have_count(0)
    assert "tab" not in query(fresh)


def test_filters_narrow_the_visitors_and_live_in_the_address(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("visitors", FIGURES))
    expect_found(page, 6, "Visitors")
    page.get_by_role("combobox", name="Interest score").click()
    page.get_by_role("option", name="5 Hot").click()
    expect_found(page, 1, "Visitors")
    page.get_by_role("combobox", name="Interest score").press("Escape")
    assert query(page)["score"] == ["5"]
    page.reload()
    expect_found(page, 1, "Visitors")
    page.get_by_role("button", name="Clear the filters").click()
    expect_found(page, 6, "Visitors")

    # As the Dashboard links: ann and ben were shown the widget and wrote.
    page.goto(path("visitors", FIGURES, did="engaged"))
    expect_found(page, 2, "Visitors")
    page.get_by_role("button", name="Remove the filter “Engaged in the range”").click()
    expect_found(page, 6, "Visitors")
    page.goto(path("visitors", EMPTY))
    expect(page.get_by_text("No visitors in this range")).to_be_visible()


def test_every_visitor_is_loaded_once_in_the_chosen_order(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("visitors", LIST))
    expect(page.get_by_text(f"{ACTIVE} visitors", exact=True)).to_be_visible()
    page.get_by_role("button", name="Interest", exact=True).click()
    expect(page.get_by_role("columnheader", name=re.compile("^Interest"))).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(table(page, "Visitors").first).to_contain_text("Hot")
    # Only the rows in view are in the document; each says which it is.
    seen: dict[str, str] = {}
    while len(seen) < ACTIVE:
        seen |= dict(
            page.locator("tr:has(th[scope=row])").evaluate_all(
                "rows => rows.map((row) => [row.ariaRowIndex, row.querySelector('a').href])"
            )
        )
        last = str(max(map(int, seen)))
        shown = page.locator(f"tr[aria-rowindex='{last}']")
        shown.scroll_into_view_if_needed()
        if len(seen) < ACTIVE:
            expect(page.locator(f"tr[aria-rowindex='{int(last) + 1}']")).to_be_attached()
    expect(page.get_by_text(f"All {ACTIVE} are shown.")).to_be_attached()
    assert sorted(map(int, seen)) == list(range(2, ACTIVE + 2))
    assert len(set(seen.values())) == ACTIVE
    no_sideways_scroll(page)


@pytest.fixture
def named(product: Product) -> Iterator[None]:
    """Every other visitor of the long list has a name with an address under it: a higher row."""
    with product.connect() as connection:
        found = connection.execute(
            "select id from public.visitors where site_domain = %s"
            " and first_seen_at::date between %s and %s order by first_seen_at",
            [MINE, LIST.start, LIST.end],
        )
        every_other = [id_ for (id_,) in found][::2]
        connection.execute(
            "update public.visitors set name = 'Nora', email = id || '@client.example'"
            " where site_domain = %s and id = any(%s)",
            [MINE, every_other],
        )
        yield
        connection.execute(
            "update public.visitors set name = null, email = null"
            " where site_domain = %s and id = any(%s)",
            [MINE, every_other],
        )


def test_coming_back_finds_the_list_as_it_was(open_page: OpenPage, named: None) -> None:
    page = open_page(USER)
    page.goto(path("visitors", LIST))
    page.get_by_role("region", name="Visitors", exact=True).evaluate("it => it.scrollTop = 1600")
    row = page.locator("tr[aria-rowindex='40']")
    expect(row).to_be_in_viewport()
    who, before = row.get_by_role("link").first.inner_text(), row.bounding_box()
    assert before is not None
    page.get_by_role("link", name="Topics", exact=True).click()
    expect(page.get_by_role("heading", name="Topics", level=1)).to_be_visible()
    page.go_back()
    expect(row.get_by_role("link").first).to_have_text(who, use_inner_text=True)
    expect(row).to_be_in_viewport()
    after = row.bounding_box()
    assert after is not None
    assert abs(after["y"] - before["y"]) < before["height"]


def test_a_name_that_a_stranger_gave_is_only_text(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("visitors", HOSTILE))
    row = table(page, "Visitors").filter(has_text=HOSTILE_NAME)
    row.get_by_role("link").first.click()
    expect(panel(page, "Visitor").get_by_role("heading", level=2)).to_have_text(HOSTILE_NAME)
    timeline = panel(page, "Visitor").get_by_role("list", name="Timeline")
    expect(timeline).to_contain_text("<script>window.hacked = 1</script>")
    assert timeline.locator("script, img, iframe, style").count() == 0
    assert page.evaluate("window.hacked") is None
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(page.get_by_role("list", name="Timeline")).to_be_visible()
        no_sideways_scroll(page)


def test_accounts_are_found_opened_and_lead_to_their_people(
    open_page: OpenPage, enriched: None
) -> None:
    page = open_page(USER)
    page.goto(path("accounts", FIGURES))
    page.get_by_label("Search name or domain").fill("client.example")
    # The list may show the one account before the search is in the address.
    expect(page).to_have_url(re.compile("q=client"))
    expect_found(page, 1, "Accounts")
    row = table(page, "Accounts").first
    people = row.get_by_role("link", name=re.compile(" visitors of "))
    count = int(people.inner_text())
    row.get_by_text("Hot").click()
    opened = panel(page, "Account")
    expect(opened).to_contain_text("client.example")
    expect(opened.get_by_role("list", name="Timeline")).to_contain_text("ann@client.example")
    opened.get_by_role("tab", name="Visitors").click()
    listed = opened.get_by_role("table", name="Visitors of the account").locator("tbody tr")
    expect(listed).to_have_count(count)
    page.reload()
    expect(listed).to_have_count(count)

    people.click()
    expect_found(page, count, "Visitors")
    expect(page.get_by_text(re.compile("^Company: "))).to_be_visible()
    page.get_by_role("link", name="ann@client.example").click()
    expect(panel(page, "Visitor").get_by_role("tab", name="Enrichment")).to_be_visible()
    panel(page, "Visitor").get_by_role("tab", name="Enrichment").click()
    expect(page.get_by_role("table", name="What is known")).to_contain_text("E-mail domain")


def test_nobody_sees_the_people_of_other_domains(
    open_page: OpenPage, enriched: None, watch: Watch
) -> None:
    watch.expect("status of 406")
    everything = open_page(ADMIN)
    everything.goto(path("visitors", FIGURES, domain="all", q=SECRET))
    expect_found(everything, 1, "Visitors")
    table(everything, "Visitors").get_by_role("link").first.click()
    expect(panel(everything, "Visitor")).to_contain_text(f"{SECRET} Smith")
    theirs = everything.url

    page = open_page(USER)
    for kind in ("visitors", "accounts"):
        page.goto(path(kind, FIGURES, domain="all", q=SECRET))
        expect(page.get_by_text(re.compile(f"^No {kind} match"))).to_be_visible()
    page.goto(theirs.replace("domain=all", f"domain={MINE}"))
    expect(panel(page, "Visitor").get_by_text("Not found")).to_be_visible()
    page.goto(path("visitors", FIGURES, domain=OTHERS))
    expect(page.get_by_text(SECRET)).to_have_count(0)


def test_on_a_phone_the_visitors_fit(open_page: OpenPage) -> None:
    page = open_page(USER, **PHONE)
    page.goto(path("visitors", FIGURES))
    expect_found(page, 6, "Visitors")
    no_sideways_scroll(page)
    table(page, "Visitors").first.get_by_role("link").first.tap()
    expect(page.get_by_role("dialog", name="Visitor")).to_be_visible()
    no_sideways_scroll(page)
    page.get_by_role("button", name="Close").tap()
    expect(table(page, "Visitors")).to_have_count(6)
