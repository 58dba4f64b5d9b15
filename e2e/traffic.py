"""The known traffic every test looks at. What the pages must say of it stands in the tests."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .product import Product, make_domain
from .sender import Conversation, Role, Sender

MINE = "abtasty.com"
OTHERS = "northwind.example"
OTHERS_TIMEZONE = ZoneInfo("Pacific/Auckland")
# In everything that is only the other domain's.
SECRET = "zanzibar"  # noqa: S105 - a word to look for, not a password

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/129.0.0.0 Safari/537.36"
)
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class Period(NamedTuple):
    """Days, both ends included."""

    start: str
    end: str


FIGURES = Period("2025-06-09", "2025-06-15")
BEFORE_FIGURES = Period("2025-06-02", "2025-06-08")
LIST = Period("2025-03-01", "2025-03-31")
LISTED = 130
HOSTILE = Period("2025-04-07", "2025-04-13")
EMPTY = Period("2025-01-01", "2025-01-31")

LONG_WORD = "W" * 3000
HOSTILE_TEXTS: list[tuple[Role, str]] = [
    ("visitor", '<script>window.hacked = 1</script><img src="x" onerror="window.hacked = 2">'),
    ("visitor", "[click me](javascript:window.hacked=3) and [me](JaVaScRiPt:window.hacked=4)"),
    ("visitor", "[data link](data:text/html,<script>parent.hacked=5</script>)"),
    ("visitor", "![pixel](https://evil.example/pixel.png) <https://honest.example/page>"),
    ("visitor", '<iframe src="https://evil.example/"></iframe><style>body{display:none}</style>'),
    ("visitor", LONG_WORD),
    ("agent", "**Bold** and a list:\n\n- one\n- two"),
]
HOSTILE_NAME = '<img src="x" onerror="window.hacked = 6">'


def path(page: str, period: Period, domain: str = MINE, **more: str) -> str:
    """The address of a page."""
    search = {"domain": domain, "from": period.start, "to": period.end, **more}
    return f"/{page}?" + "&".join(f"{key}={value}" for key, value in search.items())


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def send_everything(product: Product) -> None:
    """Send all of it over HTTP."""
    with product.connect() as connection:
        mine = Sender(product.url, make_domain(connection, MINE, "AB Tasty", "Europe/Paris"))
        others = Sender(
            product.url,
            make_domain(connection, OTHERS, "Northwind", OTHERS_TIMEZONE.key),
        )
    with mine.http, others.http:
        _figures(mine)
        _list(mine)
        _hostile(mine)
        _others(others)
        _recent(others)


def _show(sender: Sender, visitor: str, when: str, times: int = 1, *, opened: bool = False) -> None:
    for copy in range(times):
        sender.event("widget_displayed", visitor, at(when), copy, {"$raw_user_agent": CHROME})
    if opened:
        sender.event("widget_opened", visitor, at(when) + timedelta(seconds=5))


def _turns(count: int) -> list[tuple[Role, str]]:
    return [("visitor", "How does it work?"), ("agent", "Like this.")] * count


def _figures(mine: Sender) -> None:
    _show(mine, "ann", "2025-06-10T10:00", 3, opened=True)
    _show(mine, "ben", "2025-06-11T10:00", 2, opened=True)
    _show(mine, "cem", "2025-06-12T10:00", opened=True)
    _show(mine, "dia", "2025-06-15T10:00")
    mine.event("$pageview", "eva", at("2025-06-13T10:00"))
    # None of these count: a crawler, and a test environment.
    mine.event(
        "widget_displayed", "bot", at("2025-06-13T10:00"), properties={"$raw_user_agent": CRAWLER}
    )
    staging = {"$current_url": "https://staging.abtasty.com/"}
    mine.event("widget_displayed", "tester", at("2025-06-13T10:00"), properties=staging)
    # The period before.
    _show(mine, "ann", "2025-06-03T10:00", 2, opened=True)
    _show(mine, "gus", "2025-06-04T10:00", 2)
    _show(mine, "hal", "2025-06-08T10:00")
    mine.flush()
    for conversation in (
        Conversation(
            "ann",
            "ann",
            at("2025-06-10T10:01"),
            _turns(2),
            led_to=["email_captured", "demo_proposed", "cta_clicked", "demo_booked"],
            email="ann@client.example",
        ),
        Conversation("ben", "ben", at("2025-06-11T10:01"), _turns(1), led_to=["demo_proposed"]),
        Conversation("cem", "cem", at("2025-06-12T10:01")),
        # Half past midnight in Paris, where it is the 9th already; and never shown the widget.
        Conversation("fay", "fay", at("2025-06-08T22:30"), _turns(3), page="/docs"),
        Conversation("ann before", "ann", at("2025-06-03T10:01"), _turns(1)),
    ):
        mine.converse(conversation)


def _list(mine: Sender) -> None:
    """Newest first: number 129, 128, … ; every 10th has no message, every 13th booked a demo."""
    for number in range(LISTED):
        words = "price of the giraffe plan" if number % 26 == 0 else "mobile experiments"
        mine.converse(
            Conversation(
                f"listed {number}",
                f"listed-{number}",
                at("2025-03-02T08:00") + number * timedelta(hours=5),
                [] if number % 10 == 5 else [("visitor", f"Question {number} about {words}")],
                page="/features" if number % 2 else "/pricing",
                country=("FR", "US", "DE")[number % 3],
                led_to=["demo_proposed", "demo_booked"] if number % 13 == 0 else [],
            )
        )


def _hostile(mine: Sender) -> None:
    mine.event(
        "$identify", "mallory", at("2025-04-10T09:59"), properties={"$set": {"name": HOSTILE_NAME}}
    )
    mine.flush()
    mine.converse(Conversation("hostile", "mallory", at("2025-04-10T10:00"), HOSTILE_TEXTS))
    mine.converse(Conversation("after", "nia", at("2025-04-11T10:00"), _turns(1)))
    mine.converse(Conversation("latest", "oli", at("2025-04-12T10:00"), _turns(1)))


def _others(others: Sender) -> None:
    for day in ("2025-03-10", "2025-04-10", "2025-06-10"):
        visitor = f"{SECRET}-{day}"
        _show(others, visitor, f"{day}T10:00", 5, opened=True)
        others.event(
            "$identify",
            visitor,
            at(f"{day}T10:00"),
            properties={"$set": {"name": f"{SECRET} Smith"}},
        )
        others.flush()
        others.converse(
            Conversation(
                f"{SECRET} {day}",
                visitor,
                at(f"{day}T10:01"),
                [("visitor", f"My {SECRET} question"), ("agent", f"Your {SECRET} answer")],
                page=f"/{SECRET}",
                led_to=["email_captured", "demo_proposed"],
                email=f"{SECRET}@{OTHERS}",
            )
        )


def _recent(others: Sender) -> None:
    """Displays relative to the domain's today: 1 two days ago, 2 twelve and 4 forty days ago."""
    today = datetime.now(OTHERS_TIMEZONE).date()
    for days, count in ((2, 1), (12, 2), (40, 4)):
        noon = datetime.combine(today - timedelta(days), time(12), OTHERS_TIMEZONE)
        for copy in range(count):
            others.event("widget_displayed", f"{SECRET}-recent", noon, copy)
    others.flush()
