"""Every figure counted anew in Python from raw rows, sharing nothing with the SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import dict_row

Figure = tuple[str, str, date, str]
DayStep = tuple[date, str]

STEP_OF_EVENT = {
    "widget_displayed": "displayed",
    "widget_opened": "opened",
    "message_sent": "messaged",
}
STEP_OF_CONVERSION = {
    "demo_proposed": "proposed",
    "cta_clicked": "clicked",
    "demo_booked": "booked",
    "email_captured": "email",
}
FUNNEL = ["displayed", "opened", "messaged", "proposed", "clicked", "booked"]
KINDS: dict[str, list[str]] = {
    **{step: [step] for step in ["active", *FUNNEL, "email"]},
    "engaged": ["displayed", "messaged"],
    **{f"funnel_{FUNNEL[n]}": FUNNEL[: n + 1] for n in range(1, len(FUNNEL))},
}
COUNTED_EVENTS = {
    "widget_displayed",
    "widget_opened",
    "message_sent",
    "typed_into_input",
    "suggestion_clicked",
    "section_question_clicked",
    "cta_displayed",
    "form_submitted",
    "$pageview",
}


@dataclass
class Recount:
    """What the raw rows of a domain say."""

    figures: Counter[Figure] = field(default_factory=Counter)
    steps: dict[Any, set[DayStep]] = field(default_factory=lambda: defaultdict(set))

    def distinct(self, kind: str, first: date, last: date) -> int:
        """Visitors who did every step of a kind on some day of the range."""
        return sum(
            all(
                any(step == wanted and first <= day <= last for day, step in done)
                for wanted in KINDS[kind]
            )
            for done in self.steps.values()
        )


def recount(connection: Connection[Any], domain: str) -> Recount:
    """Count a domain's raw rows."""
    result = Recount()
    with connection.cursor(row_factory=dict_row) as cursor:

        def rows(table: str) -> Iterable[dict[str, Any]]:
            cursor.execute(f"select * from public.{table} where site_domain = %s", [domain])  # type: ignore[arg-type]
            return cursor.fetchall()

        timezone = ZoneInfo(str(next(iter(rows("domains")))["timezone"]))

        def day_of(at: datetime) -> date:
            return at.astimezone(timezone).date()

        def add(metric: str, day: date, dimension: str = "", value: Any = "", n: int = 1) -> None:
            result.figures[(metric, dimension, day, value or "")] += n

        for event in rows("events"):
            if event["counts"]:
                day = day_of(event["occurred_at"])
                if event["name"] in COUNTED_EVENTS:
                    add(event["name"], day)
                result.steps[event["visitor_id"]].add((day, "active"))
                if event["name"] in STEP_OF_EVENT:
                    result.steps[event["visitor_id"]].add((day, STEP_OF_EVENT[event["name"]]))
        visitors = {row["id"]: row for row in rows("visitors")}
        visits: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
        interests: dict[Any, list[int]] = defaultdict(list)
        unanswered = Counter(row["conversation_id"] for row in rows("unanswered_questions"))
        for session in rows("visitor_sessions"):
            assert session["account_id"] == visitors[session["visitor_id"]]["account_id"]
            if session["counts"]:
                visits[session["visitor_id"]][0] += 1
                visits[session["visitor_id"]][1] += session["page_view_count"]
            if session["counts"]:
                day = day_of(session["first_event_at"])
                add("sessions", day)
                add("sessions", day, "country", session["country"])
                add("sessions", day, "device", session["device_type"])
                add("sessions", day, "referrer", session["referrer_host"])
                if visitors[session["visitor_id"]]["account_id"]:
                    account = str(visitors[session["visitor_id"]]["account_id"])
                    add("sessions", day, "account", account)
        for seen in rows("session_pages"):
            if seen["counts"]:
                add("sessions", seen["day"], "page", seen["page"])
        conversations = {row["id"]: row for row in rows("conversations")}
        spoken = defaultdict(list)
        for message in rows("messages"):
            spoken[message["conversation_id"]].append(message)
        for number, conversation in conversations.items():
            said = sorted(spoken[number], key=lambda m: (m["sent_at"], m["seq"], m["id"]))
            roles = [message["role"] for message in said]
            started = said[0]["sent_at"] if said else conversation["opened_at"]
            turns = sum(pair == ("visitor", "agent") for pair in pairwise(roles))
            assert conversation["message_count"] == len(said)
            assert conversation["total_turns"] == turns
            assert conversation["started_at"] == started
            assert conversation["day"] == day_of(started)
            assert conversation["hour"] == started.astimezone(timezone).hour
            assert conversation["account_id"] == visitors[conversation["visitor_id"]]["account_id"]
            assert conversation["interest_score"] == interest(conversation, roles)
            assert conversation["unanswered_count"] == unanswered[number]
            if not conversation["counts"]:
                continue
            day = day_of(started)
            add("conversations", day)
            add("conversations", day, "page", conversation["page"])
            add("conversations", day, "country", conversation["country"])
            add("conversations", day, "device", conversation["device_type"])
            add("conversations", day, "referrer", conversation["referrer_host"])
            interests[conversation["visitor_id"]].append(conversation["interest_score"])
            add_understanding(add, day, conversation, turns, messaged="visitor" in roles)
            for kind in STEP_OF_CONVERSION:
                if conversation[kind]:
                    add("conversations", day, "conversion", kind)
            for message in said:
                if message["role"] == "visitor":
                    when = day_of(message["sent_at"])
                    result.steps[conversation["visitor_id"]] |= {
                        (when, "active"),
                        (when, "messaged"),
                    }
        for conversion in rows("conversions"):
            if conversion["counts"]:
                day = day_of(conversion["occurred_at"])
                add(conversion["kind"], day)
                result.steps[conversion["visitor_id"]].add(
                    (day, STEP_OF_CONVERSION[conversion["kind"]])
                )
        for visitor_id, visitor in visitors.items():
            assert [visitor["session_count"], visitor["page_view_count"]] == visits[visitor_id]
            assert visitor["conversation_count"] == len(interests[visitor_id])
            assert visitor["interest_score"] == max(interests[visitor_id], default=1)
    result.figures += Counter()  # Zeros are no figures.
    return result


def interest(conversation: dict[str, Any], roles: list[str]) -> int:
    """1 Cold, 2 Curious, 3 Interested, 4 Engaged, 5 Hot, raised by what the words show."""
    shown = 2 if roles.count("visitor") > 1 else 1
    for flag, score in (("demo_proposed", 3), ("cta_clicked", 4), ("demo_booked", 5)):
        if conversation[flag]:
            shown = score
    return max(shown, int(conversation["signal_score"]))


def add_understanding(
    add: Callable[..., None],
    day: date,
    conversation: dict[str, Any],
    turns: int,
    *,
    messaged: bool,
) -> None:
    """The figures of a conversation by what was understood of it."""
    spoken = conversation["language"] or conversation["detected_language"]
    add("conversations", day, "language", spoken)
    add("conversations", day, "weekday_hour", f"{day.isoweekday()} {conversation['hour']}")
    score = str(conversation["interest_score"])
    add("conversations", day, "score", score)
    if conversation["account_id"]:
        account = str(conversation["account_id"])
        add("conversations", day, "account", account)
        add("conversations", day, "account_score", f"{account}:{score}")
    if conversation["intent"]:
        add("conversations", day, "intent", conversation["intent"])
    quality = conversation["quality_score"]
    if quality is not None:
        rounded = quality.quantize(Decimal(1), ROUND_HALF_UP)
        add("conversations", day, "quality", str(rounded))
    if not messaged:
        return
    converted = any(conversation[kind] for kind in ("email_captured", "cta_clicked", "demo_booked"))
    topic = str(conversation["topic_id"] or "")
    for dimension, value in (("", ""), ("topic", topic)):
        for metric, n in (
            ("messaged_conversations", 1),
            ("turns", turns),
            ("converted_conversations", int(converted)),
            ("unanswered_conversations", int(conversation["unanswered_count"] > 0)),
            ("scored_conversations", int(quality is not None)),
            ("quality_tenths", int(10 * (quality or 0))),
        ):
            add(metric, day, dimension, value, n)
