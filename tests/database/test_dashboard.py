"""The tiles where conversions and conversations part ways."""

from __future__ import annotations

import json
from typing import Any

from psycopg import Connection

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
SITE = "abtasty.com"
CONVERSATION = "20000000-0000-4000-8000-000000000001"


def tile(person: Connection[Any], metric: str, day: str) -> tuple[Any, ...]:
    row = person.execute(
        "select value, base, rate, conversations from public.get_dashboard_summary(%s, %s, %s)"
        " where metric = %s",
        [[SITE], day, day, metric],
    ).fetchone()
    assert row is not None
    return tuple(row)


def listed(person: Connection[Any], kind: str, day: str) -> int:
    wanted = {"from": day, "to": day, "conversions": [kind]}
    row = person.execute(
        "select public.count_conversations(%s, %s)", [[SITE], json.dumps(wanted)]
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_tile_says_how_many_conversations_its_list_shows(database: TestDatabase) -> None:
    message = {
        "id": "30000000-0000-4000-8000-000000000001",
        "role": "visitor",
        "text": "Hello",
        "sent_at": "2026-06-01T10:00:00Z",
    }
    emails = [
        {
            "uuid": f"10000000-0000-4000-8000-00000000000{n}",
            "name": "email_captured",
            "distinct_id": f"somebody {n}",
            "session_id": "session",
            "occurred_at": "2026-06-01T12:00:00Z",
            "properties": {},
        }
        for n in range(3)
    ]
    with database.connect("postgres") as owner:
        owner.execute(
            "select private.put_conversation(%s, %s, %s)",
            [SITE, CONVERSATION, json.dumps({"distinct_id": "visitor"})],
        )
        owner.execute(
            "select private.add_messages(%s, %s, %s)", [SITE, CONVERSATION, json.dumps([message])]
        )
        owner.execute("select private.capture_events(%s, %s)", [SITE, json.dumps(emails)])
        booking = {"demo_booked": True, "demo_booked_at": "2026-06-03T09:00:00Z"}
        owner.execute(
            "select private.patch_conversation(%s, %s, %s)",
            [SITE, CONVERSATION, json.dumps(booking)],
        )

    with database.connect("authenticated", {"sub": ADMIN}) as person:
        # Three addresses outside any conversation: counted, and none of them in the list.
        assert tile(person, "emails_captured", "2026-06-01") == (3, 1, 0, 0)
        assert listed(person, "email_captured", "2026-06-01") == 0
        # A booking counts on its own day; its conversation is listed on the day it began.
        assert tile(person, "demos_booked", "2026-06-01") == (0, 1, 1, 1)
        assert listed(person, "demo_booked", "2026-06-01") == 1
        assert tile(person, "demos_booked", "2026-06-03") == (1, 0, None, 0)
        assert listed(person, "demo_booked", "2026-06-03") == 0
