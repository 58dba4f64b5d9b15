"""Whose changes are entries of the audit log, and that staff's views of transcripts are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.somebody import CONVERSATION, DOMAIN, visit
from support.two_domains import ADMIN, STRANGER, USER

Connect = Callable[..., Connection[Any]]
VIEW = "select public.note_transcript_view(%s, %s)"

# Tables that people's changes go to: configuration, content, users, clients, keys, settings.
AUDITED = {
    "agent_switches",
    "ai_sections",
    "client_configs",
    "config_overrides",
    "domain_hosts",
    "domain_keys",
    "domains",
    "internal_addresses",
    "organizations",
    "profiles",
    "retention_policies",
    "tickets",
    "topics",
    "user_domains",
}
# Tables nobody changes by hand: traffic, what is found in it, versions of what is audited already,
# what people keep for themselves, and the progress of work.
NOT_AUDITED = {
    "accounts",
    "ai_section_versions",
    "alerts",
    "audit_checks",
    "audit_details",
    "audit_log",
    "background_runs",
    "config_fetches",
    "config_versions",
    "crm_failures",
    "crm_links",
    "crm_values",
    "configs",
    "conversation_insights",
    "conversations",
    "conversions",
    "enrichments",
    "erasures",
    "event_ids",
    "events",
    "invitations",
    "message_versions",
    "messages",
    "notification_choices",
    "notification_mails",
    "question_groups",
    "retention_runs",
    "reviews",
    "saved_views",
    "session_pages",
    "timezone_changes",
    "ticket_comments",
    "ticket_events",
    "unanswered_questions",
    "visitor_ids",
    "visitor_sessions",
    "visitors",
}


def test_a_new_table_says_whether_its_changes_are_entries(connect: Connect) -> None:
    rows = connect("postgres").execute(
        "select c.relname, exists (select 1 from pg_trigger t join pg_proc p on p.oid = t.tgfoid"
        " where t.tgrelid = c.oid and p.proname in ('audit_row', 'audit_config'))"
        " from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
    )
    found = dict(rows.fetchall())
    assert {table for table, audited in found.items() if audited} >= AUDITED
    unsaid = {table for table, audited in found.items() if not audited} - NOT_AUDITED
    assert unsaid == set(), "give it a trigger `audit`, or say here why it needs none"


def entries(connection: Connection[Any]) -> int:
    row = connection.execute(
        "select count(*) from public.audit_log where action = 'view' and subject_id = %s",
        [CONVERSATION],
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_staff_looking_at_a_transcript_is_one_entry_an_hour(
    database: TestDatabase, connect: Connect
) -> None:
    owner = connect("postgres")
    visit(owner)
    admin = connect("authenticated", {"sub": ADMIN})
    assert admin.execute(VIEW, [DOMAIN, CONVERSATION]).fetchone() == (True,)
    assert admin.execute(VIEW, [DOMAIN, CONVERSATION]).fetchone() == (False,)
    assert entries(owner) == 1
    owner.execute("update private.transcript_views set viewed_at = viewed_at - interval '1 hour'")
    assert admin.execute(VIEW, [DOMAIN, CONVERSATION]).fetchone() == (True,)
    assert entries(owner) == 2

    for client in (USER, STRANGER):
        person = connect("authenticated", {"sub": client})
        assert person.execute(VIEW, [DOMAIN, CONVERSATION]).fetchone() == (False,)
    assert entries(owner) == 2
    with pytest.raises(psycopg.Error) as unknown:
        admin.execute(VIEW, [DOMAIN, "00000000-0000-4000-8000-000000000000"])
    assert unknown.value.sqlstate == "PT404"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("anon", {}).execute(VIEW, [DOMAIN, CONVERSATION])
