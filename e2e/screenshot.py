"""Takes the pictures of the documentation over a month of demo traffic. `make screenshot`.

With `BACKOFFICE_URL` it looks at a server that runs already and has its traffic.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect

from backoffice.stack.processes import wait_until
from support.database import reachable_folder
from support.serving import installation

from .browser import chromium
from .pages import rows, sign_in, transcript

PICTURES = Path(__file__).parents[1] / "docs" / "images"
DESK: ViewportSize = {"width": 1440, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
LOAD_SECONDS = 300
# What a reader's browser still loads at once.
MOST_BYTES = 400_000


@contextmanager
def loaded_server() -> Iterator[str]:
    """The address of a server whose demo traffic has all arrived."""
    if url := os.environ.get("BACKOFFICE_URL"):
        yield url.rstrip("/")
        return
    with (
        reachable_folder() as folder,
        installation(folder).serving(BACKOFFICE_DEMO="true") as server,
    ):
        loaded = wait_until(lambda: "messages stored in" in server.log.read_text(), LOAD_SECONDS)
        assert loaded, server.log.read_text()
        yield server.url


def open_page(browser: Browser, url: str, size: ViewportSize, scheme: str = "light") -> Page:
    """A page for pictures: nothing moves, and a phone's is as sharp as a phone."""
    return browser.new_page(
        base_url=url,
        viewport=size,
        device_scale_factor=1 if size == DESK else 2,
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        reduced_motion="reduce",
    )


def open_dashboard(browser: Browser, url: str, size: ViewportSize, scheme: str) -> Page:
    """A signed-in page whose figures and charts are there."""
    page = open_page(browser, url, size, scheme)
    page.goto("/sign-in")
    sign_in(page, "admin@admin.com", "admin")
    expect(page.get_by_label("Figures", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_role("img", name="Conversations per day")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("region", name="Best of").get_by_role("row")).not_to_have_count(0)
    return page


def take(page: Page, name: str) -> None:
    """Write one picture."""
    page.wait_for_load_state("networkidle")
    # Away from the chart, which explains what the pointer is over.
    page.mouse.move(0, 0)
    path = PICTURES / f"{name}.png"
    picture = page.screenshot(path=path, animations="disabled", caret="hide")
    assert len(picture) <= MOST_BYTES, f"{path} has {len(picture)} bytes"
    print(f"Wrote {path.relative_to(PICTURES.parents[1])}, {len(picture) // 1000} kB")


def take_conversations(page: Page, name: str) -> None:
    """The list with a conversation that led to a demo."""
    page.get_by_role("link", name="Conversations", exact=True).first.click()
    expect(rows(page).first).to_be_visible()
    if page.viewport_size == PHONE:
        take(page, name)
        return
    rows(page).filter(has_text="Demo booked").first.get_by_role("link").click()
    expect(transcript(page)).to_be_visible()
    take(page, name)


def take_guide(page: Page) -> None:
    """What the guide of the Conversations shows: the list by itself, and a review being written."""
    page.goto("/conversations?domain=abtasty.com&scores=4,5")
    expect(rows(page).first).to_be_visible()
    take(page, "conversations-list")
    rows(page).filter(has_text="Hot").first.get_by_role("link").click()
    expect(transcript(page)).to_be_visible()
    receipt = page.get_by_label("What was understood").get_by_role("button")
    if receipt.count():
        receipt.click()
    page.get_by_role("button", name="Note", exact=True).click()
    take(page, "conversations-review")


def take_people(page: Page, kind: str) -> None:
    """The visitors or accounts by interest, with the first of them open."""
    page.get_by_role("link", name=kind.capitalize(), exact=True).first.click()
    page.get_by_role("button", name=re.compile("interest$", re.IGNORECASE)).click()
    expect(page).to_have_url(re.compile("sort=score"))
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.get_by_role("rowheader").first.get_by_role("link").click()
    expect(page.get_by_role("list", name="Timeline").get_by_role("listitem").first).to_be_visible()
    take(page, kind)


def take_topics(page: Page) -> None:
    """What visitors of one website ask about, with the most asked topic open."""
    page.goto("/topics?domain=abtasty.com")
    expect(page.get_by_role("table").last.get_by_role("row")).not_to_have_count(0, timeout=20_000)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    take(page, "topics")


def main() -> None:
    """Every page: light, dark, and on a phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, loaded_server() as url:
        for size, scheme, suffix in (
            (DESK, "light", ""),
            (DESK, "dark", "-dark"),
            (PHONE, "light", "-phone"),
        ):
            page = open_dashboard(browser, url, size, scheme)
            take(page, f"dashboard{suffix}")
            if size == PHONE:
                page.get_by_role("button", name="Open the menu").click()
            take_conversations(page, f"conversations{suffix}")
            if (size, scheme) == (DESK, "light"):
                take_guide(page)
                for kind in ("visitors", "accounts"):
                    take_people(page, kind)
                take_topics(page)
            page.close()


if __name__ == "__main__":
    main()
