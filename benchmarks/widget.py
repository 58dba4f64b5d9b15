"""What the widget costs a page: its size, and the time it takes of the page's main thread.

The demonstration site is loaded with and without the script, in turns, by Debian's Chromium, which
says itself how long its main thread was busy.

Run: python -m benchmarks.widget (after `make build`)
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from backoffice.app import WEB_BUILD
from benchmarks.start import serving

FILES: Final = ("rose.js", "chat.js")
GOAL_BYTES: Final = 12_000
GOAL_MS: Final = 50.0
REPEATS: Final = 15
WARM_UP: Final = 2
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140"
# Longer than the launcher's delay, and the same for both pages.
SETTLED_MS: Final = 4_000
METRICS: Final = ("TaskDuration", "ScriptDuration")


def busy(browser: Browser, url: str, *, widget: bool) -> tuple[float, float]:
    """Milliseconds of the main thread, and of scripts in it, until the launcher is there."""
    context = browser.new_context(user_agent=AGENT, viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        if not widget:
            page.route("**/widget/v1/**", lambda route: route.abort())
        session = context.new_cdp_session(page)
        # Time on a processor: what else the machine does does not count.
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(url)
        # Waiting for an element would run scripts of the test's own in the page.
        page.wait_for_timeout(SETTLED_MS)
        measured = session.send("Performance.getMetrics")["metrics"]
        values = {metric["name"]: metric["value"] * 1e3 for metric in measured}
        assert (page.locator("#rose-widget .launcher").count() == 1) is widget
        return values[METRICS[0]], values[METRICS[1]]
    finally:
        context.close()


def main() -> None:
    """Measure and print."""
    for name in FILES:
        size = len(gzip.compress((WEB_BUILD / "widget" / name).read_bytes(), mtime=0))
        print(f"{name}: {size / 1000:.1f} kB gzip (goal {GOAL_BYTES / 1000:.0f})")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with TemporaryDirectory(prefix="backoffice-bench-") as folder, sync_playwright() as playwright:
        Path(folder).chmod(0o711)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
        with serving(Path(folder) / "data") as url:
            taken: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
            for turn in range(-WARM_UP, REPEATS):
                for widget in taken:
                    times = busy(browser, f"{url}/demo-site/", widget=widget)
                    if turn >= 0:
                        taken[widget].append(times)
        browser.close()
    task, script = (
        {widget: [each[place] for each in times] for widget, times in taken.items()}
        for place in range(len(METRICS))
    )
    added = median(task[True]) - median(task[False])
    print(
        f"main thread of the demonstration page: {median(task[False]):.0f} ms without,"
        f" {median(task[True]):.0f} ms with the widget (p95 {quantiles(task[True], n=20)[18]:.0f}):"
        f" {added:.0f} ms added (goal {GOAL_MS:.0f}),"
        f" {median(script[True]) - median(script[False]):.0f} ms of it scripts"
    )


if __name__ == "__main__":
    main()
