"""Takes the pictures of the guide to notifications, over a server with demo traffic.

PYTHONPATH=tests BACKOFFICE_URL=… .venv/bin/python -m e2e.screenshot_notifications
"""

from __future__ import annotations

import os

from playwright.sync_api import Browser, ViewportSize, expect

from .browser import chromium
from .pages import sign_in
from .screenshot import DESK, PHONE, take


def photograph(browser: Browser, url: str, size: ViewportSize, suffix: str, scheme: str) -> None:
    """The page, and the preview of a digest."""
    page = browser.new_page(
        base_url=url,
        viewport=size,
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
    )
    page.goto("/sign-in?next=/notifications")
    sign_in(page, "user@user.com", "user")
    for kind in ("Weekly digest", "Alerts"):
        switch = page.get_by_role("switch", name=f"{kind} of abtasty.com")
        expect(switch).to_be_enabled()
        if not switch.is_checked():
            switch.check(force=True)
        expect(switch).to_be_checked()
        expect(switch).to_be_enabled()
    take(page, f"notifications{suffix}")
    page.get_by_role("button", name="Preview the digest of abtasty.com").click()
    frame = page.frame_locator("iframe[title='Preview of the digest']")
    expect(frame.get_by_role("heading", name="Hot accounts")).to_be_visible()
    take(page, f"notifications-digest{suffix}")
    page.close()


def main() -> None:
    """Light and dark, desk and phone."""
    url = os.environ["BACKOFFICE_URL"].rstrip("/")
    with chromium() as browser:
        photograph(browser, url, DESK, "", "light")
        photograph(browser, url, DESK, "-dark", "dark")
        photograph(browser, url, PHONE, "-phone", "light")


if __name__ == "__main__":
    main()
