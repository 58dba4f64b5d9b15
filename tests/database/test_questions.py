"""Questions the agent could not answer: groups, and every question of a group."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import dict_row

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
SITE = "questions.example"
GROUP = "60000000-0000-4000-8000-000000000001"
DAYS = "'2026-05-04', '2026-05-06'"


@pytest.fixture(scope="module")
def person(database: TestDatabase) -> Iterator[Connection[Any]]:
    """An admin, after seven visitors asked the same, one of them after the range, and a tester did."""
    with database.connect("postgres") as owner:
        owner.execute("select private.create_domain(%s, 'Site', 'Europe/Paris', 'Site')", [SITE])
        owner.execute(
            "insert into public.question_groups (site_domain, id, label) values (%s, %s, 'Price')",
            [SITE, GROUP],
        )
        for number in range(7):
            _ask(owner, number, f"2026-05-{4 if number < 6 else 7:02}T1{number}:00:00Z")
        _ask(owner, 8, "2026-05-05T18:00:00Z", environment="staging")
    with database.connect("authenticated", {"sub": ADMIN}) as opened:
        opened.row_factory = dict_row  # type: ignore[assignment]
        yield opened


def _ask(owner: Connection[Any], number: int, at: str, **visitor: str) -> None:
    conversation = f"70000000-0000-4000-8000-00000000000{number}"
    message = {
        "id": f"80000000-0000-4000-8000-00000000000{number}",
        "role": "visitor",
        "text": f"How much is plan {number}?",
        "sent_at": at,
    }
    owner.execute(
        "select private.put_conversation(%s, %s, %s)",
        [SITE, conversation, json.dumps({"distinct_id": f"visitor {number}"} | visitor)],
    )
    owner.execute(
        "select private.add_messages(%s, %s, %s)", [SITE, conversation, json.dumps([message])]
    )
    found = {
        "conversation_id": conversation,
        "version": 1,
        "analyzed_at": "2026-05-08T00:00:00Z",
        "message_count": 1,
        "scorer": "rules",
        "unanswered": [
            {"message_id": message["id"], "question": message["text"], "group_id": GROUP}
        ],
    }
    owner.execute("select private.store_insights(%s, %s)", [SITE, json.dumps([found])])


def test_a_group_opens_as_many_questions_as_it_counts(person: Connection[Any]) -> None:
    groups: list[Any] = person.execute(
        f"select * from public.get_unanswered_questions(%s, {DAYS})",  # type: ignore[arg-type]
        [[SITE]],
    ).fetchall()
    assert [(row["label"], row["asked"], row["conversations"]) for row in groups] == [
        ("Price", 6, 6)
    ]
    assert len(groups[0]["examples"]) == 5
    found: list[Any] = []
    after = None
    while True:
        page: list[Any] = person.execute(
            f"select * from public.get_questions_of_group(%s, %s, {DAYS}, 4, %s)",  # type: ignore[arg-type]
            [SITE, GROUP, json.dumps(after) if after else None],
        ).fetchall()
        found += page
        if len(page) < 4:
            break
        after = page[-1]["cursor"]
    assert [row["question"] for row in found] == [
        f"How much is plan {number}?" for number in reversed(range(6))
    ]
    assert len({row["conversation_id"] for row in found}) == 6


def test_a_cursor_that_is_none_is_refused(person: Connection[Any]) -> None:
    with pytest.raises(psycopg.Error) as raised:
        person.execute(
            f"select * from public.get_questions_of_group(%s, %s, {DAYS}, 4, '{{}}')",  # type: ignore[arg-type]
            [SITE, GROUP],
        )
    assert raised.value.sqlstate == "PT400"


@pytest.mark.parametrize(
    ("metric", "bucket"), [("luck", "day"), (None, "day"), ("visitors", "hour")]
)
def test_an_unknown_metric_or_bucket_is_refused(
    person: Connection[Any], metric: str | None, bucket: str
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        person.execute(
            f"select * from public.get_metric_over_time(%s, {DAYS}, %s, %s)",  # type: ignore[arg-type]
            [[SITE], metric, bucket],
        )
    assert raised.value.sqlstate == "PT400"


@pytest.mark.parametrize("backwards", ["'2026-05-06', '2026-05-04'", "'-infinity', 'infinity'"])
@pytest.mark.parametrize(
    "call",
    [
        "get_top_values(%s, {}, 'page')",
        "get_topic_stats(%s, {})",
        "get_unanswered_questions(%s, {})",
        "get_metric_over_time(%s, {}, 'visitors', 'day')",
    ],
)
def test_a_range_that_is_none_is_refused(
    person: Connection[Any], call: str, backwards: str
) -> None:
    with pytest.raises(psycopg.Error) as raised:
        person.execute(f"select * from public.{call.format(backwards)}", [[SITE]])  # type: ignore[arg-type]
    assert raised.value.sqlstate == "PT400"
