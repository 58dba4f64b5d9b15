"""A client of the public HTTP API: events as from the widget, conversations as from the agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

import httpx

from .product import DomainKeys

BETWEEN_MESSAGES = timedelta(seconds=20)
Role = Literal["visitor", "agent"]


def id_of(*parts: object) -> str:
    """The same id for the same thing in every run."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, parts))))


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation to send; what it led to happens a minute after its last message."""

    name: str
    visitor: str
    started_at: datetime
    messages: Sequence[tuple[Role, str]] = ()
    page: str = "/pricing"
    country: str | None = None
    led_to: Sequence[str] = ()
    email: str | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return id_of("conversation", self.name)


@dataclass(slots=True)
class Sender:
    """Sends to one domain, and remembers nothing but the events still to be sent."""

    url: str
    keys: DomainKeys
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))
    _events: list[dict[str, Any]] = field(default_factory=list)

    def event(
        self,
        name: str,
        visitor: str,
        at: datetime,
        copy: int = 0,
        properties: Mapping[str, object] | None = None,
    ) -> None:
        """Put one event into the next batch."""
        self._events.append(
            {
                "event": name,
                "distinct_id": visitor,
                "uuid": id_of(self.keys.domain, name, visitor, at.isoformat(), copy),
                "timestamp": at.isoformat(),
                "properties": {
                    "$current_url": f"https://www.{self.keys.domain}/pricing",
                    "$ip": "203.0.113.7",
                    **(properties or {}),
                },
            }
        )

    def flush(self) -> None:
        """Send the batch; every event of it must be taken."""
        body = {"api_key": self.keys.public, "batch": self._events}
        answer = self.http.post(f"{self.url}/batch/", json=body)
        assert answer.status_code == 200, answer.text
        assert not answer.json().get("rejected"), answer.text
        self._events = []

    def converse(self, conversation: Conversation) -> None:
        """Send a conversation with its messages and what it led to."""
        start = conversation.started_at
        opened: dict[str, Any] = {
            "distinct_id": conversation.visitor,
            "page": conversation.page,
            "started_at": start.isoformat(),
            "language": "en",
        }
        if conversation.country:
            opened["country"] = conversation.country
        self._agent("PUT", conversation.id, opened)
        messages = [
            {
                "id": id_of(conversation.id, "message", index),
                "seq": index,
                "role": role,
                "text": text,
                "sent_at": (start + index * BETWEEN_MESSAGES).isoformat(),
                **({"latency_ms": 1400} if role == "agent" else {}),
            }
            for index, (role, text) in enumerate(conversation.messages)
        ]
        if messages:
            self._agent("POST", f"{conversation.id}/messages", {"messages": messages})
        if conversation.led_to:
            then = (start + len(messages) * BETWEEN_MESSAGES + timedelta(minutes=1)).isoformat()
            changes: dict[str, Any] = {"email": conversation.email} if conversation.email else {}
            for flag in conversation.led_to:
                changes |= {flag: True, f"{flag}_at": then}
            self._agent("PATCH", conversation.id, changes)

    def _agent(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = self.http.request(
            method,
            f"{self.url}/agent/v1/conversations/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.keys.secret}"},
        )
        assert answer.status_code in (200, 201), answer.text
        assert not answer.json().get("rejected"), answer.text
