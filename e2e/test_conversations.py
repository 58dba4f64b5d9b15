"""The list of conversations, its filters, and the conversation opened from it."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import ADMIN, USER, OpenPage
from .pages import panel, query, rows, transcript
from .traffic import EMPTY, FIGURES, HOSTILE, LIST, LISTED, MINE, path


def expect_found(page: Page, count: int) -> None:
    """The count says so, and exactly so many rows are there."""
    expect(page.get_by_text(f"{count} conversations", exact=True)).to_be_visible()
    expect(rows(page)).to_have_count(count)


def add_filter(page: Page, name: str) -> None:
    """Choose one of the menu, which opens its editor."""
    page.get_by_role("button", name="Add filter").click()
    page.get_by_role("menuitem", name=name, exact=True).click()


def close_filter(page: Page) -> None:
    """Leave the editor."""
    page.get_by_label("Search what was said").click()


def test_filters_narrow_the_list_and_live_in_the_address(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", LIST))
    expect(page.get_by_text(f"{LISTED} conversations", exact=True)).to_be_visible()

    page.get_by_label("Search what was said").fill("giraffe price")
    expect_found(page, 5)
    expect(page).to_have_url(re.compile(r"q=giraffe%20price"))
    page.get_by_label("Clear the search").click()

    add_filter(page, "Conversions")
    page.get_by_role("combobox", name="Conversions").click()
    page.get_by_role("option", name="Demo booked").click()
    expect_found(page, 10)
    close_filter(page)

    add_filter(page, "Page")
    page.get_by_role("combobox", name="Page").click()
    page.get_by_role("option", name="/features").click()
    expect_found(page, 5)
    close_filter(page)
    add_filter(page, "Messages")
    page.get_by_text("With messages", exact=True).click()
    expect_found(page, 4)
    close_filter(page)
    assert query(page) == {
        "domain": [MINE],
        "from": [LIST.start],
        "to": [LIST.end],
        "conversions": ["demo_booked"],
        "page": ["/features"],
        "messaged": ["true"],
    }

    page.reload()
    expect_found(page, 4)
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_text(f"{LISTED} conversations", exact=True)).to_be_visible()


def test_of_all_domains_each_row_names_its_own_in_full(open_page: OpenPage) -> None:
    page = open_page(ADMIN)
    page.goto(path("conversations", FIGURES, domain="all"))
    name = rows(page).first.get_by_title(MINE, exact=True)
    expect(name).to_be_visible()
    assert name.evaluate("element => element.scrollWidth <= element.clientWidth")
    rows(page).first.get_by_role("link").click()
    previous = panel(page).get_by_role("button", name="Previous conversation")
    expect(previous).to_be_disabled()
    # What does not work stands in no box of its own.
    expect(previous).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    # Beside the open one there is less room, and the domain comes first.
    expect(rows(page).first).to_contain_text(f"{MINE} · ")


def test_a_mix_of_filters_is_kept_under_a_name(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", LIST, q="giraffe", scores="1,2,3,4,5", sort="oldest"))
    expect_found(page, 5)
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_role("menuitem", name="Save as a new view…").click()
    page.get_by_role("textbox", name="Name").fill("Giraffes")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Giraffes")).to_be_visible()

    page.goto(path("conversations", LIST))
    expect(page.get_by_text(f"{LISTED} conversations", exact=True)).to_be_visible()
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_role("menuitem", name="Giraffes", exact=True).click()
    expect_found(page, 5)
    page.reload()
    expect_found(page, 5)
    assert query(page)["sort"] == ["oldest"]
    assert query(page)["scores"] == ["1,2,3,4,5"]
    page.get_by_role("button", name="Giraffes").click()
    page.get_by_role("menuitem", name=re.compile("^Delete")).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Views", exact=True)).to_be_visible()


def test_reviewing_needs_no_more_than_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", LIST, q="giraffe"))
    expect_found(page, 5)
    rows(page).nth(0).get_by_role("link").click()
    expect(page.get_by_role("button", name="Good", exact=True)).to_be_enabled()
    page.keyboard.press("g")
    expect(rows(page).nth(0)).to_contain_text("Reviewed: good")
    page.keyboard.press("j")
    expect(transcript(page)).to_contain_text("Question 78 about")
    expect(page.get_by_role("button", name="Bad", exact=True)).to_be_enabled()
    page.keyboard.press("n")
    page.keyboard.type("Not what was asked.")
    page.keyboard.press("Control+Enter")
    expect(rows(page).nth(1)).to_contain_text("Reviewed: bad")
    expect(panel(page)).to_contain_text("Not what was asked.")

    page.goto(path("conversations", LIST, review="bad"))
    expect(page.get_by_text("1 conversation", exact=True)).to_be_visible()
    rows(page).nth(0).get_by_role("link").click()
    expect(page.get_by_role("button", name="Bad", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    # Taken back by the same key, so that the next run finds what this one found.
    with page.expect_response(lambda answer: "delete_review" in answer.url):
        page.keyboard.press("b")
    page.goto(path("conversations", LIST, review="good"))
    rows(page).nth(0).get_by_role("link").click()
    expect(page.get_by_role("button", name="Good", exact=True)).to_be_enabled()
    with page.expect_response(lambda answer: "delete_review" in answer.url):
        page.keyboard.press("g")


@pytest.mark.parametrize(("who", "domain"), [(ADMIN, "all"), (USER, "all")])
def test_an_export_has_as_many_rows_as_are_shown(
    who: str, domain: str, open_page: OpenPage
) -> None:
    page = open_page(who)
    page.goto(path("conversations", LIST, domain, q="giraffe"))
    shown = page.get_by_text(re.compile(r"^[\d,]+ conversations$"))
    expect(shown).to_be_visible()
    count = int(shown.inner_text().split()[0].replace(",", ""))
    assert count > 0
    for format_, name in (("csv", "CSV, for a spreadsheet"), ("json", "JSON, for a program")):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=name).click()
        assert download.value.suggested_filename.endswith(f".{format_}")
        text = download.value.path().read_text("utf-8-sig")
        if format_ == "csv":
            assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == count
        else:
            assert len(json.loads(text)) == count


def test_nothing_found_says_what_to_do_next(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", LIST, q="unheardof"))
    expect(page.get_by_text("No conversations match these filters")).to_be_visible()
    page.get_by_role("status").get_by_role("button", name="Clear the filters").click()
    expect(rows(page).first).to_be_visible()
    page.goto(path("conversations", EMPTY))
    expect(page.get_by_text("No conversations in this range")).to_be_visible()


def test_scrolling_shows_every_conversation_once(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", LIST))
    shown: dict[int, str] = {}
    while len(shown) < LISTED:
        expect(rows(page).nth(0)).to_be_visible()
        found = rows(page).evaluate_all(
            "items => items.map((item) => [item.ariaPosInSet, item.querySelector('a').href])"
        )
        shown |= {int(position): href for position, href in found}
        last = max(int(position) for position, _ in found)
        if last == LISTED:
            break
        page.locator(f'[aria-posinset="{last}"]').scroll_into_view_if_needed()
        expect(page.locator(f'[aria-posinset="{last + 1}"]')).to_be_attached()
    expect(page.get_by_text(f"All {LISTED} are shown.")).to_be_visible()
    assert sorted(shown) == list(range(1, LISTED + 1))
    assert len(set(shown.values())) == LISTED


def test_the_heads_stay_while_the_list_scrolls_by(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", LIST))
    head = page.get_by_text("First message", exact=True)
    expect(head).to_be_in_viewport()
    for _ in range(2):
        rows(page).last.scroll_into_view_if_needed()
    assert page.evaluate("window.scrollY") > 1000
    box = head.bounding_box()
    assert box is not None
    top = page.evaluate("({x, y}) => document.elementFromPoint(x + 2, y + 2).textContent", {**box})
    assert top == "First message"


def test_the_panel_is_in_the_window_while_demo_traffic_loads(open_page: OpenPage) -> None:
    page = open_page(ADMIN, viewport={"width": 1440, "height": 900})

    def with_demo(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "demo": True})

    page.route("**/config.json", with_demo)
    page.route(
        "**/rest/v1/background_runs*",
        lambda route: route.fulfill(
            json={"done": 1, "total": 4, "state": "running", "error": None}
        ),
    )
    page.goto(path("conversations", LIST))
    line = page.get_by_role("progressbar", name="Loading demo traffic")
    expect(line).to_be_visible()
    rows(page).first.get_by_role("link").click()
    expect(transcript(page)).to_be_visible()
    expect(panel(page)).to_be_in_viewport(ratio=1)
    page.mouse.wheel(0, 900)
    page.wait_for_function("window.scrollY > 500")
    expect(line).to_be_in_viewport(ratio=1)
    expect(panel(page)).to_be_in_viewport(ratio=1)


def test_a_conversation_is_walked_through_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", LIST, q="giraffe"))
    expect_found(page, 5)
    rows(page).nth(1).get_by_role("link").click()
    expect(transcript(page)).to_contain_text("Question 78 about")
    for key, number in (("j", 52), ("ArrowRight", 26), ("j", 0), ("k", 26), ("ArrowLeft", 52)):
        page.keyboard.press(key)
        expect(transcript(page)).to_contain_text(f"Question {number} about")
    expect(panel(page).get_by_role("heading", level=2)).to_be_focused()

    address = page.url
    fresh = open_page(USER)
    fresh.goto(address)
    expect(transcript(fresh)).to_contain_text("Question 52 about")
    expect_found(fresh, 5)
    page.bring_to_front()

    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/conversations\?.*q=giraffe"))
    page.go_back()
    expect(transcript(page)).to_contain_text("Question 52 about")


def test_next_goes_on_where_the_loaded_rows_end(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", LIST))
    fiftieth = page.locator('[aria-posinset="50"]').get_by_role("link")
    with page.expect_request(lambda request: "list_conversations" in request.url):
        while not fiftieth.count():
            rows(page).last.scroll_into_view_if_needed()
    fiftieth.click()
    expect(transcript(page)).to_contain_text("Question 80 about")
    page.keyboard.press("j")
    expect(transcript(page)).to_contain_text("Question 79 about")


def test_a_transcript_tells_who_said_what_when_and_what_came_of_it(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto("/conversations?domain=abtasty.com&from=2025-06-10&to=2025-06-10")
    rows(page).get_by_role("link").click()
    expect(panel(page).get_by_role("heading", level=2)).to_have_text("ann@client.example")
    items = transcript(page).get_by_role("listitem")
    expect(items).to_have_count(9)
    expect(items.nth(0)).to_contain_text("Tuesday, June 10, 2025")
    expect(items.nth(1)).to_contain_text("Visitor:How does it work?12:01 PM")
    expect(items.nth(2)).to_contain_text("answered in 1.4s")
    for words in ("E-mail captured", "Demo proposed", "CTA clicked", "Demo booked"):
        expect(items.filter(has_text=words)).to_have_count(1)
    facts = panel(page).get_by_role("region", name="Visitor and visit")
    expect(facts).to_contain_text("Europe/Paris")


def test_what_a_stranger_wrote_is_only_ever_text(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("conversations", HOSTILE))
    expect_found(page, 3)
    hostile = rows(page).nth(2)
    expect(hostile).to_contain_text('<img src="x" onerror="window.hacked = 6">')
    expect(hostile).to_contain_text("<script>window.hacked = 1</script>")
    hostile.get_by_role("link").click()

    said = transcript(page)
    expect(said).to_contain_text('<script>window.hacked = 1</script><img src="x" onerror=')
    expect(said).to_contain_text('<iframe src="https://evil.example/"></iframe><style>')
    expect(said).to_contain_text("[picture: pixel]")
    expect(said.get_by_role("list").get_by_role("listitem")).to_have_text(["one", "two"])
    for words in ("click me", "data link"):
        said.get_by_text(words).click()
    links = said.get_by_role("link")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://honest.example/page")
    expect(links).to_have_attribute("rel", re.compile("noopener.*noreferrer"))
    assert said.locator("script, img, iframe, style, object, embed, form").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.context.pages == [page]

    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(transcript(page)).to_be_visible()
        overflow = transcript(page).evaluate("(list) => list.scrollWidth - list.clientWidth")
        assert overflow <= 0, f"at {width} px the transcript is {overflow} px too wide"
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
