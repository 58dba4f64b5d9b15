"""Takes the pictures of the guide to notifications, over a server with demo traffic.

PYTHONPATH=tests BACKOFFICE_URL=… .venv/bin/python -m e2e.screenshot_notifications
"""

from __future__ import annotations

import os

from playwright.sync_api import Browser, ViewportSize, expect

from .browser import chromium
from .pages import sign_in
from .screenshot import DESK, PHONE, PICTURES, open_page


def photograph(browser: Browser, url: str, size: ViewportSize, suffix: str, scheme: str) -> None:
    """The page, and the preview of a digest."""
    page = open_page(browser, url, size, scheme)
    page.goto("/sign-in?next=/notifications")
    sign_in(page, "user@user.com", "user")
    expect(page.get_by_role("list", name="E-mails")).to_be_attached()
    for kind in ("Weekly digest", "Alerts"):
        switch = page.get_by_role("switch", name=f"{kind} of abtasty.com")
        expect(switch).to_be_enabled()
        if not switch.is_checked():
            switch.check(force=True)
        expect(switch).to_be_checked()
        expect(switch).to_be_enabled()
    if scheme == "light":
        page.screenshot(path=PICTURES / f"notifications{suffix}.png", animations="disabled")
    if size == PHONE:
        page.close()
        return
    page.get_by_role("button", name="Preview the digest of abtasty.com").click()
    frame = page.frame_locator("iframe[title='Preview of the digest']")
    expect(frame.get_by_role("heading", name="Hot accounts")).to_be_visible()
    page.screenshot(path=PICTURES / f"notifications-digest{suffix}.png", animations="disabled")
    page.close()


def main() -> None:
    """The page on desk and phone, the digest light and dark."""
    url = os.environ["BACKOFFICE_URL"].rstrip("/")
    with chromium() as browser:
        photograph(browser, url, DESK, "", "light")
        photograph(browser, url, DESK, "-dark", "dark")
        photograph(browser, url, PHONE, "-phone", "light")


if __name__ == "__main__":
    main()
