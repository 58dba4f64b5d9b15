"""What may go wrong with HubSpot, by what is done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backoffice.errors import BackofficeError


class HubSpotError(BackofficeError):
    """HubSpot could not do what it was asked."""


class RevokedError(HubSpotError):
    """HubSpot accepts the connection no more: somebody has to connect again."""


class NotConnectedError(HubSpotError):
    """There is no connection to use: it was ended, or is paused."""


class MissingScopeError(HubSpotError):
    """The connection does not allow this; the scopes HubSpot names are in the message."""


class LaterError(HubSpotError):
    """HubSpot cannot answer now; `seconds` until it is worth asking again, if it says so.

    `untouched`: it is known to have done nothing of what it was asked.
    """

    def __init__(
        self, message: str, seconds: float | None = None, *, untouched: bool = False
    ) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.untouched = untouched


@dataclass(frozen=True, slots=True)
class Reason:
    """Why HubSpot refused a record: its category, its words, and the property it names."""

    category: str
    message: str
    field: str | None = None


class RefusedError(HubSpotError):
    """HubSpot refuses a whole request (400): of a batch, some record in it is to blame."""

    def __init__(self, reason: Reason, status: int = 400) -> None:
        super().__init__(reason.message)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one record of a batch, which `place` names: an id, or a reason."""

    place: int
    remote_id: str | None = None
    is_new: bool = False
    reason: Reason | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False)
