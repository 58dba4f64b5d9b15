"""Two domains with a row in every table, an admin, and a user of each: who may see what?"""

from __future__ import annotations

import json
from typing import Any

from psycopg import Connection

from support.crm_rows import fill_crm

ADMIN = "a0000000-0000-4000-8000-000000000001"
USER = "a0000000-0000-4000-8000-000000000002"
TOPIC = "40000000-0000-4000-8000-000000000001"
ACCOUNT = "40000000-0000-4000-8000-000000000002"
OTHER_TOPIC = "40000000-0000-4000-8000-000000000004"
QUESTIONS = "40000000-0000-4000-8000-000000000003"
SECTION = "40000000-0000-4000-8000-000000000005"
TICKET = "40000000-0000-4000-8000-000000000006"
STRANGER = "a0000000-0000-4000-8000-000000000003"
DOMAINS = ["abtasty.com", "other.example"]
PERSON_OF = {"abtasty.com": USER, "other.example": STRANGER}
TODAY = "2026-05-05"
EVENTS = [
    "$pageview",
    "widget_displayed",
    "widget_opened",
    "cta_clicked",
    "section_question_clicked",
]


def fill(connection: Connection[Any], domain: str) -> None:
    """At least one row in every table of a domain."""
    events = [
        {
            "uuid": f"10000000-0000-4000-8000-00000000000{n}",
            "name": name,
            "distinct_id": "visitor",
            "session_id": "session",
            "occurred_at": f"{TODAY}T10:0{n}:00Z",
            "page": "/pricing",
            "properties": {"section_slug": "pricing"} if name.startswith("section") else {},
        }
        for n, name in enumerate(EVENTS)
    ]
    conversation = "20000000-0000-4000-8000-000000000001"
    message = {
        "id": "30000000-0000-4000-8000-000000000001",
        "role": "visitor",
        "text": f"A question about {domain}",
        "sent_at": f"{TODAY}T10:05:00Z",
    }
    connection.execute("select private.capture_events(%s, %s)", [domain, json.dumps(events)])
    connection.execute(
        "select private.put_conversation(%s, %s, %s)",
        [domain, conversation, json.dumps({"distinct_id": "visitor", "session_id": "session"})],
    )
    for text in ("Another text", message["text"]):
        connection.execute(
            "select private.add_messages(%s, %s, %s)",
            [domain, conversation, json.dumps([message | {"text": text}])],
        )
    fill_enrichment(connection, domain)
    connection.execute("insert into public.internal_addresses values (%s, 'hash')", [domain])
    fill_configuration(connection, domain)
    fill_understanding(connection, domain, conversation, message["id"])
    connection.execute("select private.mint_key(%s, 'secret')", [domain])
    fill_section(connection, domain)
    fill_ticket(connection, domain)
    fill_notifications(connection, domain)
    fill_crm(connection, domain)
    fill_privacy(connection, domain)


def fill_ticket(connection: Connection[Any], domain: str) -> None:
    """A ticket in Linear, with a comment for its reporter and what happened to it."""
    connection.execute(
        "insert into public.tickets (site_domain, id, kind, title, description, reporter_id,"
        " created_at, changed_at, delivery, sent_at, linear_id, linear_identifier, linear_url,"
        " linear_state, linear_state_type, linear_updated_at, linear_checked_at)"
        " select %(domain)s, %(ticket)s, 'other', %(title)s, 'Please help', %(person)s, at, at,"
        " 'sent', at, md5(%(domain)s)::uuid, 'ROSE-1', 'https://linear.app/rose/issue/ROSE-1',"
        " 'Todo', 'unstarted', at, at from (values (%(day)s::timestamptz)) as moment (at)",
        {
            "domain": domain,
            "ticket": TICKET,
            "title": f"Help for {domain}",
            "person": PERSON_OF[domain],
            "day": f"{TODAY}T12:00:00Z",
        },
    )
    connection.execute(
        "insert into public.ticket_events (site_domain, ticket_id, at, kind, actor_id, detail)"
        " values (%s, %s, %s, 'created', %s, 'for staff alone')",
        [domain, TICKET, TODAY, PERSON_OF[domain]],
    )
    connection.execute(
        "insert into public.ticket_comments"
        " (site_domain, ticket_id, id, author, body, written_at, linear_updated_at)"
        " values (%s, %s, %s, 'Rose', 'Looking into it', %s, %s)",
        [domain, TICKET, TICKET, TODAY, TODAY],
    )


def fill_privacy(connection: Connection[Any], domain: str) -> None:
    """A limit for texts with its run, a receipt, and what verifying the log found."""
    connection.execute("select private.set_retention(%s, 3650)", [domain])
    connection.execute("select private.open_retention_run(%s)", [domain])
    connection.execute("select private.write_receipt(%s, 1, '{}', '{}')", [domain])
    checks = [{"site_domain": domain, "checked_at": TODAY, "position": 1, "hash": "00"}]
    connection.execute("select private.store_audit_checks(%s)", [json.dumps(checks)])


def fill_section(connection: Connection[Any], domain: str) -> None:
    """An AI Section with a version."""
    connection.execute(
        "insert into public.ai_sections (site_domain, id, slug, position, title, questions,"
        " search_bar, layout, colors, custom_css, urls)"
        " values (%s, %s, 'pricing', 1, 'Pricing', '[]', '{}', 'list', '{}', '', '{}')",
        [domain, SECTION],
    )
    connection.execute(
        "insert into public.ai_section_versions (site_domain, section_id, version, content)"
        " values (%s, %s, 1, %s)",
        [domain, SECTION, json.dumps({"title": "Pricing"})],
    )


def fill_configuration(connection: Connection[Any], domain: str) -> None:
    """A setting with its version, a switched agent, and who downloaded them."""
    connection.execute(
        "insert into public.client_configs"
        " (site_domain, config_slug, config, version, updated_at, updated_by)"
        " values (%s, 'identity', %s, 1, %s, %s)",
        [domain, json.dumps({"company_name": domain}), TODAY, PERSON_OF[domain]],
    )
    connection.execute(
        "insert into public.config_versions"
        " (site_domain, config_slug, version, config, action, author_id, created_at)"
        " select site_domain, config_slug, version, config, 'save', updated_by, updated_at"
        " from public.client_configs where site_domain = %s",
        [domain],
    )
    connection.execute(
        "insert into public.agent_switches"
        " (site_domain, slug, enabled, reason, version, updated_at, updated_by)"
        " values (%s, 'nurturing', true, 'Agreed', 1, %s, %s)",
        [domain, TODAY, PERSON_OF[domain]],
    )
    connection.execute(
        "insert into public.config_fetches values (%s, 'widget', '1.1', %s)", [domain, TODAY]
    )


def fill_enrichment(connection: Connection[Any], domain: str) -> None:
    """What was found out about the visitor."""
    answer = {
        "value": f"company-of-{domain}",
        "source": "email",
        "confidence": 0.95,
        "at": f"{TODAY}T11:00:00Z",
    }
    connection.execute(
        "insert into public.accounts (site_domain, id, domain, name, industry)"
        " values (%s, %s, %s, 'Company', 'Retail')",
        [domain, ACCOUNT, answer["value"]],
    )
    connection.execute(
        "insert into private.enrichment_evidence (site_domain, visitor_id, ticket)"
        " select site_domain, visitor_id, visitor_id from public.visitor_ids"
        " where site_domain = %s",
        [domain],
    )
    connection.execute(
        "select private.apply_enrichments(%s, jsonb_agg(jsonb_build_object("
        " 'visitor_id', visitor_id, 'ticket', visitor_id,"
        " 'answers', jsonb_build_object('domain', %s::jsonb))), %s)"
        " from public.visitor_ids where site_domain = %s",
        [domain, json.dumps(answer), json.dumps([{"domain": answer["value"]}]), domain],
    )


def fill_understanding(
    connection: Connection[Any], domain: str, conversation: str, message: str
) -> None:
    """What was understood of the conversation."""
    connection.execute(
        "insert into public.topics (site_domain, id, label)"
        " values (%s, %s, 'Pricing'), (%s, %s, 'Security')",
        [domain, TOPIC, domain, OTHER_TOPIC],
    )
    connection.execute(
        "insert into public.question_groups (site_domain, id, label) values (%s, %s, 'Price')",
        [domain, QUESTIONS],
    )
    found = {
        "conversation_id": conversation,
        "version": 1,
        "analyzed_at": f"{TODAY}T11:00:00Z",
        "message_count": 1,
        "scorer": "rules",
        "topic_id": TOPIC,
        "unanswered": [{"message_id": message, "question": "How much?", "group_id": QUESTIONS}],
    }
    connection.execute("select private.store_insights(%s, %s)", [domain, json.dumps([found])])
    connection.execute(
        "insert into public.reviews (site_domain, conversation_id, reviewer_id, thumb)"
        " values (%s, %s, %s, 'good')",
        [domain, conversation, PERSON_OF[domain]],
    )
    connection.execute("select private.follow_reviews(%s, %s)", [domain, conversation])
    connection.execute(
        "insert into public.saved_views (owner_id, site_domain, page, name, search)"
        " values (%s, %s, 'conversations', 'Shared', '{}')",
        [PERSON_OF[domain], domain],
    )


def fill_notifications(connection: Connection[Any], domain: str) -> None:
    """What the domain's person chose, an e-mail of theirs, and an alert."""
    connection.execute(
        "insert into public.notification_choices (user_id, site_domain, digest_since)"
        " values (%s, %s, now())",
        [PERSON_OF[domain], domain],
    )
    connection.execute(
        "insert into public.notification_mails"
        " (site_domain, user_id, kind, occasion, queued_at, next_at, give_up_at)"
        " values (%s, %s, 'digest', %s, now(), now(), now())",
        [domain, PERSON_OF[domain], TODAY],
    )
    connection.execute(
        "insert into public.alerts (site_domain, kind, started_at, figures)"
        " values (%s, 'traffic', now(), '{}')",
        [domain],
    )


def fill_two_domains(connection: Connection[Any]) -> None:
    """Both domains, the stranger who has the other one, and rows everywhere."""
    # What nobody did is no annotation.
    connection.execute("select set_config('backoffice.actor', 'Nightly import', false)")
    connection.execute("select private.create_domain('other.example', 'Other', 'UTC', 'Other Inc')")
    connection.execute(
        "insert into auth.users (id, email) values (%s, 'stranger@other.example')", [STRANGER]
    )
    connection.execute("insert into public.user_domains values (%s, 'other.example')", [STRANGER])
    for domain in DOMAINS:
        fill(connection, domain)
    connection.execute("select rollup.fold()")
    fill_more = "update public.events set counts = counts"
    connection.execute(fill_more)
