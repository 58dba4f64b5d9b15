"""The note of a conversation: what it was about, how it went, and the way to it.

What visitors wrote is quoted, escaped: HubSpot shows a note's body as HTML.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from backoffice.crm.fields import INTERESTS

LONGEST_QUOTE: Final = 240
INTENTS: Final = {
    "LEARN": "wanted to learn about the product",
    "CONTEXT": "told about their business",
    "SUPPORT": "wanted support",
    "OFFTOPIC": "was off topic",
    "OTHER": "wanted something else",
}
DONE: Final = {
    "email_captured": "left an e-mail address",
    "demo_proposed": "was proposed a demo",
    "cta_clicked": "clicked a call to action",
    "demo_booked": "booked a demo",
}


def note_of(conversation: dict[str, Any], site_domain: str, url: str) -> dict[str, str]:
    """The properties of a conversation's note."""
    return {
        "hs_timestamp": _time(conversation),
        "hs_note_body": _body(conversation, site_domain, url),
    }


def link_of(conversation_id: object, site_domain: str, url: str) -> str:
    """The address of a conversation's transcript; by its end a note is known again."""
    return f"{url}/conversations/{site_domain}/{conversation_id}"


def _time(conversation: dict[str, Any]) -> str:
    at: datetime = conversation["last_message_at"] or conversation["started_at"]
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _body(conversation: dict[str, Any], site_domain: str, url: str) -> str:
    score = conversation["interest_score"]
    turns = conversation["total_turns"]
    facts = [
        f"<strong>Conversation with Rose on {escape(site_domain)}</strong>",
        f"Interest: {score} of 5, {INTERESTS[score]}",
        _summary(conversation),
        f"{turns} {'turn' if turns == 1 else 'turns'}" + _quality(conversation),
    ]
    quotes = "".join(
        f"<blockquote>{escape(_clip(text))}</blockquote>" for text in conversation["asked"] or []
    )
    link = escape(link_of(conversation["id"], site_domain, url), quote=True)
    lines = "".join(f"<p>{fact}</p>" for fact in facts if fact)
    return f'{lines}{quotes}<p><a href="{link}">Read the conversation</a></p>'


def _summary(conversation: dict[str, Any]) -> str:
    """Topic, intent and what the visitor did, in a sentence."""
    parts = []
    if conversation["topic"]:
        parts.append(f"asked about {escape(conversation['topic'])}")
    if conversation["intent"] in INTENTS:
        parts.append(INTENTS[conversation["intent"]])
    parts += [words for name, words in DONE.items() if conversation[name]]
    if count := conversation["unanswered_count"]:
        parts.append(f"got no answer to {count} {'question' if count == 1 else 'questions'}")
    return f"The visitor {_joined(parts)}." if parts else ""


def _quality(conversation: dict[str, Any]) -> str:
    quality = conversation["quality_score"]
    return "" if quality is None else f", answers rated {quality} of 5"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _clip(text: str) -> str:
    text = " ".join(text.replace("\0", "").split())
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"
