"""What routes of clients are sent: every field checked and in its one spelling."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from backoffice.addresses import parse_address
from backoffice.clients.names import host_name, site_domain

OVERLAP_HOURS: Final = 7 * 24
LONGEST_OVERLAP_HOURS: Final = 90 * 24
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def _one_line(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if _CONTROL.search(value.strip()):
        raise ValueError("It contains control characters.")
    return " ".join(value.split())


def _address(value: str) -> str:
    parsed = parse_address(value)
    if parsed is None:
        raise ValueError("Write an IP address, such as 203.0.113.7.")
    return str(parsed)


Line: Final = BeforeValidator(_one_line)
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), Line]
Label = Annotated[str, StringConstraints(max_length=100), Line]
Typed = Annotated[str, StringConstraints(max_length=1000), Line]
Environment = Literal["production", "staging", "development"]


class Body(BaseModel):
    """A request's body: wrong types and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NewOrganization(Body):
    """A client."""

    name: Name


class Rename(Body):
    """A new name, and the one it is known to have."""

    name: Name
    was: Annotated[str, StringConstraints(max_length=200)]


class NewDomain(Body):
    """A website of an organization."""

    site_domain: Annotated[Typed, AfterValidator(site_domain)]
    name: Name
    timezone: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class NewTimezone(Body):
    """Another timezone, and the one it is known to have."""

    timezone: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    was: Annotated[str, StringConstraints(max_length=100)]


class Host(Body):
    """A host that pages of a website are on, and what for."""

    host: Annotated[Typed, AfterValidator(host_name)]
    environment: Environment


class InternalAddress(Body):
    """An address whose traffic is not counted; only its keyed hash is kept."""

    address: Annotated[Typed, AfterValidator(_address)]
    label: Label = ""


class NewKey(Body):
    """A key for the widget (public) or the agent's backend (secret)."""

    kind: Literal["public", "secret"]
    label: Label = ""


class NewLabel(Body):
    """What a key is for."""

    label: Label


class Rotation(Body):
    """How long the old key works beside the new one."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP_HOURS)] = OVERLAP_HOURS

    def ends_at(self) -> datetime:
        """When the old key stops."""
        return datetime.now(UTC) + timedelta(hours=self.overlap_hours)
