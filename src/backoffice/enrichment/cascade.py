"""The cascade: every provider in order, the surest answer wins, the first among equals.

Providers only read evidence that is at hand, so hearing all of them costs nothing; what costs money
(asking a service) is not done where anybody has answered: see `lookups.py`. Because the outcome
follows from the evidence alone, it does not matter in which order the evidence arrived, and looking
again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from backoffice.enrichment.directory import Directory
from backoffice.enrichment.model import (
    CONFIDENCE,
    AccountFact,
    Answer,
    Company,
    Evidence,
    Fact,
    Json,
    Resolution,
)
from backoffice.enrichment.providers.address import AddressProvider
from backoffice.enrichment.providers.base import Provider, own_domain
from backoffice.enrichment.providers.cache import CacheProvider
from backoffice.enrichment.providers.email import EmailProvider
from backoffice.enrichment.providers.reveal import RevealProvider
from backoffice.enrichment.providers.service import ServiceProvider

PROVIDERS: Final[tuple[Provider, ...]] = (
    CacheProvider(),
    AddressProvider(),
    RevealProvider(),
    EmailProvider(),
    ServiceProvider(),
)
NOTHING: Final = Resolution({}, {}, ())


def domains_of(evidence: Evidence) -> set[str]:
    """The domains for which `resolve` wants the directory."""
    return {domain for provider in PROVIDERS for domain in provider.domains(evidence)}


def resolve(
    evidence: Evidence, directory: Directory, providers: tuple[Provider, ...] = PROVIDERS
) -> Resolution:
    """Whose the visitor is, by all the evidence there is."""
    heard = [answer for provider in providers if (answer := provider.answer(evidence)) is not None]
    own = own_domain(evidence.site_domain)
    named = [
        answer
        for answer in heard
        if answer.domain is not None and _account_domain(answer, evidence, directory) != own
    ]
    nameless = [answer for answer in heard if answer.domain is None]
    # `max` keeps the first of equals.
    winner = max(named or nameless, key=lambda answer: answer.confidence, default=None)
    if winner is None:
        return NOTHING
    if winner.domain is None:
        told: dict[str, Json] = {winner.source: winner.raw} if winner.raw else {}
        return Resolution(dict(winner.facts), told, ())
    return _of_company(winner, named, evidence, directory)


def _of_company(
    winner: Answer, named: list[Answer], evidence: Evidence, directory: Directory
) -> Resolution:
    """The winner's company, with what others say of the same one, by its canonical domain."""
    agreeing = [
        answer
        for answer in named
        if _account_domain(answer, evidence, directory)
        == _account_domain(winner, evidence, directory)
    ]
    company = _company(winner, evidence, directory)
    domain = _account_domain(winner, evidence, directory)
    facts: dict[str, Fact] = {}
    for answer in agreeing:
        for name, fact in answer.facts.items():
            if name != "domain" and (name not in facts or fact.confidence > facts[name].confidence):
                facts[name] = fact
    leading = winner.facts["domain"]
    if company is not None:
        facts |= {
            name: Fact(value, "directory", CONFIDENCE["directory"], leading.at)
            for name, value in _directory_fields(company)
        }
    raw: dict[str, Json] = {answer.source: answer.raw for answer in agreeing if answer.raw}
    if company is not None:
        raw["directory"] = _row(company)
    account = tuple(_account_facts(domain, facts, raw, company, leading))
    answers = {"domain": Fact(domain, leading.source, leading.confidence, leading.at)} | facts
    sources = {fact.source for fact in answers.values()}
    return Resolution(
        answers, {name: value for name, value in raw.items() if name in sources}, account
    )


def _company(answer: Answer, evidence: Evidence, directory: Directory) -> Company | None:
    """The directory's row for an answer: of the e-mail address's very host, else of the domain."""
    if answer.source == "email":
        for host in EmailProvider().domains(evidence):
            if host in directory:
                return directory[host]
    return directory.get(answer.domain or "")


def _account_domain(answer: Answer, evidence: Evidence, directory: Directory) -> str:
    """The domain the company's account is known by; a company may own several."""
    company = _company(answer, evidence, directory)
    return company.account_domain if company else answer.domain or ""


def _directory_fields(company: Company) -> Iterator[tuple[str, str]]:
    told = {
        "company": company.name,
        "industry": company.industry,
        "size": company.size,
        "country": company.country,
    }
    yield from ((name, value) for name, value in told.items() if value)


def _row(company: Company) -> Json:
    """The directory's row as the payload of its answers, without the long description."""
    told: Json = {"domain": company.domain, "name": company.name, "website": company.website}
    return {name: value for name, value in told.items() if value}


def _account_facts(
    domain: str,
    facts: dict[str, Fact],
    raw: dict[str, Json],
    company: Company | None,
    leading: Fact,
) -> Iterator[AccountFact]:
    """What the account learns. Hearsay of colleagues came from the account itself."""
    for name, fact in facts.items():
        if fact.source != "address":
            field = "name" if name == "company" else name
            yield AccountFact(domain, field, fact, raw.get(fact.source))
    if company is not None:
        more = {"website": company.website, "description": company.description}
        for name, value in more.items():
            if value:
                fact = Fact(value, "directory", CONFIDENCE["directory"], leading.at)
                yield AccountFact(domain, name, fact, raw["directory"])
