"""Snitcher: `POST /company/find?ip=…`, a Bearer token; 404 for an address it does not know.

Source: Snitcher's API reference, "IP to Company". `type` says what the address is; only a
business's is a company's, a provider's ("isp") is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from backoffice.enrichment.model import Json, Source
from backoffice.enrichment.services.fields import child, text


@dataclass(frozen=True, slots=True)
class Snitcher:
    """Snitcher's way of asking and answering."""

    url: str
    name: Source = "snitcher"

    def request(self, client: httpx.AsyncClient, address: str, key: str) -> httpx.Request:
        """The request for an address."""
        return client.build_request(
            "POST",
            f"{self.url}/company/find",
            params={"ip": address},
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
        )

    def read(self, body: Json) -> Mapping[str, str | None] | None:
        """The company's fields, where the address is a business's."""
        company = child(body, "company")
        if body.get("type") not in (None, "business") or not (company or body.get("domain")):
            return None
        return {
            "domain": text(company, "domain") or text(body, "domain"),
            "company": text(company, "name"),
            "industry": text(company, "industry"),
            "size": text(company, "employee_range"),
            "country": text(child(company, "geo"), "country_code"),
        }
