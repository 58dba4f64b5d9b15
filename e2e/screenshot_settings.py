"""Takes the pictures of the guide to Settings and Agents over demo traffic.

PYTHONPATH=tests .venv/bin/python -m e2e.screenshot_settings

With `BACKOFFICE_URL` it looks at a server that runs already and has its traffic; settings are saved
there.
"""

from __future__ import annotations

from playwright.sync_api import Browser, Page, ViewportSize, expect

from .browser import chromium
from .pages import no_sideways_scroll, sign_in
from .screenshot import DESK, PHONE, PICTURES, loaded_server, open_page, take
from .traffic import MINE


def open_signed_in(browser: Browser, url: str, size: ViewportSize, path: str) -> Page:
    """A page as staff see it."""
    page = open_page(browser, url, size)
    page.goto(f"/sign-in?next=/{path}%3Fdomain%3D{MINE}")
    sign_in(page, "admin@admin.com", "admin")
    return page


def save(page: Page, **fields: str) -> None:
    """Fill fields in and save them."""
    for name, value in fields.items():
        page.get_by_role("textbox", name=name.replace("_", " "), exact=True).fill(value)
    page.get_by_role("button", name="Review the difference").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("region", name="Unsaved changes")).to_have_count(0)


def take_settings(browser: Browser, url: str) -> None:
    """The form with what is set, the review, the history, and the form on a phone."""
    page = open_signed_in(browser, url, DESK, "settings/appearance")
    save(page, Primary="#b31b45", Rounded_corners="20")
    save(page, Rounded_corners="16")
    page.get_by_role("textbox", name="Horizontal", exact=True).fill("32")
    page.get_by_role("textbox", name="Rounded corners", exact=True).fill("99")
    page.get_by_role("textbox", name="Rounded corners", exact=True).scroll_into_view_if_needed()
    expect(page.get_by_text("Must be at most 32 px")).to_be_visible()
    # What was said of the saves in passing has gone.
    expect(page.get_by_text("is saved as version")).to_have_count(0, timeout=20_000)
    take(page, "settings")
    page.get_by_role("textbox", name="Rounded corners", exact=True).fill("8")
    page.get_by_role("button", name="Review the difference").click()
    expect(page.get_by_role("table", name="What will change")).to_be_visible()
    take(page, "settings-review")
    page.get_by_role("button", name="Go on editing").click()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="History").click()
    oldest = page.get_by_role("list", name="Versions").get_by_role("listitem").last
    oldest.locator("summary").click()
    expect(oldest.get_by_role("table")).to_be_visible()
    take(page, "settings-history")
    page.close()
    phone = open_signed_in(browser, url, PHONE, "settings/appearance")
    expect(phone.get_by_role("button", name="History")).to_be_visible()
    no_sideways_scroll(phone)
    take(phone, "settings-phone")
    phone.close()


def take_agents(browser: Browser, url: str) -> None:
    """The agents, one of them switched on for a reason."""
    page = open_signed_in(browser, url, DESK, "agents")
    nurturing = page.get_by_role("region", name="Nurturing")
    nurturing.get_by_role("button", name="Switch on Nurturing").click()
    page.get_by_label("Reason").fill("Agreed with marketing for the autumn campaign")
    page.get_by_role("button", name="Switch on", exact=True).last.click()
    expect(nurturing).to_contain_text("Agreed with marketing")
    expect(page.get_by_text("is switched on")).to_have_count(0, timeout=20_000)
    take(page, "agents")
    page.close()


def main() -> None:
    """Both pages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with loaded_server() as url, chromium() as browser:
        expect.set_options(timeout=20_000)
        take_settings(browser, url)
        take_agents(browser, url)


if __name__ == "__main__":
    main()
