"""What was found before, where the evidence for it has gone."""

from __future__ import annotations

from collections.abc import Iterable

from backoffice.company_domains import email_host
from backoffice.enrichment.model import Answer, Evidence


class CacheProvider:
    """The visitor's stored answers, of sources that have nothing to say for themselves any more.

    Addresses are forgotten and an e-mail address may change to a private one; what was learnt from
    them stays. A source whose evidence is still there is heard itself, so that an answer which no
    longer holds goes.
    """

    def answer(self, evidence: Evidence) -> Answer | None:
        """The stored answer with its own source and confidence."""
        leading = evidence.known.get("domain") or evidence.known.get("company")
        if leading is None or leading.source in _speaking(evidence):
            return None
        facts = {
            name: fact for name, fact in evidence.known.items() if fact.source == leading.source
        }
        domain = facts["domain"].value if "domain" in facts else None
        return Answer(leading.source, domain, facts)

    def domains(self, evidence: Evidence) -> Iterable[str]:
        """The stored one."""
        return [evidence.known["domain"].value] if "domain" in evidence.known else []


def _speaking(evidence: Evidence) -> set[str]:
    """The sources that are heard themselves."""
    speaking: set[str] = {service.provider for service in evidence.services}
    if any(place.accounts for place in evidence.places):
        speaking.add("address")
    if evidence.reveal is not None:
        speaking.add("reveal")
    if evidence.email and email_host(evidence.email):
        speaking.add("email")
    return speaking
