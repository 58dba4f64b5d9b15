"""The command palette: anywhere by a few letters."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .axe import serious
from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .pages import rows
from .traffic import FIGURES, path


def test_it_goes_to_a_page_and_keeps_website_and_dates(open_page: OpenPage, watch: Watch) -> None:
    page = open_page(ADMIN)
    page.goto(path("conversations", FIGURES))
    expect(rows(page)).to_have_count(4)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Command palette")
    palette.get_by_label("Command").fill("clie")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/clients\?domain=abtasty\.com&from=2025-06-09"))
    expect(palette).to_have_count(0)
    page.get_by_role("button", name="Go to or look for").click()
    palette.get_by_label("Command").fill("ann@client.example")
    palette.get_by_text("Visitors with “ann@client.example”").click()
    expect(page).to_have_url(re.compile(r"/visitors\?.*q=ann"))
    assert watch.unexpected() == []


def test_axe_finds_nothing_serious(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES))
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Command palette")
    expect(palette.get_by_text("Conversations")).to_be_visible()
    expect(palette.get_by_text("Clients")).to_have_count(0)
    assert serious(page) == []
