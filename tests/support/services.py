"""Outside services that name companies, as they answer; each checks what it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from backoffice.enrichment.services.base import Protocolled, Service
from backoffice.enrichment.services.enrich_so import EnrichSo
from backoffice.enrichment.services.snitcher import Snitcher

KEY = "the-services-key"
ADDRESS = "8.8.4.4"
SNITCHER_URL = "https://snitcher.test"
ENRICH_SO_URL = "https://enrich.test/v1/api"

ACME_AT_SNITCHER: dict[str, Any] = {
    "ip": ADDRESS,
    "domain": "acme.com",
    "type": "business",
    "company": {
        "name": "Acme",
        "domain": "acme.com",
        "website": "https://acme.com",
        "industry": "Retail",
        "employee_range": "51-200",
        "geo": {"country": "France", "country_code": "FR"},
    },
    "geoIP": {"country": "France", "city": "Paris"},
}
ACME_AT_ENRICH_SO: dict[str, Any] = {
    "success": True,
    "data": {
        "name": "Acme",
        "domain": "acme.com",
        "category": {"industry": "Retail"},
        "metrics": {"employeesRange": "51-200"},
        "geo": {"countryCode": "FR"},
        "seen_at": [ADDRESS, "2001:db8::7"],
    },
}

Answer = httpx.Response | Exception


@dataclass
class FakeService:
    """The other end of a service's client: gives the next answer, the last one for ever."""

    answers: list[Answer]
    path: str
    method: str
    asked: list[httpx.Request] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Check the request and answer it."""
        assert request.method == self.method
        assert request.url.path == self.path
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert list(request.url.params) == ["ip"]
        assert not request.content
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def addresses(self) -> list[str]:
        """The addresses it was asked about."""
        return [request.url.params["ip"] for request in self.asked]


def snitcher(
    *answers: Answer, clock: Callable[[], float] = lambda: 0.0
) -> tuple[Service, FakeService]:
    """Snitcher's client, and the fake at its other end."""
    return _service(Snitcher(SNITCHER_URL), "/company/find", "POST", answers, clock)


def enrich_so(
    *answers: Answer, clock: Callable[[], float] = lambda: 0.0
) -> tuple[Service, FakeService]:
    """Enrich.so's client, and the fake at its other end."""
    path = "/v1/api/ip-to-company-lookup"
    return _service(EnrichSo(ENRICH_SO_URL), path, "GET", answers, clock)


def _service(
    protocol: Protocolled,
    path: str,
    method: str,
    answers: tuple[Answer, ...],
    clock: Callable[[], float],
) -> tuple[Service, FakeService]:
    fake = FakeService(list(answers), path, method)
    client = httpx.AsyncClient(transport=httpx.MockTransport(fake.handle))
    return Service(protocol, KEY, client, clock), fake
