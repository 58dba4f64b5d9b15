"""The status of agents is what really arrived."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.two_domains import USER

SITE = "abtasty.com"


@pytest.fixture
def status(
    database: TestDatabase, connect: Callable[..., Connection[Any]]
) -> Iterator[Callable[[], dict[str, dict[str, Any]]]]:
    person = connect("authenticated", {"sub": USER})

    def ask() -> dict[str, dict[str, Any]]:
        row = person.execute(
            "select jsonb_object_agg(slug, to_jsonb(status)) from public.get_agent_status(%s) as status",
            [SITE],
        ).fetchone()
        assert row is not None
        found: dict[str, dict[str, Any]] = row[0]
        return found

    yield ask


def talk(
    owner: Connection[Any], at: datetime, *, latency: int | None, agent: str | None = None
) -> None:
    """A question, and its answer (`latency` milliseconds later), or none."""
    identifier, visitor = str(uuid.uuid4()), str(uuid.uuid4())
    about = {"distinct_id": visitor, "started_at": at.isoformat()}
    if agent:
        about["metadata"] = {"agent": agent}  # type: ignore[assignment]
    owner.execute(
        "select private.put_conversation(%s, %s, %s)", [SITE, identifier, json.dumps(about)]
    )
    messages: list[dict[str, Any]] = [
        {"id": str(uuid.uuid4()), "role": "visitor", "text": "Hello?", "sent_at": at.isoformat()}
    ]
    if latency is not None:
        answered = at + timedelta(milliseconds=latency)
        messages.append(
            {
                "id": str(uuid.uuid4()),
                "role": "agent",
                "text": "Hello!",
                "sent_at": answered.isoformat(),
                "latency_ms": latency,
            }
        )
    owner.execute(
        "select private.add_messages(%s, %s, %s)", [SITE, identifier, json.dumps(messages)]
    )


def test_nothing_arrived_yet(status: Callable[[], dict[str, dict[str, Any]]]) -> None:
    found = status()
    assert list(found) and set(found) == {"website_agent", "lead_intelligence", "nurturing"}
    agent = found["website_agent"]
    assert agent["name"] == "Website agent" and agent["version"] == 0 and agent["enabled"] is True
    assert (agent["last_activity_at"], agent["median_answer_ms"]) == (None, None)
    assert (agent["conversations_today"], agent["unanswered"]) == (0, 0)


def test_what_arrived_is_told(
    status: Callable[[], dict[str, dict[str, Any]]], connect: Callable[..., Connection[Any]]
) -> None:
    owner = connect("postgres")
    owner.execute("update public.domains set timezone = 'UTC' where site_domain = %s", [SITE])
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    recent = max(midnight + (now - midnight) / 2, now - timedelta(minutes=10))
    for latency in (1000, 2000, 9000):
        talk(owner, recent, latency=latency)
    talk(owner, now - timedelta(minutes=5), latency=None)
    talk(owner, now - timedelta(seconds=1), latency=None)
    talk(owner, now - timedelta(minutes=5), latency=500, agent="nurturing")
    # 28 days before, at a time of day that has passed already; and one that is too long ago.
    for days in range(1, 29):
        talk(owner, midnight - timedelta(days=days), latency=100)
        talk(owner, midnight - timedelta(days=days), latency=100)
    talk(owner, midnight - timedelta(days=29), latency=100)
    found = status()
    agent = found["website_agent"]
    today = sum(at >= midnight for at in (now - timedelta(minutes=5), now - timedelta(seconds=1)))
    assert agent["conversations_today"] == 3 + today
    # Talks of minutes ago may be of yesterday, when it is just past midnight.
    assert float(agent["usual_conversations"]) == pytest.approx(2.0, abs=0.2)
    assert agent["unanswered"] == 1
    assert float(agent["median_answer_ms"]) in (1000, 1500, 2000)
    assert datetime.fromisoformat(agent["last_activity_at"]) <= now
    assert float(found["nurturing"]["median_answer_ms"]) == 500
