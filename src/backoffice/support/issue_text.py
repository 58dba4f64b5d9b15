"""What a ticket says in Linear. Whatever people wrote stands as a quotation, never as markup."""

from __future__ import annotations

import re
from typing import Any, Final

MAX_QUOTED: Final = 6_000
MAX_TITLE: Final = 200
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~@:&$^=\"'])")
VERDICTS: Final = {
    "accurate_but_not_ok": "Accurate, but not OK",
    "not_accurate": "Not accurate",
}


def issue_title(ticket: dict[str, Any]) -> str:
    """The issue's title: the ticket's, or what is wrong with which answer."""
    if ticket["kind"] == "other":
        return _line(ticket["title"])[:MAX_TITLE]
    verdict = VERDICTS[ticket["verdict"]]
    said = ticket.get("question") or ticket.get("answer") or ""
    title = f"[{ticket['site_domain']}] {verdict}: {_line(said)}"
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"


def issue_description(ticket: dict[str, Any], url: str) -> str:
    """The issue's description in Markdown, with the way back to the Backoffice at `url`."""
    domain = ticket["site_domain"]
    reporter = _escaped(_line(ticket.get("reporter") or "a former member"))
    parts = [f"Reported by {reporter} for **{_escaped(domain)}**."]
    if ticket["kind"] == "chatbot":
        parts += [
            f"**Verdict:** {VERDICTS[ticket['verdict']]}",
            *_quoted("The visitor asked", ticket.get("question")),
            *_quoted("The agent answered", ticket.get("answer")),
            *_quoted("Expected answer", ticket.get("expected_answer")),
            f"[Conversation]({url}/conversations/{domain}/{ticket['conversation_id']})"
            f" · session {ticket['session_id']} · message {ticket['message_id']}",
        ]
    else:
        parts += _quoted("Description", ticket.get("description"))
    parts += [
        f"[Ticket in the Client Backoffice]({url}/support/{domain}/{ticket['id']})",
        "Comments that begin with `#public` are shown to who reported this.",
    ]
    return "\n\n".join(parts)


def _quoted(label: str, text: str | None) -> list[str]:
    if not text:
        return []
    kept = text if len(text) <= MAX_QUOTED else f"{text[: MAX_QUOTED - 1]}…"
    lines = "\n".join(f"> {_escaped(line.strip())}\\" for line in kept.splitlines())
    return [f"**{label}:**", lines.rstrip("\\")]


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _line(text: str) -> str:
    return " ".join(text.split())
