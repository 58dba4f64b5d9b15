"""Insights in the database: analysed when quiet, once, again when it goes on; topics kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

import pytest

from backoffice.insights import tasks
from backoffice.insights.analysis import INSIGHTS_VERSION, Insights
from backoffice.insights.conversation import Conversation
from backoffice.insights.quality.judge import Judge
from backoffice.insights.refit import refit, sites_in_need
from backoffice.insights.run import Analyst
from backoffice.jobs import SESSION, STATE, jobs_app
from backoffice.stack.runtime import make_state
from backoffice.state import State
from support.database import TestDatabase

SITE = "abtasty.com"
SPACE = UUID("5f0f1c1e-0000-4000-8000-000000000000")
SUBJECTS = {
    "pricing": ["enterprise", "plan", "cost", "month", "discount", "yearly", "invoice", "budget"],
    "security": ["data", "encrypted", "hosting", "gdpr", "privacy", "audit", "compliance", "iso"],
    "shopify": ["shopify", "plugin", "store", "theme", "install", "catalogue", "cart", "webhook"],
}


@pytest.fixture
async def state(fresh_database: TestDatabase) -> AsyncIterator[State]:
    cluster = fresh_database.cluster
    settings = cluster.settings
    async with make_state(settings, cluster.keys, fresh_database.address).opened() as own:
        yield own


def tell(
    database: TestDatabase, name: str, *lines: str, minutes_ago: float = 60, start: int = 0
) -> str:
    """Store a conversation (`> ` is the visitor), its last message `minutes_ago`; gives its id."""
    conversation = str(uuid5(SPACE, name))
    end = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    messages = [
        {
            "conversation_id": conversation,
            "id": str(uuid5(SPACE, f"{name}/{start + place}")),
            "seq": start + place,
            "role": "visitor" if line.startswith("> ") else "agent",
            "text": line.removeprefix("> "),
            "sent_at": (end - timedelta(seconds=5 * (len(lines) - 1 - place))).isoformat(),
        }
        for place, line in enumerate(lines)
    ]
    told = {"distinct_id": f"visitor of {name}", "session_id": f"session of {name}"}
    with database.connect("service_role") as connection:
        connection.execute(
            "select private.put_conversation(%s, %s, %s)", [SITE, conversation, json.dumps(told)]
        )
        connection.execute("select private.put_messages(%s, %s)", [SITE, json.dumps(messages)])
    return conversation


def one(database: TestDatabase, query: str, *params: Any) -> tuple[Any, ...]:
    """The first row."""
    with database.connect() as connection:
        row = connection.execute(query, params).fetchone()
    assert row is not None
    return row


def many_topics(database: TestDatabase, size: int = 45) -> dict[str, str]:
    """Conversations about three subjects; the subject of each id."""
    subjects = sorted(SUBJECTS)
    random = Random(4)
    told = {}
    for place in range(size):
        subject = subjects[place % 3]
        question = " ".join(random.sample(SUBJECTS[subject], 5))
        told[tell(database, f"t{place}", f"> Does {question} work?", "Yes, of course.")] = subject
    return told


ALL_OF_IT = """
select
  conversation.intent, conversation.signals, conversation.interest_score,
  conversation.quality_score, conversation.unanswered_count, conversation.detected_language,
  conversation.insights_due, insight.version, insight.message_count, insight.scorer
from public.conversations as conversation
left join public.conversation_insights as insight
  on insight.site_domain = conversation.site_domain and insight.conversation_id = conversation.id
where conversation.id = %s
"""


async def test_a_quiet_conversation_is_understood(
    state: State, fresh_database: TestDatabase
) -> None:
    conversation = tell(
        fresh_database,
        "a",
        "> How much does it cost compared to Optimizely?",
        "The price depends on traffic.",
        "> Is there a Drupal module?",
        "I'm sorry, I don't have that information.",
    )
    talking = tell(fresh_database, "b", "> Is there an API?", "Yes.", minutes_ago=1)
    assert await Analyst(state.database, timedelta(minutes=5)).analyze_quiet() == 1
    row = one(fresh_database, ALL_OF_IT, conversation)
    assert row[:3] == ("LEARN", ["competitor", "pricing"], 4)
    assert 1 <= row[3] < 4
    assert row[4:] == (1, "en", False, INSIGHTS_VERSION, 4, "rules")
    assert one(fresh_database, ALL_OF_IT, talking)[:1] == (None,)
    receipt, messages = one(
        fresh_database, "select quality_receipt, messages from public.conversation_insights"
    )
    assert receipt["score"] == float(row[3])
    assert {"answered", "gave_up"} <= {part["name"] for part in receipt["components"]}
    assert [said["answered"] for said in messages] == [True, False]
    question = one(
        fresh_database,
        "select asked.question, grouped.label from public.unanswered_questions as asked"
        " join public.question_groups as grouped on grouped.id = asked.group_id",
    )
    assert question == ("Is there a Drupal module?",) * 2


async def test_the_same_again_changes_nothing_and_more_is_analysed_anew(
    state: State, fresh_database: TestDatabase
) -> None:
    conversation = tell(fresh_database, "a", "> Is there a Drupal module?", "I don't know.")
    other = tell(fresh_database, "b", "> is there any drupal module", "I don't know that.")
    analyst = Analyst(state.database, timedelta(minutes=5))
    assert await analyst.analyze_quiet() == 2
    before = [one(fresh_database, ALL_OF_IT, name) for name in (conversation, other)]
    assert await analyst.analyze_quiet() == 0
    assert await analyst.analyze_all(SITE) == 2
    assert [one(fresh_database, ALL_OF_IT, name) for name in (conversation, other)] == before
    assert one(fresh_database, "select count(*) from public.question_groups") == (1,)
    tell(fresh_database, "a", "> And a demo?", "Here: Drupal has one, and a demo.",
         minutes_ago=20, start=2)  # fmt: skip
    assert await analyst.analyze_quiet() == 1
    row = one(fresh_database, ALL_OF_IT, conversation)
    assert row[1] == ["demo"]
    assert row[8] == 4


class CorrectedMeanwhile(Judge):
    """A judge while whose first review the visitor's words are sent again with another text."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        self.reviews = 0

    async def review(
        self, conversations: Sequence[Conversation], insights: Sequence[Insights]
    ) -> list[Insights]:
        self.reviews += 1
        if self.reviews == 1:
            tell(self.database, "a", "> How much does it cost?", "It depends.")
        return list(insights)


async def test_an_edit_while_a_conversation_is_analysed_is_not_lost(
    state: State, fresh_database: TestDatabase
) -> None:
    conversation = tell(fresh_database, "a", "> Is there an API?", "It depends.")
    judge = CorrectedMeanwhile(fresh_database)
    analyst = Analyst(state.database, timedelta(minutes=5), judge)
    assert await analyst.analyze_quiet() == 2
    assert judge.reviews == 2
    row = one(fresh_database, ALL_OF_IT, conversation)
    assert row[1] == ["pricing"]
    assert row[6] is False


async def test_what_an_older_version_analysed_is_analysed_anew(
    state: State, fresh_database: TestDatabase
) -> None:
    conversation = tell(fresh_database, "a", "> Is there an API?", "Yes, an API.")
    analyst = Analyst(state.database, timedelta(minutes=5))
    await analyst.analyze_quiet()
    one(
        fresh_database,
        "update public.conversation_insights set version = 1, intent = 'OTHER' returning 1",
    )
    assert await analyst.analyze_outdated() == 1
    assert await analyst.analyze_outdated() == 0
    assert one(fresh_database, ALL_OF_IT, conversation)[7] == INSIGHTS_VERSION


async def test_two_workers_never_take_the_same_conversation(
    state: State, fresh_database: TestDatabase
) -> None:
    tell(fresh_database, "a", "> Is there an API?", "Yes.")
    with fresh_database.connect("service_role") as other, other.transaction():
        other.execute(
            "select pg_advisory_xact_lock(hashtextextended("
            " 'insights/' || site_domain || '/' || id, 0)) from public.conversations"
        )
        assert await Analyst(state.database, timedelta(0)).analyze_quiet() == 0
    assert await Analyst(state.database, timedelta(0)).analyze_quiet() == 1


async def test_topics_are_found_joined_and_kept(state: State, fresh_database: TestDatabase) -> None:
    told = many_topics(fresh_database)
    analyst = Analyst(state.database, timedelta(minutes=5))
    assert await analyst.analyze_quiet() == len(told)
    assert await sites_in_need(state.database) == [SITE]
    found = await refit(state.database, SITE)
    assert found is not None
    assert (found.topics, found.known, found.moved) == (3, 0, len(told))
    assert await sites_in_need(state.database) == []
    topics = topics_of(fresh_database)
    by_subject = {subject: {topics[name] for name in told if told[name] == subject}
                  for subject in SUBJECTS}  # fmt: skip
    assert all(len(ids) == 1 for ids in by_subject.values())

    joining = tell(
        fresh_database, "new", "> Can I install the Shopify plugin in my store theme?", "Yes."
    )
    assert await analyst.analyze_quiet() == 1
    assert topics_of(fresh_database)[joining] == next(iter(by_subject["shopify"]))

    again = await refit(state.database, SITE)
    assert again is not None
    assert (again.topics, again.known, again.moved) == (3, 3, 0)


async def test_names_merges_and_hiding_survive_a_refit(
    state: State, fresh_database: TestDatabase
) -> None:
    told = many_topics(fresh_database)
    analyst = Analyst(state.database, timedelta(minutes=5))
    await analyst.analyze_quiet()
    await refit(state.database, SITE)
    topics = topics_of(fresh_database)
    pricing, security, shopify = (
        next(topics[name] for name in told if told[name] == subject)
        for subject in ("pricing", "security", "shopify")
    )
    with fresh_database.connect("authenticated", {"sub": ADMIN}) as person:
        person.execute("select public.rename_topic(%s, %s, 'Money')", [SITE, pricing])
        person.execute("select public.hide_topic(%s, %s, true)", [SITE, security])
        person.execute("select public.merge_topics(%s, %s, %s)", [SITE, shopify, pricing])
    again = await refit(state.database, SITE)
    assert again is not None
    assert (again.topics, again.known, again.moved) == (3, 3, 0)
    joining = tell(
        fresh_database, "new", "> Can I install the Shopify plugin in my store theme?", "Yes."
    )
    await analyst.analyze_quiet()
    assert topics_of(fresh_database)[joining] == pricing
    with fresh_database.connect() as connection:
        kept = connection.execute("select id, label, status from public.topics").fetchall()
    states = {name: (label, status) for name, label, status in kept}
    assert states[pricing] == ("Money", "active")
    assert states[security][1] == "hidden"
    assert states[shopify][1] == "merged"


async def test_too_little_said_finds_no_topics(state: State, fresh_database: TestDatabase) -> None:
    many_topics(fresh_database, 9)
    await Analyst(state.database, timedelta(0)).analyze_quiet()
    assert await sites_in_need(state.database) == []
    assert await refit(state.database, SITE) is None


async def test_a_model_that_cannot_be_read_is_fitted_anew(
    state: State, fresh_database: TestDatabase
) -> None:
    many_topics(fresh_database)
    analyst = Analyst(state.database, timedelta(0))
    await analyst.analyze_quiet()
    await refit(state.database, SITE)
    one(fresh_database, "update private.topic_models set arrays = 'nonsense' returning 1")
    joining = tell(
        fresh_database, "new", "> Can I install the Shopify plugin in my store theme?", "Yes."
    )
    assert await Analyst(state.database, timedelta(0)).analyze_quiet() == 1
    assert topics_of(fresh_database)[joining] is None
    again = await refit(state.database, SITE)
    assert again is not None
    assert (again.topics, again.known) == (3, 3)
    assert topics_of(fresh_database)[joining] is not None


async def test_the_worker_analyses_and_finds_topics_by_itself(
    state: State, fresh_database: TestDatabase
) -> None:
    told = many_topics(fresh_database)
    app = jobs_app(
        fresh_database.address.with_role("service_role", SESSION),
        {tasks.NAMESPACE: tasks.insights},
    )
    async with app.open_async():
        await app.configure_task(f"{tasks.NAMESPACE}:analyze_quiet").defer_async(timestamp=0)
        await app.run_worker_async(
            wait=False, listen_notify=False, additional_context={STATE: state}
        )
    with fresh_database.connect() as connection:
        jobs = connection.execute(
            "select distinct task_name, status::text from jobs.procrastinate_jobs"
        ).fetchall()
    assert {status for _, status in jobs} == {"succeeded"}
    assert (f"{tasks.NAMESPACE}:find_topics", "succeeded") in jobs
    assert all(topics_of(fresh_database)[name] for name in told)


ADMIN = "a0000000-0000-4000-8000-000000000001"


def topics_of(database: TestDatabase) -> dict[str, Any]:
    """The topic of each conversation by id."""
    with database.connect() as connection:
        rows = connection.execute("select id::text, topic_id from public.conversations").fetchall()
    return dict(rows)
