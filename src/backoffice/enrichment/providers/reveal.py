"""The payload of a reveal script on the page: `$reveal` of an event."""

from __future__ import annotations

from collections.abc import Iterable

from backoffice.company_domains import company_domain
from backoffice.enrichment.model import Answer, Evidence
from backoffice.enrichment.providers.base import read_company


class RevealProvider:
    """Takes the page's word, with the doubt that what a browser sends deserves."""

    def answer(self, evidence: Evidence) -> Answer | None:
        """The latest payload's company."""
        reveal = evidence.reveal
        if reveal is None:
            return None
        at = evidence.revealed_at or evidence.last_seen_at
        return read_company(
            {**reveal, "company": reveal.get("name")},
            evidence.site_domain,
            "reveal",
            at,
            dict(reveal),
        )

    def domains(self, evidence: Evidence) -> Iterable[str]:
        """The payload's."""
        given = evidence.reveal.get("domain") if evidence.reveal else None
        domain = company_domain(given) if isinstance(given, str) else None
        return [domain] if domain else []
