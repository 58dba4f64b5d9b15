"""Light and dark, and the width of a phone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .browser import Watch
from .conftest import USER, OpenPage
from .pages import choose_theme, expect_figure, no_sideways_scroll, rows, transcript
from .traffic import FIGURES, path

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_the_chosen_theme_is_there_before_the_page_is(open_page: OpenPage, watch: Watch) -> None:
    watch.expect("ERR_FAILED")
    page = open_page(USER, color_scheme="light")
    page.goto(path("dashboard", FIGURES))
    html = page.locator("html")
    expect(html).to_have_attribute("data-mantine-color-scheme", "light")
    choose_theme(page, "Dark")
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    # Before the application runs at all: a dark page must not flash white.
    page.route("**/assets/*.js", lambda route: route.abort())
    page.reload(wait_until="commit")
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    page.unroute("**/assets/*.js")
    page.reload()
    expect_figure(page, "Conversations", "4")
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    choose_theme(page, "Light")
    expect(html).to_have_attribute("data-mantine-color-scheme", "light")


def test_the_system_decides_until_one_chooses(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    page.goto("/sign-in")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_on_a_phone_everything_fits_and_is_reachable(open_page: OpenPage) -> None:
    page = open_page(USER, **PHONE)
    page.goto(path("dashboard", FIGURES))
    expect_figure(page, "Conversations", "4")
    expect(page.get_by_role("region", name="Funnel").get_by_role("cell").first).to_have_text("4")
    no_sideways_scroll(page)

    page.get_by_role("button", name="Open the menu").tap()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("navigation", name="Pages")).to_be_visible()
    drawer.get_by_role("link", name="Conversations").tap()
    expect(drawer).to_have_count(0)
    expect(page).to_have_url(re.compile(f"/conversations.*from={FIGURES.start}"))
    expect(rows(page)).to_have_count(4)
    no_sideways_scroll(page)

    rows(page).first.get_by_role("link").tap()
    expect(transcript(page)).to_be_visible()
    no_sideways_scroll(page)
    page.get_by_role("dialog").get_by_role("button", name="Close").tap()
    expect(transcript(page)).to_have_count(0)
    page.get_by_role("button", name="Filters").tap()
    expect(page.get_by_role("combobox", name="Country")).to_be_visible()
    no_sideways_scroll(page)
