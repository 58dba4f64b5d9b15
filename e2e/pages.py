"""How tests speak of the pages: by what a person reads and a screen reader says."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect


def sign_in(page: Page, email: str, password: str) -> None:
    """Fill the form in and send it."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def tile(page: Page, label: str) -> Locator:
    """One figure of the Dashboard with all that is said of it."""
    name = page.locator("dt").filter(has_text=re.compile(f"^{re.escape(label)}$"))
    return page.get_by_label("Figures", exact=True).locator("> div").filter(has=name)


def expect_figure(page: Page, label: str, value: str, *said: str) -> None:
    """The number itself, and what else its tile says."""
    shown = tile(page, label)
    expect(shown.locator("dd").first.locator("> *").first).to_have_text(value)
    for words in said:
        expect(shown).to_contain_text(words)


def rows(page: Page) -> Locator:
    """The rows of the conversation list that are in the document."""
    return page.get_by_role("list", name="Conversations", exact=True).get_by_role("listitem")


def panel(page: Page) -> Locator:
    """The open conversation beside the list."""
    return page.get_by_role("complementary", name="Conversation")


def transcript(page: Page) -> Locator:
    """What was said in the open conversation."""
    return page.get_by_role("list", name="Transcript")


def choose_domain(page: Page, name: str) -> None:
    """Use the domain switcher."""
    page.get_by_role("button", name=re.compile("^Domain:")).click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)}")).click()


def choose_dates(page: Page, preset: str) -> None:
    """Use one of the date range's presets."""
    page.get_by_role("button", name=re.compile("^Dates:")).click()
    page.get_by_role("group", name="Ranges").get_by_role("button", name=preset).click()


def choose_theme(page: Page, theme: str) -> None:
    """Use the theme switch in the user menu."""
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("radiogroup", name="Theme").get_by_text(theme, exact=True).click()


def query(page: Page) -> dict[str, list[str]]:
    """What the address says of the view."""
    return parse_qs(urlsplit(page.url).query)


def no_sideways_scroll(page: Page) -> None:
    """The page is no wider than its window."""
    widths = page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], f"{page.url} is {widths[0]} wide in a window of {widths[1]}"
