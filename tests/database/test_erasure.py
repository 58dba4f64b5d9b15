"""An erased visitor is nowhere any more, and every figure is what it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from backoffice.audit import verify
from support import somebody
from support.database import TestDatabase
from support.erasure import erase, erase_person, new_domain
from support.exact import assert_exact
from support.somebody import DISTINCT, DOMAIN, EMAIL, MARKS, mentions
from support.traffic import PEOPLE, Call, send, traffic
from support.two_domains import ADMIN


@pytest.fixture(scope="module")
def connection(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


@pytest.fixture
def fresh(fresh_database: TestDatabase) -> Iterator[Connection[Any]]:
    with fresh_database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


def figures(connection: Connection[Any], domain: str) -> list[Any]:
    """Every figure by day, whatever is folded."""
    return connection.execute(
        "select metric, dimension, day, value, sum(n) from rollup.figures where site_domain = %s"
        " group by 1, 2, 3, 4 having sum(n) <> 0 order by 1, 2, 3, 4",
        [domain],
    ).fetchall()


def links(connection: Connection[Any], domain: str) -> list[Any]:
    """The links of distinct visitors."""
    return connection.execute(
        "select steps, day, since::text, sum(n) from ("
        " select steps, day, since, n from rollup.chains where site_domain = %s and scale = 0"
        " union all select steps, day, since, n from rollup.chain_deltas where site_domain = %s"
        ") as link group by 1, 2, 3 having sum(n) <> 0 order by 1, 2, 3",
        [domain, domain],
    ).fetchall()


@settings(max_examples=40)
@given(sent=traffic, people=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3))
def test_erasing_changes_no_figure_and_what_comes_after_counts(
    connection: Connection[Any], sent: list[Call], people: list[str]
) -> None:
    domain = new_domain(connection)
    for call in sent:
        send(connection, domain, call)
    for person in people:
        before = figures(connection, domain), links(connection, domain)
        erase_person(connection, domain, person)
        assert (figures(connection, domain), links(connection, domain)) == before
    assert_exact(connection, domain)
    for call in sent:
        send(connection, domain, call)
    assert_exact(connection, domain)


def test_nothing_that_identifies_is_left_in_any_table(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    fresh.execute("select rollup.fold()")
    marks = [*MARKS, visitor]
    tables = {table for table, _, _ in mentions(fresh, marks)}
    assert {
        "visitors",
        "visitor_ids",
        "visitor_sessions",
        "session_pages",
        "events",
        "conversations",
        "messages",
        "message_versions",
        "conversation_insights",
        "unanswered_questions",
        "question_groups",
        "reviews",
        "saved_views",
        "enrichments",
        "topics",
        "tickets",
        "audit_details",
        "private.enrichment_evidence",
        "private.visitor_addresses",
        "private.address_answers",
        "private.conversation_documents",
        "private.topic_models",
        "rollup.daily",
        "rollup.weekly",
        "rollup.monthly",
        "jobs.procrastinate_jobs",
    } <= tables, "the visitor was everywhere before"

    receipt = erase(fresh, visitor)

    assert mentions(fresh, marks) == []
    assert receipt.counts["messages"] == 2
    assert receipt.counts["earlier_texts"] == 2
    assert receipt.counts["saved_views"] == 1
    assert receipt.counts["tickets"] == 1
    assert receipt.counts["audit_entries"] >= 1
    assert_exact(fresh, DOMAIN)
    assert verify(fresh, DOMAIN).breaks == []


def test_a_bystander_stays_as_they_were(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    other = somebody.event(20, "$pageview", distinct_id="bystander-1", page="/welcome/me")
    other["email"] = "someone@elsewhere.example"
    fresh.execute("select private.capture_events(%s, %s)", [DOMAIN, json.dumps([other])])
    query = "select to_jsonb(v) from public.visitors as v where email = %s"
    before = fresh.execute(query, [other["email"]]).fetchone()
    erase(fresh, visitor)
    assert fresh.execute(query, [other["email"]]).fetchone() == before
    pages = fresh.execute("select page from public.session_pages order by 1").fetchall()
    assert ("/welcome/me",) in pages
    assert ("/welcome/[erased]",) in pages


def test_clicks_on_sections_still_count(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    erase(fresh, visitor)
    kept = fresh.execute(
        "select properties from public.events where name = 'section_question_clicked'"
    ).fetchone()
    assert kept == ({"section_slug": "pricing"},)


def test_erasing_twice_and_nobody(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    erase(fresh, visitor)
    with pytest.raises(psycopg.Error) as gone:
        erase(fresh, visitor)
    assert gone.value.sqlstate == "PT404"
    (left,) = fresh.execute(
        "select id::text from public.visitors where erased_at is not null"
    ).fetchone() or (None,)
    assert left != visitor
    with pytest.raises(psycopg.Error) as twice:
        erase(fresh, str(left))
    assert twice.value.sqlstate == "PT409"
    with pytest.raises(psycopg.Error) as nobody:
        erase(fresh)
    assert nobody.value.sqlstate == "PT404"


def test_the_same_browser_comes_back_as_somebody_new(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    erase(fresh, visitor)
    again = [somebody.event(4, "widget_displayed"), somebody.event(30, "$pageview")]
    statuses = [
        row[0]
        for row in fresh.execute(
            "select status from private.capture_events(%s, %s)", [DOMAIN, json.dumps(again)]
        )
    ]
    assert statuses == ["duplicate", "stored"]
    new = fresh.execute(
        "select v.id::text, v.session_count, v.email from public.visitors v"
        " join public.visitor_ids i on i.visitor_id = v.id where i.distinct_id = %s",
        [DISTINCT],
    ).fetchall()
    assert len(new) == 1
    assert new[0][0] != visitor
    assert new[0][1:] == (1, None)
    assert_exact(fresh, DOMAIN)


def test_browsers_of_one_person_are_erased_together(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    second = somebody.event(40, "email_captured", distinct_id="second-device-1", email=EMAIL)
    fresh.execute("select private.capture_events(%s, %s)", [DOMAIN, json.dumps([second])])
    (preview,) = fresh.execute(
        "select private.preview_erasure(%s, %s::uuid[])", [DOMAIN, [visitor]]
    ).fetchone() or ({},)
    assert len(preview["same_email"]) == 1
    assert preview["counts"]["conversations"] == 1
    receipt = erase(fresh, visitor, *preview["same_email"])
    assert receipt.visitors == 2
    assert mentions(fresh, ["quuxley"]) == []
    assert_exact(fresh, DOMAIN)
