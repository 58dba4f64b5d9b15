"""Random traffic of one domain, as hypothesis strategies, and the way to send it to PostgreSQL."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from hypothesis import strategies as st
from psycopg import Connection

START = datetime(2026, 3, 20, tzinfo=UTC)  # Summer time begins in Europe nine days later.
DAYS = 21
NAMESPACE = uuid.UUID("6f6c2f0e-6d7b-4f0a-9f0e-0d5f5f1d7c11")
PEOPLE = ["ann", "ben", "cem", "dia", "eva"]
ASSIGNMENT = "assign an account"
FLAGS = ["email_captured", "demo_proposed", "cta_clicked", "demo_booked"]
EVENT_NAMES = [
    "$pageview",
    "widget_displayed",
    "widget_opened",
    "message_sent",
    "something_else",
    *FLAGS,
]

moments = st.integers(0, DAYS * 24 * 12).map(lambda n: START + timedelta(minutes=5 * n))
conversation_numbers = st.integers(1, 3)
TOPICS = [str(uuid.uuid5(NAMESPACE, f"topic {number}")) for number in (1, 2)]
ACCOUNTS = [str(uuid.uuid5(NAMESPACE, f"account {number}")) for number in (1, 2)]


@dataclass(frozen=True)
class Call:
    """One call of a writer: its name and the arguments after the domain."""

    function: str
    arguments: tuple[Any, ...]


def conversation_id(number: int) -> str:
    """The id of the n-th conversation."""
    return str(uuid.uuid5(NAMESPACE, f"conversation {number}"))


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """One normalised event."""
    person = draw(st.sampled_from(PEOPLE))
    event: dict[str, Any] = {
        "uuid": str(uuid.uuid5(NAMESPACE, f"event {draw(st.integers(1, 400))}")),
        "name": draw(st.sampled_from(EVENT_NAMES)),
        "distinct_id": person,
        "session_id": draw(st.sampled_from([None, "s1", "s2"])),
        "occurred_at": draw(moments).isoformat(),
        "host": draw(
            st.sampled_from([None, "staging.shop.example", "elsewhere.example", *["www"] * 9])
        ),
        "page": draw(st.sampled_from([None, "/", "/pricing", "/docs"])),
        "country": draw(st.sampled_from([None, "FR", "US"])),
        "device_type": draw(st.sampled_from([None, "desktop", "mobile"])),
        "referrer_host": draw(st.sampled_from([None, "google.com"])),
        "is_bot": draw(st.sampled_from([False] * 9 + [True])),
        "ip_hash": draw(st.sampled_from(["a", "b", "c", "d", "internal"])),
        "properties": {},
    }
    if event["host"] == "www":
        del event["host"]
    if event["name"] in FLAGS or event["name"] == "message_sent":
        number = draw(st.one_of(st.none(), conversation_numbers))
        event["conversation_id"] = conversation_id(number) if number else None
    if draw(st.integers(0, 9)) == 0:
        event["name"] = "$identify"
        event["anon_distinct_id"] = draw(st.sampled_from(PEOPLE))
    return event


@st.composite
def captures(draw: st.DrawFn) -> Call:
    """A batch of events, some of them sent twice."""
    batch = draw(st.lists(events(), min_size=1, max_size=12))
    return Call("private.capture_events", (json.dumps(batch),))


@st.composite
def puts(draw: st.DrawFn) -> Call:
    """A conversation, with or without session, time and flags."""
    number = draw(conversation_numbers)
    body: dict[str, Any] = {
        "distinct_id": PEOPLE[number],
        "session_id": draw(st.sampled_from([None, "s1", "s2"])),
        "started_at": draw(moments).isoformat(),
        "page": draw(st.sampled_from([None, "/", "/pricing"])),
        "environment": draw(st.sampled_from([None, "production", "production", "staging"])),
    }
    for flag in draw(st.sets(st.sampled_from(FLAGS), max_size=2)):
        body[flag] = draw(st.booleans())
    kept = {key: value for key, value in body.items() if value is not None}
    return Call("private.put_conversation", (conversation_id(number), json.dumps(kept)))


@st.composite
def messages(draw: st.DrawFn) -> Call:
    """Messages of a conversation: new, repeated and edited ones."""
    number = draw(conversation_numbers)
    sent = [
        {
            "id": str(uuid.uuid5(NAMESPACE, f"message {number} {draw(st.integers(1, 8))}")),
            "seq": draw(st.integers(0, 3)),
            "role": draw(st.sampled_from(["visitor", "agent"])),
            "text": draw(st.sampled_from(["hello", "how much is it", "thanks"])),
            "sent_at": draw(moments).isoformat(),
        }
        for _ in range(draw(st.integers(1, 5)))
    ]
    return Call("private.add_messages", (conversation_id(number), json.dumps(sent)))


@st.composite
def patches(draw: st.DrawFn) -> Call:
    """A flag set, set with its time, or taken back."""
    flag = draw(st.sampled_from(FLAGS))
    changes: dict[str, Any] = {flag: draw(st.sampled_from([True, True, True, False]))}
    if draw(st.booleans()):
        changes[f"{flag}_at"] = draw(moments).isoformat()
    number = draw(conversation_numbers)
    return Call("private.patch_conversation", (conversation_id(number), json.dumps(changes)))


@st.composite
def insights(draw: st.DrawFn) -> Call:
    """What was understood of a conversation, perhaps anew."""
    number = draw(conversation_numbers)
    found = {
        "conversation_id": conversation_id(number),
        "version": 1,
        "analyzed_at": draw(moments).isoformat(),
        "message_count": draw(st.integers(0, 5)),
        "language": draw(st.sampled_from([None, "en", "fr"])),
        "intent": draw(st.sampled_from([None, "LEARN", "SUPPORT"])),
        "signals": draw(st.sampled_from([[], [{"kind": "pricing"}]])),
        "signal_score": draw(st.integers(1, 5)),
        "quality_score": draw(st.sampled_from([None, 1.0, 2.5, 3.4, 5.0])),
        "scorer": "rules",
        "topic_id": draw(st.sampled_from([None, *TOPICS])),
        "unanswered": [
            {
                "message_id": str(uuid.uuid5(NAMESPACE, f"message {number} {message}")),
                "question": "how much is it",
            }
            for message in draw(st.sets(st.integers(1, 8), max_size=2))
        ],
    }
    return Call("private.store_insights", (json.dumps([found]),))


@st.composite
def companies(draw: st.DrawFn) -> Call:
    """A visitor turns out to belong to a company, or to none."""
    account = draw(st.sampled_from([None, *ACCOUNTS]))
    return Call(ASSIGNMENT, (draw(st.sampled_from(PEOPLE)), account))


calls = st.one_of(captures(), captures(), puts(), messages(), patches(), insights(), companies())
folds = st.just(Call("rollup.fold", ()))
traffic = st.lists(st.one_of(calls, calls, calls, folds), min_size=1, max_size=25)


def prepare(connection: Connection[Any], domain: str) -> None:
    """Make the topics and accounts that the traffic names."""
    for topic in TOPICS:
        connection.execute(
            "insert into public.topics (site_domain, id, label) values (%s, %s, 'Topic')",
            [domain, topic],
        )
    for account in ACCOUNTS:
        connection.execute(
            "insert into public.accounts (site_domain, id, name) values (%s, %s, 'Account')",
            [domain, account],
        )


ASSIGN = (
    "update public.visitors as visitor set account_id = %s from public.visitor_ids as known"
    " where known.site_domain = %s and known.distinct_id = %s"
    " and visitor.site_domain = known.site_domain and visitor.id = known.visitor_id"
)


def send(connection: Connection[Any], domain: str, call: Call) -> None:
    """Make one call as a request would: again after a deadlock, refused when not found."""
    arguments = call.arguments if call.function == "rollup.fold" else (domain, *call.arguments)
    casts = {
        "private.capture_events": "%s::text, %s::jsonb",
        "private.store_insights": "%s::text, %s::jsonb",
        "rollup.fold": "",
    }
    placeholders = casts.get(call.function, "%s::text, %s::uuid, %s::jsonb")
    statement = f"select {call.function}({placeholders})"
    if call.function == ASSIGNMENT:
        person, account = call.arguments
        statement, arguments = ASSIGN, (account, domain, person)
    while True:
        try:
            connection.execute(statement, arguments)  # type: ignore[arg-type]
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            continue
        except psycopg.Error as error:
            if error.sqlstate not in ("PT404", "PT409", "PT410"):
                raise
        return
