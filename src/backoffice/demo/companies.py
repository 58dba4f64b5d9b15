"""The companies visitors come from: made up, a hundred and forty of them, the same for every load.

What is known of them goes into the directory; which visitor belongs to which is found out from
e-mail addresses, reveal payloads and shared addresses, as for real ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from backoffice.demo.catalogue import dice, draw, world

COMPANIES = 140
SOURCE = "demo"
SIZES = {"1-10": 8, "11-50": 22, "51-200": 30, "201-1000": 24, "1001-5000": 11, "5001+": 5}
COUNTRIES = {"FR": 24, "US": 22, "GB": 12, "DE": 11, "SG": 9, "ES": 6, "NL": 5, "IT": 4, "AU": 4}
INDUSTRIES = {
    "retail": "Retail",
    "labs": "Biotechnology",
    "group": "Consulting",
    "travel": "Travel",
    "health": "Healthcare",
    "bank": "Banking",
    "foods": "Food and beverages",
    "energy": "Energy",
    "mobility": "Automotive",
    "studio": "Design",
    "logistics": "Logistics",
    "insurance": "Insurance",
}
PITCHES = {
    "retail": "Shops and an online store for everyday goods.",
    "labs": "Diagnostics and research services for laboratories.",
    "group": "Advice on operations, finance and technology.",
    "travel": "Package tours and business travel.",
    "health": "Clinics and digital care.",
    "bank": "Accounts, loans and payments for small companies.",
    "foods": "Packaged food for supermarkets and canteens.",
    "energy": "Solar and wind power for cities.",
    "mobility": "Electric vans and fleet services.",
    "studio": "Product and brand design.",
    "logistics": "Warehousing and last-mile delivery.",
    "insurance": "Cover for companies and their people.",
}


@dataclass(frozen=True, slots=True)
class Company:
    """One company."""

    slug: str
    name: str
    industry: str
    size: str
    country: str
    description: str

    @property
    def domain(self) -> str:
        """Where its website is, and its people's e-mail addresses."""
        return f"{self.slug}.example"


@cache
def company(number: int) -> Company:
    """Company number `number`; two numbers may draw the same one."""
    rng = dice("company", number)
    first, second, trade = (rng.choice(words) for words in world().company_words)
    more = dice("company", first, second, trade)
    return Company(
        slug=f"{first}{second}-{trade}",
        name=f"{first}{second} {trade}".title(),
        industry=INDUSTRIES[trade],
        size=draw(more, SIZES),
        country=draw(more, COUNTRIES),
        description=PITCHES[trade],
    )


def directory() -> list[dict[str, Any]]:
    """The companies as `private.import_companies` takes them."""
    known = {company(number).slug: company(number) for number in range(COMPANIES)}
    return [
        {
            "domain": one.domain,
            "company_id": f"demo-{one.slug}",
            "name": one.name,
            "account_domain": one.domain,
            "website": f"https://www.{one.domain}/",
            "country": one.country,
            "industry": one.industry,
            "size": one.size,
            "description": one.description,
        }
        for one in known.values()
    ]
