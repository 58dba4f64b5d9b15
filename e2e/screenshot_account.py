"""Takes the pictures of the guide to sign-in and account: `python -m e2e.screenshot_account`.

With `BACKOFFICE_URL` it looks at a server that runs already.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from support.database import reachable_folder
from support.serving import installation

from .accounts import open_account, part
from .browser import chromium
from .pages import sign_in
from .screenshot import DESK, PHONE, take


@contextmanager
def running_server() -> Iterator[str]:
    """The address of a server."""
    if url := os.environ.get("BACKOFFICE_URL"):
        yield url.rstrip("/")
        return
    with reachable_folder() as folder, installation(folder).serving() as server:
        yield server.url


def main() -> None:
    """The sign-in, and the account page while a second factor is turned on."""
    with chromium() as browser, running_server() as url:
        for size, suffix in ((DESK, ""), (PHONE, "-phone")):
            page = browser.new_page(
                base_url=url, viewport=size, locale="en-GB", reduced_motion="reduce"
            )
            page.goto("/sign-in")
            expect(page.get_by_role("button", name="Sign in")).to_be_visible()
            if size == DESK:
                take(page, "sign-in")
            sign_in(page, "user@user.com", "user")
            expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
            open_account(page)
            two = part(page, "Two-factor authentication")
            two.get_by_role("button", name="Turn on").click()
            expect(two.get_by_role("img", name="QR code of the secret")).to_be_visible()
            take(page, f"account{suffix}")
            page.close()


if __name__ == "__main__":
    main()
