"""Conversations to report, and people who report them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from psycopg import Connection

from backoffice.database import RequestContext
from support.two_domains import TODAY

SITE, OTHER_SITE = "abtasty.com", "other.example"
CONVERSATION = "20000000-0000-4000-8000-000000000001"
QUESTION = "30000000-0000-4000-8000-000000000001"
ANSWER = "30000000-0000-4000-8000-000000000002"


def add_answer(connection: Connection[Any], domain: str) -> None:
    """What the agent said in the conversation of `fill_two_domains`."""
    message = {
        "id": ANSWER,
        "role": "agent",
        "text": "It costs *nothing* [at all](https://evil.example).",
        "sent_at": f"{TODAY}T10:05:04Z",
    }
    connection.execute(
        "select private.add_messages(%s, %s, %s)", [domain, CONVERSATION, json.dumps([message])]
    )


def chatbot(**changed: Any) -> dict[str, Any]:
    """The body of a report of an answer."""
    return {
        "id": str(uuid4()),
        "kind": "chatbot",
        "conversation_id": CONVERSATION,
        "message_id": ANSWER,
        "verdict": "not_accurate",
        "expected_answer": "It costs 100 euros.",
    } | changed


def other(**changed: Any) -> dict[str, Any]:
    """The body of a report of something else."""
    return {
        "id": str(uuid4()),
        "kind": "other",
        "title": "The export is empty",
        "description": "Since this morning.",
    } | changed


def acting_as(person: str) -> RequestContext:
    """Somebody's transactions."""
    claims = {"sub": person, "role": "authenticated"}
    return RequestContext("authenticated", {"request.jwt.claims": json.dumps(claims)})
