"""Websites whose visits and answers of six weeks are known, for what is compared with them."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

NAMESPACE = uuid.UUID("5b0c8c5b-3c1f-4f1f-9a11-0f2c3a523f55")
# A Wednesday, at ten past noon in Paris.
NOW = datetime(2026, 3, 18, 11, 10, tzinfo=UTC)
USER = "a0000000-0000-4000-8000-000000000002"
ADMIN = "a0000000-0000-4000-8000-000000000001"
SITE = "abtasty.com"


def visits(connection: Connection[Any], site: str, at: datetime, count: int) -> None:
    """That many sessions with one event each, spread over the ten minutes after `at`."""
    events = [
        {
            "uuid": str(uuid.uuid5(NAMESPACE, f"{site} {at} {number}")),
            "name": "widget_displayed",
            "distinct_id": f"v{number}",
            "session_id": f"{at:%m%d%H%M}-{number}",
            "occurred_at": (at + timedelta(seconds=10 * number)).isoformat(),
            "page": "/",
            "properties": {},
        }
        for number in range(count)
    ]
    if events:
        connection.execute("select private.capture_events(%s, %s)", [site, json.dumps(events)])


def talk(
    connection: Connection[Any], site: str, at: datetime, questions: int, answered: int
) -> None:
    """As many conversations with one question each, of which the first `answered` get an answer."""
    for number in range(questions):
        conversation = str(uuid.uuid5(NAMESPACE, f"talk {site} {at} {number}"))
        moment = at + timedelta(minutes=number)
        told = [("visitor", moment, "How much is it?")]
        if number < answered:
            told.append(("agent", moment + timedelta(seconds=2), "It depends."))
        messages = [
            {
                "id": str(uuid.uuid5(NAMESPACE, f"{conversation} {role}")),
                "role": role,
                "text": text,
                "sent_at": sent_at.isoformat(),
            }
            for role, sent_at, text in told
        ]
        connection.execute(
            "select private.put_conversation(%s, %s, %s)",
            [
                site,
                conversation,
                json.dumps(
                    {
                        "distinct_id": f"v{number}",
                        "session_id": f"{at:%m%d%H%M}-{number}",
                        "created_at": moment.isoformat(),
                    }
                ),
            ],
        )
        connection.execute(
            "select private.add_messages(%s, %s, %s)", [site, conversation, json.dumps(messages)]
        )


def history(connection: Connection[Any], site: str, weeks: int, sessions: int) -> None:
    """Visits at this time of the same weekday, `weeks` weeks back, and answered questions daily."""
    for week in range(1, weeks + 1):
        for hour in (1, 2, 3):
            visits(connection, site, NOW - timedelta(weeks=week, hours=hour), sessions)
    for day in range(1, 7 * weeks + 1):
        talk(connection, site, NOW - timedelta(days=day), 3, 3)


def want(connection: Connection[Any], person: str, site: str, since: datetime) -> None:
    """A person who chose both kinds of e-mail."""
    connection.execute(
        "insert into public.notification_choices values (%s, %s, %s, %s)",
        [person, site, since, since],
    )
