"""What this process counts of itself, cheaply enough for the busiest paths.

Numbers live in plain dictionaries of one event loop's thread; `exposition` turns them into
Prometheus' text when somebody asks. No label ever holds what a visitor, a client or a caller
wrote: labels are words of this program.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER: Final = "ui"
# By the first part of a path. Whatever is not listed is the UI's, and so is what nobody knows.
ROUTE_CLASSES: Final = {
    "widget": "widget",
    "rest": "rest",
    "auth": "auth",
    "export": "export",
    "content": "content",
    "notifications": "notifications",
    "support": "support",
    "crm": "crm",
    "clients": "clients",
    "users": "users",
    "privacy": "privacy",
    "agent": "agent",
    "health": "health",
    "metrics": "metrics",
    "assets": "assets",
    "mailbox": "mailbox",
    "demo-site": "demo_site",
    # PostHog's addresses for events.
    "capture": "capture",
    "batch": "capture",
    "e": "capture",
    "i": "capture",
    "track": "capture",
    "engage": "capture",
}
# Pages of the UI have the same first part as what they ask.
ALSO_PAGES: Final = frozenset({"notifications", "support", "clients", "users", "privacy"})


class Counter:
    """A number that only grows, by the values of its labels."""

    def __init__(self, name: str, text: str, labels: tuple[str, ...]) -> None:
        self.name = name
        self.text = text
        self.labels = labels
        self.values: dict[tuple[str, ...], int] = {}

    def add(self, *labels: str, n: int = 1) -> None:
        """Add `n` under these labels."""
        self.values[labels] = self.values.get(labels, 0) + n


class Durations:
    """How long requests took, by class of route, method and status."""

    def __init__(self) -> None:
        # Requests by bucket, the last for those beyond the longest bound; and their seconds in all.
        self.values: dict[tuple[str, str, int], tuple[list[int], list[float]]] = {}

    def observe(self, path: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        parts = path.split("/", 3)
        route = ROUTE_CLASSES.get(parts[1], OTHER) if len(parts) > 1 else OTHER
        if route in ALSO_PAGES and parts[2:3] != ["v1"]:
            route = OTHER
        key = (route, method, status)
        kept = self.values.get(key)
        if kept is None:
            # A method is what a caller wrote: only those there are become labels.
            key = (key[0], method if method in METHODS else "other", status)
            kept = self.values.setdefault(key, ([0] * (len(BOUNDS) + 1), [0.0]))
        kept[0][bisect_left(BOUNDS, seconds)] += 1
        kept[1][0] += seconds

    def histograms(self) -> Iterator[tuple[tuple[str, str, str], list[tuple[str, int]], float]]:
        """Labels, cumulative buckets by their bound, and the sum of seconds."""
        for (route, method, status), (counts, total) in sorted(self.values.items()):
            running, buckets = 0, []
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
                running += count
                buckets.append((bound, running))
            yield (route, method, str(status)), buckets, total[0]


METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUESTS = Durations()
CAPTURED = Counter(
    "backoffice_capture_events", "Events sent to capture, by what became of them.", ("outcome",)
)
WIDGET_CONFIGS = Counter(
    "backoffice_widget_config_lookups",
    "Look-ups of what a website downloads, by whether it was in memory.",
    ("cache",),
)
MAILS = Counter(
    "backoffice_notification_mails",
    "Notifications this process handled, by kind and what became of them.",
    ("kind", "outcome"),
)
COUNTERS: Final = (CAPTURED, WIDGET_CONFIGS, MAILS)
