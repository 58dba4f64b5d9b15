"""Who sees what: every RPC as admin, user of the domain, user of another, and nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.two_domains import (
    ACCOUNT,
    ADMIN,
    DOMAINS,
    OTHER_TOPIC,
    QUESTIONS,
    SECTION,
    STRANGER,
    TICKET,
    TODAY,
    TOPIC,
    USER,
)

Connect = Callable[..., Connection[Any]]


RPCS = {
    "get_dashboard_summary": "%(domains)s, %(day)s, %(day)s",
    "get_engagement_rate": "%(domains)s, %(day)s, %(day)s",
    "get_widget_display_stats": "%(domains)s, %(day)s, %(day)s",
    "get_conversation_funnel": "%(domains)s, %(day)s, %(day)s",
    "get_conversations_over_time": "%(domains)s, %(day)s, %(day)s",
    "get_metric_over_time": "%(domains)s, %(day)s, %(day)s, 'engaged_visitors'",
    "get_top_values": "%(domains)s, %(day)s, %(day)s, 'page'",
    "list_conversations": "%(domains)s",
    "count_conversations": "%(domains)s",
    "get_review_agreement": "%(domains)s, %(day)s, %(day)s",
    "list_audit_log": "%(domains)s",
    "count_audit_log": "%(domains)s",
    "list_tickets": "%(domains)s",
    "count_tickets": "%(domains)s",
    "get_annotations": "%(domains)s, current_date - 1, current_date + 1",
    "get_visitor_stats_with_intent": "%(domains)s, %(range)s",
    "count_visitors": "%(domains)s, %(range)s",
    "get_account_stats_with_intent": "%(domains)s, %(range)s",
    "count_accounts": "%(domains)s, %(range)s",
    "get_account_values": "%(domains)s, 'industry'",
    "get_topic_stats": "%(domains)s, %(day)s, %(day)s",
    "get_topics_over_time": "%(domains)s, %(day)s, %(day)s",
    "get_heat_map": "%(domains)s, %(day)s, %(day)s",
    "get_unanswered_questions": "%(domains)s, %(day)s, %(day)s",
    "get_section_clicks": "%(domains)s, %(day)s, %(day)s",
}
# RPCs about one thing of one domain.
SINGLE = {
    "get_visitor_timeline": "%(domain)s, %(visitor)s",
    "get_visitor_sessions": "%(domain)s, %(visitor)s",
    "get_account_timeline": "%(domain)s, %(account)s",
    "get_account_topics": "%(domain)s, %(account)s",
    "get_topic_over_time": "%(domain)s, %(topic)s, %(day)s, %(day)s",
    "get_questions_of_group": "%(domain)s, %(questions)s, %(day)s, %(day)s",
    "list_section_versions": "%(domain)s, %(section)s",
    "get_ticket": "%(domain)s, %(ticket)s",
}
WRITERS = {
    "rename_topic": "%(domain)s, %(topic)s, 'Prices'",
    "hide_topic": "%(domain)s, %(topic)s, true",
    "merge_topics": "%(domain)s, %(topic)s, %(other)s",
    "resolve_questions": "%(domain)s, %(questions)s, true",
}
# Reviews, views, sessions and configurations have tests of their own.
TRIED_ELSEWHERE = {
    "get_clients",
    "count_clients",
    "get_metric_beginning",
    "get_my_notifications",
    "save_notification_choice",
    "get_access_settings",
    "get_my_access",
    "get_users",
    "count_users",
    "note_transcript_view",
    "get_agent_status",
    "get_configuration",
    "get_resolved_config",
    "list_config_versions",
    "get_visitor_for_lead_intelligence",
    "list_my_sessions",
    "end_my_session",
    "save_review",
    "delete_review",
    "list_reviews",
    "list_saved_views",
    "save_view",
    "update_view",
    "get_widget_key",
    "rename_view",
    "delete_view",
}


def call(connection: Connection[Any], name: str, domains: list[str] | None) -> list[Any]:
    query = f"select * from public.{name}({RPCS[name]})"
    day_range = json.dumps({"from": TODAY, "to": TODAY})
    parameters = {"domains": domains, "day": TODAY, "range": day_range}
    return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]


def call_about_one(connection: Connection[Any], name: str, domain: str, visitor: Any) -> list[Any]:
    query = f"select * from public.{name}({(SINGLE | WRITERS)[name]})"
    parameters = {
        "domain": domain,
        "visitor": visitor,
        "account": ACCOUNT,
        "topic": TOPIC,
        "other": OTHER_TOPIC,
        "questions": QUESTIONS,
        "section": SECTION,
        "ticket": TICKET,
        "day": TODAY,
    }
    return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]


def test_every_rpc_is_tried_here(connect: Connect) -> None:
    known = connect("postgres").execute(
        "select proname from pg_proc where pronamespace = 'public'::regnamespace"
    )
    assert {row[0] for row in known} == {
        *RPCS,
        *SINGLE,
        *WRITERS,
        *TRIED_ELSEWHERE,
    }


@pytest.fixture
def visitors(connect: Connect) -> dict[str, Any]:
    """The visitor of each domain."""
    rows = connect("postgres").execute("select site_domain, id from public.visitors")
    return dict(rows.fetchall())


@pytest.mark.parametrize("name", SINGLE)
def test_rpcs_about_one_thing_answer_who_may_see_its_domain(
    name: str,
    as_user: Callable[[str], Connection[Any]],
    visitors: dict[str, Any],
    connect: Connect,
) -> None:
    for domain in DOMAINS:
        assert call_about_one(as_user(ADMIN), name, domain, visitors[domain])
    assert call_about_one(as_user(USER), name, "abtasty.com", visitors["abtasty.com"])
    assert call_about_one(as_user(USER), name, "other.example", visitors["other.example"]) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call_about_one(connect("anon", {}), name, "abtasty.com", visitors["abtasty.com"])


@pytest.mark.parametrize("name", WRITERS)
def test_writing_rpcs_write_where_their_caller_may(
    name: str, as_user: Callable[[str], Connection[Any]], connect: Connect
) -> None:
    for user, domain in ((ADMIN, "other.example"), (USER, "abtasty.com")):
        person = as_user(user)
        with person.transaction(force_rollback=True):
            assert call_about_one(person, name, domain, None)
    for user, domain in ((USER, "other.example"), (STRANGER, "abtasty.com")):
        with pytest.raises(psycopg.Error) as raised:
            call_about_one(as_user(user), name, domain, None)
        assert raised.value.sqlstate == "PT404"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call_about_one(connect("anon", {}), name, "abtasty.com", None)


@pytest.mark.parametrize("name", RPCS)
def test_rpcs_answer_of_the_callers_domains_alone(
    name: str, as_user: Callable[[str], Connection[Any]]
) -> None:
    both = call(as_user(ADMIN), name, DOMAINS)
    assert both == call(as_user(ADMIN), name, None)
    own = call(as_user(USER), name, ["abtasty.com"])
    assert own == call(as_user(ADMIN), name, ["abtasty.com"])
    assert own != both
    # Asking for more gives no more, and asking for another's gives what an empty domain would.
    assert call(as_user(USER), name, DOMAINS) == own
    assert call(as_user(USER), name, None) == own
    assert call(as_user(USER), name, ["other.example"]) == call(as_user(ADMIN), name, [])


@pytest.mark.parametrize("name", RPCS)
def test_rpcs_refuse_nobody_in_particular(
    name: str, filled: TestDatabase, connect: Connect
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call(connect("anon", {}), name, DOMAINS)


def test_one_visitor_in_full_is_for_those_who_may_see_the_domain(
    as_user: Callable[[str], Connection[Any]], connect: Connect
) -> None:
    owner = connect("postgres")
    visitors = dict(
        owner.execute("select site_domain, visitor_id from public.visitor_ids").fetchall()
    )
    query = (
        "select site_domain, account ->> 'domain', enrichment -> 'domain' ->> 'source',"
        " session_count, conversions ? 'cta_clicked'"
        " from public.get_visitor_for_lead_intelligence(%s, %s)"
    )

    def seen(person: Connection[Any], domain: str) -> list[tuple[Any, ...]]:
        return person.execute(query.encode(), [domain, visitors[domain]]).fetchall()

    row = {domain: [(domain, f"company-of-{domain}", "email", 1, True)] for domain in DOMAINS}
    for domain in DOMAINS:
        assert seen(as_user(ADMIN), domain) == row[domain]
        assert seen(connect("service_role"), domain) == row[domain]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            seen(connect("anon", {}), domain)
    assert seen(as_user(USER), "abtasty.com") == row["abtasty.com"]
    assert seen(as_user(USER), "other.example") == []
    assert seen(as_user(STRANGER), "abtasty.com") == []
    mixed = [("other.example", visitors["abtasty.com"]), ("abtasty.com", visitors["other.example"])]
    for parameters in mixed:
        assert as_user(ADMIN).execute(query.encode(), parameters).fetchall() == []


def test_search_does_not_reach_other_domains(as_user: Callable[[str], Connection[Any]]) -> None:
    query = 'select count(*) from private.search_conversations(%s, \'{"search": "question"}\')'
    assert as_user(ADMIN).execute(query, [DOMAINS]).fetchone() == (2,)
    assert as_user(USER).execute(query, [DOMAINS]).fetchone() == (1,)
