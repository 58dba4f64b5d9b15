"""Colleagues: earlier visitors from the same address whose company is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from backoffice.enrichment.model import Answer, Evidence, Place
from backoffice.enrichment.providers.base import read_company

MOST_VISITORS: Final = 50
"""An address that more visitors share is a carrier's, not an office's."""


class AddressProvider:
    """Believes an address when everybody known there belongs to one company.

    On a phone one known visitor is not enough: carriers put many strangers behind one address.
    """

    def answer(self, evidence: Evidence) -> Answer | None:
        """The company that all believable addresses agree on."""
        companies = {
            account["domain"]: account
            for place in evidence.places
            if place.visitors <= MOST_VISITORS
            for account in place.accounts
        }
        if len(companies) != 1:
            return None
        if evidence.device_type == "mobile" and not _is_vouched_for(evidence.places):
            return None
        (account,) = companies.values()
        return read_company(account, evidence.site_domain, "address", evidence.last_seen_at, None)

    def domains(self, evidence: Evidence) -> Iterable[str]:
        """Those of the accounts at the visitor's addresses."""
        return [
            domain
            for place in evidence.places
            for account in place.accounts
            if (domain := account["domain"])
        ]


def _is_vouched_for(places: tuple[Place, ...]) -> bool:
    """Whether an address has more than one visitor who is known."""
    return any(place.identified > 1 for place in places)
