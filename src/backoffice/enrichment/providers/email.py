"""The domain of the visitor's e-mail address."""

from __future__ import annotations

from collections.abc import Iterable

from backoffice.company_domains import email_host
from backoffice.enrichment.model import CONFIDENCE, Answer, Evidence, Fact
from backoffice.enrichment.providers.base import own_domain
from backoffice.host_names import registrable


class EmailProvider:
    """A work address belongs to the company that owns its domain.

    Addresses at free, disposable and relay providers tell nothing, nor do the client's own.
    """

    def answer(self, evidence: Evidence) -> Answer | None:
        """The registrable domain; its name is the directory's to tell."""
        domain = _domain(evidence)
        if domain is None or domain == own_domain(evidence.site_domain):
            return None
        at = evidence.email_at or evidence.last_seen_at
        return Answer(
            "email",
            domain,
            {"domain": Fact(domain, "email", CONFIDENCE["email"], at)},
            {"email_domain": email_host(evidence.email or "")},
        )

    def domains(self, evidence: Evidence) -> Iterable[str]:
        """The address's host, which the directory may know better, and its registrable domain."""
        host = email_host(evidence.email) if evidence.email else None
        return [name for name in (host, registrable(host)) if name]


def _domain(evidence: Evidence) -> str | None:
    host = email_host(evidence.email) if evidence.email else None
    return registrable(host)
