"""What outside services said of the visitor's addresses, when they were asked."""

from __future__ import annotations

from collections.abc import Iterable

from backoffice.company_domains import company_domain
from backoffice.enrichment.model import CONFIDENCE, Answer, Evidence
from backoffice.enrichment.providers.base import read_company


class ServiceProvider:
    """Reads the surest service's latest answer; asking is `lookups.py`'s part."""

    def answer(self, evidence: Evidence) -> Answer | None:
        """The company, with the service as its source."""
        heard = sorted(
            evidence.services,
            key=lambda service: (CONFIDENCE[service.provider], service.asked_at),
            reverse=True,
        )
        answers = (
            read_company(
                service.company,
                evidence.site_domain,
                service.provider,
                service.asked_at,
                service.raw,
            )
            for service in heard
        )
        return next((answer for answer in answers if answer is not None), None)

    def domains(self, evidence: Evidence) -> Iterable[str]:
        """Those the services named."""
        given = (service.company.get("domain") for service in evidence.services)
        return [domain for name in given if name and (domain := company_domain(name))]
