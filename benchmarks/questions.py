"""What the pages ask of the database, and the milliseconds each question may take.

Figures that rollups answer, pages and counts of the lists, full-text search: of one domain with
half of everything and of all domains, over four weeks and a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

HALF = "half.example"
FIGURES_MS = 100.0
LIST_MS = 50.0
COUNT_MS = 500.0
SEARCH_MS = 300.0


@dataclass(frozen=True, slots=True)
class Question:
    """One call of an RPC, and the milliseconds it may take at p95."""

    label: str
    function: str
    arguments: dict[str, Any]
    goal: float


def questions() -> Iterator[Question]:
    """What the pages ask, of one domain with half of everything and of all domains."""
    today = datetime.now(UTC).date() - timedelta(days=1)
    for scope, sites in (("half", [HALF]), ("all", None)):
        for days in (28, 365):
            first = today - timedelta(days=days - 1)
            window = {"p_site_domains": sites, "p_from": str(first), "p_to": str(today)}
            name = f"{scope}, {days} days"
            for function, more in FIGURES:
                label = f"{function}{' ' + '/'.join(map(str, more.values())) if more else ''}"
                yield Question(f"{label} ({name})", function, window | more, FIGURES_MS)
            yield from lists(name, sites, first, today)
            yield from counts(name, sites, first, today)
    first, last = today - timedelta(days=299), today - timedelta(days=150)
    yield from counts("all, 150 days before", None, first, last)


FIGURES: list[tuple[str, dict[str, Any]]] = [
    ("get_dashboard_summary", {}),
    ("get_engagement_rate", {}),
    ("get_widget_display_stats", {}),
    ("get_conversation_funnel", {}),
    ("get_conversations_over_time", {"p_bucket": "day"}),
    ("get_metric_over_time", {"p_metric": "visitors", "p_bucket": "day"}),
    ("get_metric_over_time", {"p_metric": "engaged_visitors", "p_bucket": "week"}),
    ("get_top_values", {"p_dimension": "page"}),
    ("get_top_values", {"p_dimension": "country"}),
    ("get_topic_stats", {}),
    ("get_topics_over_time", {"p_bucket": "week"}),
    ("get_heat_map", {}),
]
CONVERSATION_FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("no filter", {}),
    ("demo booked", {"conversions": ["demo_booked"]}),
    ("a page, 4 turns", {"page": "/page-3", "min_turns": 4}),
    ("a language nobody speaks", {"language": "xx"}),
    ("messaged, 3 turns", {"messaged": True, "min_turns": 3}),
]
VISITOR_FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("no filter", {}),
    ("engaged", {"did": "engaged"}),
    ("booked a demo", {"did": "booked"}),
    ("in France", {"country": "FR"}),
    ("hot in France", {"scores": [5], "country": "FR"}),
    ("a name", {"search": "person 77"}),
]
# What no figure that is kept answers: several things at once, of most visitors or conversations.
COUNTED_VISITORS: list[tuple[str, dict[str, Any]]] = [
    ("anonymous", {"statuses": ["anonymous"]}),
    ("a demo proposed in France", {"country": "FR", "conversions": ["demo_proposed"]}),
    (
        "engaged, an e-mail and a demo proposed",
        {"did": "engaged", "conversions": ["email_captured", "demo_proposed"]},
    ),
    ("least interest, up to a message", {"did": "funnel_messaged", "scores": [1, 2]}),
    ("a word of all known people", {"search": "person"}),
    ("a word of all companies", {"search": "company"}),
]
COUNTED_CONVERSATIONS: list[tuple[str, dict[str, Any]]] = [
    ("quality up to 2", {"max_quality": 2}),
    ("an e-mail and a demo proposed", {"conversions": ["email_captured", "demo_proposed"]}),
    ("an intent", {"intents": ["LEARN"]}),
    ("unanswered", {"unanswered": True}),
    ("“the”, hot", {"search": "the", "scores": [5]}),
    ("“word2”, unanswered", {"search": "word2", "unanswered": True}),
]


def counts(name: str, sites: list[str] | None, first: date, last: date) -> Iterator[Question]:
    """Counts of what is not listed here."""
    for kind, function, filters in (
        ("visitors", "count_visitors", COUNTED_VISITORS),
        ("conversations", "count_conversations", COUNTED_CONVERSATIONS),
    ):
        for label, passed in filters:
            arguments = {
                "p_site_domains": sites,
                "p_filter": passed | {"from": str(first), "to": str(last)},
            }
            yield Question(f"count {kind}: {label} ({name})", function, arguments, COUNT_MS)


def lists(name: str, sites: list[str] | None, first: date, last: date) -> Iterator[Question]:
    """Pages and counts of the lists."""
    window = {"from": str(first), "to": str(last)}

    def ask(
        label: str, function: str, passed: dict[str, Any], goal: float, **more: Any
    ) -> Question:
        arguments = {"p_site_domains": sites, "p_filter": window | passed, **more}
        return Question(f"{label} ({name})", function, arguments, goal)

    for label, passed in CONVERSATION_FILTERS:
        yield ask(f"conversations: {label}", "list_conversations", passed, LIST_MS)
        yield ask(f"count conversations: {label}", "count_conversations", passed, COUNT_MS)
    later = datetime.combine(first + (last - first) / 2, datetime.min.time(), UTC)
    cursor = {
        "started_at": later.isoformat(),
        "site_domain": HALF,
        "id": "80000000-0000-4000-8000-000000000000",
    }
    yield ask("conversations: a later page", "list_conversations", {}, LIST_MS, p_after=cursor)
    for word in ("the", "zanzibar", "word4999 word2"):
        passed = {"search": word}
        yield ask(f"conversations with “{word}”", "list_conversations", passed, SEARCH_MS)
        yield ask(f"count with “{word}”", "count_conversations", passed, COUNT_MS)
    french = {"search": "the", "country": "FR"}
    yield ask("conversations with “the” in France", "list_conversations", french, SEARCH_MS)
    yield ask("count with “the” in France", "count_conversations", french, COUNT_MS)
    for sort in ("longest", "interest", "quality_best", "quality_worst"):
        yield ask(f"conversations by {sort}", "list_conversations", {}, LIST_MS, p_sort=sort)
    visitors = "get_visitor_stats_with_intent"
    for label, passed in VISITOR_FILTERS:
        yield ask(f"visitors: {label}", visitors, passed, LIST_MS)
        yield ask(f"count visitors: {label}", "count_visitors", passed, COUNT_MS)
    yield ask("visitors by score", visitors, {}, LIST_MS, p_sort="score")
    middle = {
        "last_day": str(first + (last - first) / 2),
        "last_visit_at": later.isoformat(),
        "id": cursor["id"],
        "site_domain": HALF,
    }
    yield ask("visitors: a later page", visitors, {}, LIST_MS, p_after=middle)
    for sort in ("sessions", "page_views", "conversations"):
        yield ask(f"visitors by {sort}", visitors, {}, LIST_MS, p_sort=sort)
    figure = {"figure": 2, "id": cursor["id"], "site_domain": HALF}
    yield ask(
        "visitors by sessions: a later page",
        visitors,
        {},
        LIST_MS,
        p_sort="sessions",
        p_after=figure,
    )
    for word in ("person", "company"):
        yield ask(f"visitors with “{word}”", visitors, {"search": word}, SEARCH_MS)
    accounts = "get_account_stats_with_intent"
    yield ask("accounts: a name", accounts, {"search": "company 77"}, SEARCH_MS)
    yield ask("accounts by sessions", accounts, {}, LIST_MS, p_sort="sessions")
    yield ask("accounts by score", accounts, {}, LIST_MS, p_sort="score")
    for sort, figure_of in (("sessions", 40), ("conversations", 8)):
        after = {"figure": figure_of, "id": cursor["id"], "site_domain": HALF}
        yield ask(
            f"accounts by {sort}: a later page", accounts, {}, LIST_MS, p_sort=sort, p_after=after
        )
    yield ask("accounts", accounts, {}, LIST_MS)
    yield ask("accounts by conversations", accounts, {}, LIST_MS, p_sort="conversations")
    yield ask("count accounts", "count_accounts", {}, COUNT_MS)
