"""What enrichment goes by, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

Source = Literal["address", "reveal", "email", "directory", "snitcher", "enrich_so"]
Json = dict[str, Any]

COMPANY_FIELDS: Final = ("company", "industry", "size", "country")
"""What is told of a visitor's company besides its domain."""

CONFIDENCE: Final[Mapping[Source, float]] = {
    "email": 0.95,
    "directory": 0.9,
    "reveal": 0.7,
    "snitcher": 0.65,
    "enrich_so": 0.6,
    "address": 0.5,
}
"""How sure an answer is, by who gives it. No two are equal, so no order of arrival decides.

An e-mail address was given by the person; a page's payload comes from a browser, which may say
anything; services guess by address; a shared address alone is hearsay.
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """One field's answer. `at` is when what it rests on was seen."""

    value: str
    source: Source
    confidence: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What one provider says: the company's registrable domain, if it knows it, and its fields."""

    source: Source
    domain: str | None
    facts: Mapping[str, Fact]
    raw: Json | None = None

    @property
    def confidence(self) -> float:
        """How sure the answer is: as sure as its domain, or its surest field without one."""
        if "domain" in self.facts:
            return self.facts["domain"].confidence
        return max((fact.confidence for fact in self.facts.values()), default=0.0)


@dataclass(frozen=True, slots=True)
class Place:
    """An address the visitor came from: how many others did (51 is "many"), how many of them are
    known by more than the address, and whose those are.
    """

    visitors: int
    identified: int
    accounts: tuple[Mapping[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What an outside service said of one of the visitor's addresses."""

    provider: Source
    company: Mapping[str, str | None]
    raw: Json | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a visitor that tells whose they are.

    `known` are the visitor's current answers, by field.
    """

    site_domain: str
    visitor_id: UUID
    last_seen_at: datetime
    email: str | None = None
    email_at: datetime | None = None
    reveal: Mapping[str, Any] | None = None
    revealed_at: datetime | None = None
    device_type: str | None = None
    places: tuple[Place, ...] = ()
    services: tuple[ServiceAnswer, ...] = ()
    known: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Company:
    """A row of the directory. `domain` is the one that was asked for."""

    domain: str
    account_domain: str
    name: str
    website: str | None = None
    country: str | None = None
    industry: str | None = None
    size: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class AccountFact:
    """What is told of a company itself."""

    domain: str
    field: str
    fact: Fact
    raw: Json | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The visitor's answers by field, the payloads they were read from by source, and what the
    account learns from it. Without a domain among the answers there is no account.
    """

    answers: Mapping[str, Fact]
    raw: Mapping[str, Json]
    account: tuple[AccountFact, ...]

    @property
    def domain(self) -> str | None:
        """The registrable domain of the visitor's company."""
        found = self.answers.get("domain")
        return found.value if found else None
