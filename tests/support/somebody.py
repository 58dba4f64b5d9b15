"""A visitor who left something identifying in every place there is, and a bystander who did not."""

from __future__ import annotations

import json
import uuid
from typing import Any

from psycopg import Connection, sql

DOMAIN = "abtasty.com"
NAMESPACE = uuid.UUID("3f0f1a52-54a8-4f55-9f38-1d5d9a1f6a10")
EMAIL = "jane.quuxley@zorblatt.example"
NAME = "Jane Quuxley"
DISTINCT = "device-9f81-quuxley"
ANONYMOUS = "anonymous-77aa-quuxley"
SESSION = "session-5512-quuxley"
# Nothing of these may be left anywhere.
MARKS = ["quuxley", "zorblatt", "0171-5550", "f00dfeed"]
DAY = "2026-05-05"


def name_of(what: str) -> str:
    """A fixed id."""
    return str(uuid.uuid5(NAMESPACE, what))


CONVERSATION = name_of("conversation")
QUESTION = name_of("question")
ANSWER = name_of("answer")


def event(number: int, name: str, **more: Any) -> dict[str, Any]:
    """An event of the visitor."""
    return {
        "uuid": name_of(f"event {number}"),
        "name": name,
        "distinct_id": DISTINCT,
        "session_id": SESSION,
        "occurred_at": f"{DAY}T10:{number:02d}:00Z",
        "page": "/pricing",
        "ip_hash": "f00dfeed",
        "properties": {},
    } | more


def visit(connection: Connection[Any], domain: str = DOMAIN) -> str:
    """Let the visitor come, talk, and be looked at; gives the visitor's id."""
    events = [
        event(1, "$pageview", distinct_id=ANONYMOUS, url=f"https://{domain}/pricing?email={EMAIL}"),
        event(2, "$identify", anon_distinct_id=ANONYMOUS, email=EMAIL, name_of_person=NAME),
        event(3, "$pageview", page=f"/welcome/{EMAIL}", url=f"https://{domain}/welcome/{EMAIL}#a"),
        event(4, "widget_displayed", utm_campaign="for-quuxley"),
        event(5, "message_sent", conversation_id=CONVERSATION, properties={"text": "0171-5550"}),
        event(
            6,
            "section_question_clicked",
            properties={"section_slug": "pricing", "question": "Is it Quuxley?"},
        ),
        event(7, "email_captured", properties={"$reveal": {"company": "Zorblatt", "who": NAME}}),
    ]
    connection.execute("select private.capture_events(%s, %s)", [domain, json.dumps(events)])
    visitor = _value(
        connection,
        "select visitor_id::text from public.visitor_ids"
        " where site_domain = %s and distinct_id = %s",
        [domain, DISTINCT],
    )
    _talk(connection, domain)
    _understand(connection, domain)
    _look(connection, domain, visitor)
    return visitor


def _talk(connection: Connection[Any], domain: str) -> None:
    connection.execute(
        "select private.put_conversation(%s, %s, %s)",
        [
            domain,
            CONVERSATION,
            json.dumps(
                {
                    "distinct_id": DISTINCT,
                    "session_id": SESSION,
                    "page": f"/welcome/{EMAIL}",
                    "email": EMAIL,
                    "metadata": {"caller": NAME},
                }
            ),
        ],
    )
    said = [
        (QUESTION, "visitor", f"I am {NAME}, how much is it? Call 0171-5550", "10:05:00"),
        (ANSWER, "agent", "Hello Quuxley, I cannot say.", "10:05:10"),
    ]
    for suffix in ("?!", ""):
        messages = [
            {
                "id": number,
                "role": role,
                "text": text + suffix,
                "sent_at": f"{DAY}T{at}Z",
                "metadata": {"sources": ["https://zorblatt.example"]},
            }
            for number, role, text, at in said
        ]
        connection.execute(
            "select private.add_messages(%s, %s, %s)", [domain, CONVERSATION, json.dumps(messages)]
        )


def _understand(connection: Connection[Any], domain: str) -> None:
    group = name_of("group")
    connection.execute(
        "select private.open_question_groups(%s, %s)",
        [domain, json.dumps([{"id": group, "label": "How much is it for Quuxley?"}])],
    )
    connection.execute("select private.store_insights(%s, %s)", [domain, json.dumps([insight()])])


def insight() -> dict[str, Any]:
    """What was understood of the conversation."""
    return {
        "conversation_id": CONVERSATION,
        "version": 1,
        "analyzed_at": f"{DAY}T11:00:00Z",
        "message_count": 2,
        "language": "en",
        "intent": "LEARN",
        "signals": [{"kind": "pricing", "message_id": QUESTION, "quote": "I am Jane Quuxley"}],
        "signal_score": 3,
        "quality_score": 2.5,
        "quality_receipt": {
            "scorer": "rules",
            "components": [
                {
                    "name": "answered",
                    "weight": 1,
                    "value": 0.5,
                    "quotes": [{"message_id": ANSWER, "text": "Hello Quuxley"}],
                }
            ],
        },
        "scorer": "rules",
        "messages": [{"id": QUESTION, "intent": "LEARN", "signals": [], "answered": False}],
        "unanswered": [
            {
                "message_id": QUESTION,
                "question": "How much is it for Quuxley?",
                "group_id": name_of("group"),
            }
        ],
    }


def _look(connection: Connection[Any], domain: str, visitor: str) -> None:
    """Reviews, views, the audit log, jobs, enrichment and topics know of the visitor too."""
    connection.execute(
        "insert into public.reviews (site_domain, conversation_id, reviewer_id, thumb, note,"
        " message_id, corrected_answer) select %s, %s, id, 'bad', 'Quuxley was cross', %s,"
        " 'Dear Quuxley' from public.profiles where email = 'user@user.com'",
        [domain, CONVERSATION, ANSWER],
    )
    connection.execute("select private.follow_reviews(%s, %s)", [domain, CONVERSATION])
    connection.execute(
        "insert into public.saved_views (owner_id, site_domain, page, name, search)"
        " select id, %s, 'visitors', 'Her', %s from public.profiles where email = 'user@user.com'",
        [domain, json.dumps({"text": EMAIL})],
    )
    connection.execute(
        "select private.audit(%s, 'export', 'export', 'visitors', null, %s)",
        [domain, json.dumps({"filter": {"text": EMAIL.upper()}})],
    )
    connection.execute(
        "insert into jobs.procrastinate_jobs (queue_name, task_name, args, status)"
        " values ('default', 'mail', %s, 'succeeded')",
        [json.dumps({"to": EMAIL})],
    )
    connection.execute(
        "insert into public.enrichments (site_domain, visitor_id, field, value, source, confidence,"
        " observed_at, raw) values (%s, %s, 'name', %s, 'reveal', 0.9, %s, %s)",
        [domain, visitor, NAME, DAY, json.dumps({"mail": EMAIL})],
    )
    connection.execute(
        "insert into private.address_answers (site_domain, ip_hash, provider, answer, asked_at)"
        " values (%s, 'f00dfeed', 'snitcher', %s, %s)",
        [domain, json.dumps({"company": "Zorblatt"}), DAY],
    )
    connection.execute(
        "insert into public.tickets (site_domain, id, kind, conversation_id, message_id, verdict,"
        " expected_answer, created_at, changed_at, next_attempt_at)"
        " values (%s, %s, 'chatbot', %s, %s, 'not_accurate', 'Dear Quuxley, it is 5.', %s, %s, %s)",
        [domain, name_of("ticket"), CONVERSATION, ANSWER, DAY, DAY, DAY],
    )
    connection.execute(
        "insert into public.topics (site_domain, id, label, keywords)"
        " values (%s, %s, 'quuxley, price', '{quuxley,price}')",
        [domain, name_of("topic")],
    )
    connection.execute(
        "insert into private.topic_models (site_domain, version, fitted_at, conversation_count,"
        " model, arrays) values (%s, 1, %s, 40, %s, '') on conflict (site_domain) do update"
        " set model = excluded.model",
        [domain, DAY, json.dumps({"vocabulary": ["price", "quuxley"], "topic_ids": []})],
    )


def _value(connection: Connection[Any], query: str, parameters: list[Any]) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


def mentions(connection: Connection[Any], marks: list[str]) -> list[tuple[str, str, str]]:
    """Where a text of `marks` stands: (table, column, value), of every table of the database."""
    columns = connection.execute(
        "select c.oid::regclass::text, a.attname, n.nspname, c.relname"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relkind in ('r', 'p', 'm') and not c.relispartition"
        " and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"
    ).fetchall()
    found = []
    for table, column, schema, name in columns:
        query = sql.SQL(
            "select {column}::text from {table} where lower({column}::text) ~ %s"
        ).format(column=sql.Identifier(column), table=sql.Identifier(schema, name))
        found += [
            (table, column, value)
            for (value,) in connection.execute(query, ["|".join(marks)]).fetchall()
        ]
    return found
