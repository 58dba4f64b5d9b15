"""Takes the README's picture: the Dashboard over a month of demo traffic. `make screenshot`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from backoffice.stack.processes import wait_until
from support.database import reachable_folder
from support.serving import installation

from .browser import chromium
from .pages import sign_in

PICTURE = Path(__file__).parents[1] / "docs" / "dashboard.png"
SIZE = {"width": 1440, "height": 1000}
LOAD_SECONDS = 300


def main() -> None:
    """Serve an empty installation, wait for its traffic, and look at it."""
    with (
        reachable_folder() as folder,
        chromium() as browser,
        installation(folder).serving(BACKOFFICE_DEMO="true") as server,
    ):
        loaded = wait_until(lambda: "messages stored in" in server.log.read_text(), LOAD_SECONDS)
        assert loaded, server.log.read_text()
        page = browser.new_page(viewport=SIZE, device_scale_factor=2, color_scheme="light")
        page.goto(f"{server.url}/sign-in")
        sign_in(page, "admin@admin.com", "admin")
        expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
        page.wait_for_load_state("networkidle")
        # Away from the chart, which explains what the pointer is over.
        page.mouse.move(0, 0)
        page.screenshot(path=PICTURE, animations="disabled")
    print(f"Wrote {PICTURE}")


if __name__ == "__main__":
    main()
