"""A request's events, normalised and stored in slices, and the answer to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from backoffice.capture.combining import Combiner
from backoffice.capture.decode import Envelope
from backoffice.capture.events import Event, RefusedEventError, normalise
from backoffice.capture.limits import MAX_LISTED
from backoffice.capture.sender import Origins, Sender

SLICE: Final = 400
"""Events in one transaction: large enough to be fast, small enough to hold locks briefly."""

BREATH: Final = 100
"""Events normalised before other requests get a turn."""


@dataclass(slots=True)
class Outcome:
    """What became of a request's events."""

    stored: int = 0
    duplicates: int = 0
    rejected_count: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Events that are in the database now, whether this request brought them or an earlier."""
        return self.stored + self.duplicates

    def refuse(self, index: int, raw: Any, where: str, message: str) -> None:
        """Note that event `index` is not stored, and why."""
        self.rejected_count += 1
        if len(self.rejected) < MAX_LISTED:
            known = raw if isinstance(raw, dict) else {}
            self.rejected.append(
                {
                    "index": index,
                    "uuid": _short(known.get("uuid")),
                    "event": _short(known.get("event")),
                    "field": where,
                    "message": message,
                }
            )

    def answer(self) -> Mapping[str, Any]:
        """The body of a 200: PostHog's `status: 1`, and what it leaves unsaid."""
        return {
            "status": 1,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "rejected_count": self.rejected_count,
            "rejected": self.rejected,
        }


def _short(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) else None


async def capture_batch(
    envelope: Envelope, sender: Sender, origins: Origins, combiner: Combiner
) -> Outcome:
    """Store what can be stored of a request. Raises `Unavailable`; then nothing is acknowledged."""
    now = datetime.now(UTC)
    outcome = Outcome()
    seen: set[str] = set()
    for start in range(0, len(envelope.events), SLICE):
        events: list[Event] = []
        places: dict[str, int] = {}
        for index, raw in enumerate(envelope.events[start : start + SLICE], start):
            if index % BREATH == BREATH - 1:
                await asyncio.sleep(0)
            try:
                event = normalise(raw, sender, origins, now, envelope.sent_at)
            except RefusedEventError as refusal:
                outcome.refuse(index, raw, refusal.field, refusal.message)
                continue
            if event.uuid in seen:
                outcome.duplicates += 1
                continue
            seen.add(event.uuid)
            places[event.uuid] = index
            events.append(event)
        if not events:
            continue
        result = await combiner.capture(sender.site_domain, events)
        outcome.stored += result.stored
        outcome.duplicates += result.duplicates
        for uuid in result.impossible:
            index = places[uuid]
            outcome.refuse(index, envelope.events[index], "event", "the database cannot hold it")
    return outcome
