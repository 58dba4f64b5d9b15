"""Evidence for tests, with what one of them is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from backoffice.enrichment.model import Company, Evidence, Place, ServiceAnswer, Source

SITE = "abtasty.com"
SEEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACME = Company(
    domain="acme.com",
    account_domain="acme.com",
    name="Acme",
    website="https://www.acme.com/",
    country="FR",
    industry="Retail",
    description="Everything.",
)
DIRECTORY = {"acme.com": ACME}


def evidence(**changes: Any) -> Evidence:
    """A visitor of whom nothing is known but `changes`."""
    bare = Evidence(SITE, UUID(int=1), SEEN)
    return replace(bare, **changes)


def reveal(domain: str | None = "acme.com", **more: Any) -> dict[str, Any]:
    """A reveal payload."""
    return {"domain": domain, "name": "Acme Group", **more} if domain else dict(more)


def place(*domains: str, visitors: int = 3, identified: int | None = None) -> Place:
    """An address where people of these companies were."""
    accounts = tuple(
        {"domain": domain, "company": domain.title(), "industry": "Retail", "size": None}
        | {"country": "FR"}
        for domain in domains
    )
    return Place(visitors, len(domains) if identified is None else identified, accounts)


def service(provider: Source, domain: str = "acme.com", **more: Any) -> ServiceAnswer:
    """What a service said of the visitor's address."""
    return ServiceAnswer(provider, {"domain": domain, "company": "Acme Inc", **more}, None, SEEN)
