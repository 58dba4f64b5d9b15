"""The one interface of everything that may know whose a visitor is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from backoffice.company_domains import company_domain
from backoffice.enrichment.model import (
    COMPANY_FIELDS,
    CONFIDENCE,
    Answer,
    Evidence,
    Fact,
    Json,
    Source,
)
from backoffice.host_names import registrable

LONGEST_VALUE: Final = 200
MOST_RAW_BYTES: Final = 4096
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class Provider(Protocol):
    """Reads evidence. It asks nobody and remembers nothing: the same evidence, the same answer."""

    def answer(self, evidence: Evidence) -> Answer | None:
        """What this provider makes of the evidence; None when it cannot tell."""
        ...

    def domains(self, evidence: Evidence) -> Iterable[str]:
        """The domains the answer may name, for which the directory should be at hand."""
        ...


def own_domain(site_domain: str) -> str:
    """The registrable domain of the client's website: its own people are nobody's leads."""
    return registrable(site_domain) or site_domain


def read_company(
    told: Mapping[str, Any], site_domain: str, source: Source, at: datetime, raw: Json | None
) -> Answer | None:
    """An answer out of `{"domain", "company", "industry", "size", "country"}`.

    A domain that is a mail provider's or the client's own is no company to tell of.
    """
    given = told.get("domain")
    domain = company_domain(given) if isinstance(given, str) else None
    if isinstance(given, str) and given and (domain is None or domain == own_domain(site_domain)):
        return None
    confidence = CONFIDENCE[source]
    facts = {
        name: Fact(value, source, confidence, at)
        for name in COMPANY_FIELDS
        if (value := _value(name, told.get(name)))
    }
    if domain is not None:
        facts["domain"] = Fact(domain, source, confidence, at)
    elif "company" not in facts:
        return None
    if raw is not None and not _fits(raw):
        raw = {name: fact.value for name, fact in facts.items()}
    return Answer(source, domain, facts, raw)


def _fits(raw: Json) -> bool:
    try:
        return len(orjson.dumps(raw)) <= MOST_RAW_BYTES
    except orjson.JSONEncodeError:
        # PostgreSQL's JSON holds larger numbers.
        return False


def one_line(given: str) -> str | None:
    """A label: one line without control characters, bounded; None when nothing is left."""
    return " ".join(_UNPRINTABLE.sub(" ", given).split())[:LONGEST_VALUE] or None


def _value(name: str, given: Any) -> str | None:
    """A field's text: whoever sent it may have sent anything."""
    text = one_line(given) if isinstance(given, str) else None
    if name == "country" and text is not None:
        text = text.upper()
        return text if _COUNTRY.fullmatch(text) else None
    return text
