"""Enrich.so: `GET /ip-to-company-lookup?ip=…`, a Bearer token; the company is in `data`.

Source: Enrich.so's API reference, "IP to Company Lookup". Fields stand at the top of `data` or in
`category`, `metrics` and `geo`, depending on the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from backoffice.enrichment.model import Json, Source
from backoffice.enrichment.services.fields import child, text


@dataclass(frozen=True, slots=True)
class EnrichSo:
    """Enrich.so's way of asking and answering."""

    url: str
    name: Source = "enrich_so"

    def request(self, client: httpx.AsyncClient, address: str, key: str) -> httpx.Request:
        """The request for an address."""
        return client.build_request(
            "GET",
            f"{self.url}/ip-to-company-lookup",
            params={"ip": address},
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
        )

    def read(self, body: Json) -> Mapping[str, str | None] | None:
        """The company's fields; `success: false` and an empty `data` are no company."""
        company = child(body, "data")
        if body.get("success") is False or not (text(company, "domain") or text(company, "name")):
            return None
        metrics, geo = child(company, "metrics"), child(company, "geo")
        return {
            "domain": text(company, "domain"),
            "company": text(company, "name"),
            "industry": text(company, "industry") or text(child(company, "category"), "industry"),
            "size": text(metrics, "employeesRange")
            or text(company, "employees")
            or text(metrics, "employees"),
            "country": text(geo, "countryCode") or text(geo, "country"),
        }
