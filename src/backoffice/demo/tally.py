"""Counting what became of the things a replay sent."""

from __future__ import annotations

from dataclasses import dataclass, field

REASONS_KEPT = 5


@dataclass(slots=True)
class Tally:
    """What became of the things sent."""

    sent: int = 0
    stored: int = 0
    already_there: int = 0
    edited: int = 0
    rejected: int = 0
    reasons: list[str] = field(default_factory=list)

    def reject(self, count: int, reason: str) -> None:
        """Count `count` things the server did not take, and keep the first few reasons."""
        self.rejected += count
        if reason not in self.reasons and len(self.reasons) < REASONS_KEPT:
            self.reasons.append(reason)

    def add(self, status: str) -> None:
        """Count one thing by the word the server answered about it."""
        if status in ("stored", "created"):
            self.stored += 1
        elif status == "duplicate":
            self.already_there += 1
        elif status == "edited":
            self.edited += 1
        else:
            self.reject(1, status)
