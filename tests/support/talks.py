"""Random conversations with everything a list can filter by, written straight into the tables."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

NAMESPACE = uuid.UUID("0f2c3a52-3f55-4b0c-8c5b-3c1f3f1f9a11")
START = datetime(2026, 3, 20, tzinfo=UTC)  # Summer time begins in Europe nine days later.
DAYS = 30
WORDS = ["price", "demo", "crm", "hello", "roadmap", "gdpr"]
PAGES = [None, "/", "/pricing", "/docs"]
COUNTRIES = [None, "FR", "US"]
DEVICES = [None, "desktop", "mobile"]
REFERRERS = [None, "google.com", "linkedin.com"]
LANGUAGES = [None, "en", "fr"]
INTENTS = [None, "LEARN", "CONTEXT", "SUPPORT", "OFFTOPIC", "OTHER"]
SIGNALS: list[list[str]] = [[], ["pricing"], ["demo", "pricing"], ["competitor"]]
THUMBS = [None, None, "good", "bad"]
FLAGS = ["email_captured", "demo_proposed", "cta_clicked", "demo_booked"]


def named(kind: str, domain: str, number: int) -> str:
    """The id of the n-th thing of a kind."""
    return str(uuid.uuid5(NAMESPACE, f"{kind} {domain} {number}"))


def fill_domain(connection: Connection[Any], domain: str, timezone: str, talks: int) -> None:
    """A domain with three topics, two accounts, some visitors and `talks` conversations.

    As the bootstrap superuser, whose writes need neither sessions nor triggers; the figures are
    counted at the end.
    """
    chance = random.Random(domain)
    pick = chance.choice
    connection.execute("select private.create_domain(%s, 'Site', %s, 'Site')", [domain, timezone])
    with connection.transaction():
        connection.execute("set local session_replication_role = replica")
        for number in range(3):
            connection.execute(
                "insert into public.topics (site_domain, id, label) values (%s, %s, %s)",
                [domain, named("topic", domain, number), f"Topic {number}"],
            )
        for number in range(2):
            connection.execute(
                "insert into public.accounts (site_domain, id, name) values (%s, %s, %s)",
                [domain, named("account", domain, number), f"Account {number}"],
            )
        for number in range(9):
            account = named("account", domain, number % 3) if number % 3 < 2 else None
            connection.execute(
                "insert into public.visitors (site_domain, id, email, account_id, counts,"
                " first_seen_at, last_seen_at) values (%s, %s, %s, %s, true, now(), now())",
                [
                    domain,
                    named("visitor", domain, number),
                    pick([None, "=a@x.example"]),
                    account,
                ],
            )
        for number in range(talks):
            _add_talk(connection, domain, timezone, number, chance)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("select rollup.rebuild(%s)", [domain])


def _add_talk(
    connection: Connection[Any], domain: str, timezone: str, number: int, chance: random.Random
) -> None:
    pick = chance.choice
    visitor = chance.randrange(9)
    turns = chance.choice([0, 0, 1, 1, 2, 3, 7])
    # Few enough moments that many conversations begin at the same one.
    at = START + timedelta(hours=3 * chance.randrange(DAYS * 8))
    words = chance.sample(WORDS, chance.randrange(4))
    row: dict[str, Any] = {
        "site_domain": domain,
        "id": named("talk", domain, number),
        "visitor_id": named("visitor", domain, visitor),
        "session_id": named("session", domain, number),
        "account_id": named("account", domain, visitor % 3) if visitor % 3 < 2 else None,
        "counts": chance.random() < 0.9,
        "page": pick(PAGES),
        "country": pick(COUNTRIES),
        "device_type": pick(DEVICES),
        "referrer_host": pick(REFERRERS),
        "language": pick(LANGUAGES),
        "detected_language": pick(LANGUAGES),
        "opened_at": at,
        "message_count": 2 * turns + chance.randrange(2),
        "visitor_message_count": turns,
        "total_turns": turns,
        "topic_id": named("topic", domain, chance.randrange(3)) if chance.random() < 0.8 else None,
        "intent": pick(INTENTS),
        "signals": pick(SIGNALS),
        "signal_score": chance.randrange(1, 6),
        "quality_score": pick([None, 1.0, 2.4, 2.5, 3.0, 4.9, 5.0]),
        "unanswered_count": pick([0, 0, 1, 3]),
        "review": pick(THUMBS),
        "preview": " ".join(words) or None,
    }
    row |= {flag: chance.random() < 0.3 for flag in FLAGS}
    columns = ", ".join([*row, "day", "hour"])
    values = ", ".join(f"%({name})s" for name in row)
    connection.execute(
        f"insert into public.conversations ({columns}) values ({values},"  # type: ignore[arg-type]
        " private.day_of(%(opened_at)s, %(zone)s), private.hour_of(%(opened_at)s, %(zone)s))",
        row | {"zone": timezone},
    )
    connection.execute(
        "insert into private.conversation_documents (site_domain, conversation_id, document, day,"
        " counts, country, device_type, referrer_host, email_captured, demo_proposed, cta_clicked,"
        " demo_booked, interest_score, quality_score, topic_id, intent, unanswered)"
        " select site_domain, id, to_tsvector('simple', %s), day, counts, country, device_type,"
        " referrer_host, email_captured, demo_proposed, cta_clicked, demo_booked, interest_score,"
        " quality_score, topic_id, intent, unanswered_count > 0 from public.conversations"
        " where site_domain = %s and id = %s",
        [" ".join(words), domain, row["id"]],
    )
