"""Takes the pictures of Support's guide: a reported answer, its ticket, and the forms.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_support
"""

from __future__ import annotations

import os
import re
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect

from .browser import chromium
from .pages import sign_in
from .screenshot import DESK, PHONE, PICTURES, open_page, take
from .support_world import ASKED, WRONG, SupportWorld, support_world
from .traffic import MINE

USER = "user@user.com"
SENT_MS = 60_000


def opened(browser: Browser, url: str, size: ViewportSize, scheme: Any = "light") -> Page:
    """A page of the user."""
    page = open_page(browser, url, size, scheme)
    page.goto("/sign-in")
    sign_in(page, USER, "user")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible(timeout=20_000)
    return page


def report(page: Page, world: SupportWorld) -> None:
    """An answer from its conversation, with a picture of the form, and two other issues."""
    page.goto(f"/conversations/{MINE}/{world.conversation}")
    answer = page.get_by_role("list", name="Transcript").get_by_role("listitem")
    answer.filter(has_text=WRONG).get_by_role("button", name="Report").click()
    dialog = page.get_by_role("dialog", name="Report an issue with this conversation")
    dialog.get_by_role("radio", name="Not accurate").check()
    dialog.get_by_label(re.compile("What should it have answered")).fill(
        "Yes. A test can be for the visitors of one country: choose it under Targeting."
    )
    expect(dialog.get_by_text(ASKED)).to_be_visible()
    take(page, "support-report")
    dialog.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Open the ticket").click()
    ticket = page.get_by_role("complementary", name="Ticket")
    expect(ticket.get_by_role("link", name="ROSE-1")).to_be_visible(timeout=SENT_MS)
    for number, title in enumerate(("The export misses yesterday", "Invite our agency"), 2):
        page.goto("/support?new=other")
        form = page.get_by_role("dialog", name="New ticket")
        form.get_by_label(re.compile("^Title")).fill(title)
        form.get_by_label(re.compile("^What happened")).fill("Please have a look.")
        form.get_by_role("button", name="Send").click()
        expect(page.get_by_role("link", name=f"ROSE-{number}")).to_be_visible(timeout=SENT_MS)
    issue = world.issue("ROSE-1")
    world.tell(world.linear.move(issue, "In Progress"))
    world.tell(
        world.linear.comment(
            issue, "#public The agent learns about **targeting** with today's update."
        )
    )
    world.tell(world.linear.move(world.issue("ROSE-2"), "Done"))


def photograph(page: Page, name: str) -> None:
    """The reported answer's ticket beside the list."""
    page.goto("/support")
    table = page.get_by_role("table", name="Tickets")
    expect(table).to_contain_text("In progress")
    take(page, f"{name}-list")
    table.get_by_role("link").filter(has_text="No. Tests").click()
    expect(page.get_by_text("learns about")).to_be_visible()
    take(page, name)


def main() -> None:
    """On a desk and on a phone; with CHECK, in the dark too, elsewhere."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, support_world() as world:
        page = opened(browser, world.product.url, DESK)
        report(page, world)
        photograph(page, "support")
        photograph(opened(browser, world.product.url, PHONE), "support-phone")
        if os.environ.get("CHECK"):
            photograph(opened(browser, world.product.url, DESK, "dark"), "support-dark")


if __name__ == "__main__":
    main()
