"""Every figure counted anew in Python from raw rows, sharing nothing with the SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
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
        for session in rows("visitor_sessions"):
            if session["counts"]:
                day = day_of(session["first_event_at"])
                add("sessions", day)
                add("sessions", day, "country", session["country"])
                add("sessions", day, "device", session["device_type"])
                add("sessions", day, "referrer", session["referrer_host"])
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
            if not conversation["counts"]:
                continue
            day = day_of(started)
            add("conversations", day)
            add("conversations", day, "page", conversation["page"])
            add("conversations", day, "country", conversation["country"])
            add("conversations", day, "device", conversation["device_type"])
            add("conversations", day, "referrer", conversation["referrer_host"])
            if "visitor" in roles:
                add("messaged_conversations", day)
            add("turns", day, n=turns)
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
    result.figures += Counter()  # Zeros are no figures.
    return result
