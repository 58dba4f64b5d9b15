"""The cascade: who is heard, who wins, and that neither order nor repetition changes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.enrichment.cascade import PROVIDERS, domains_of, resolve
from backoffice.enrichment.model import CONFIDENCE, Evidence, Fact
from backoffice.enrichment.providers.address import AddressProvider
from backoffice.enrichment.providers.cache import CacheProvider
from backoffice.enrichment.providers.email import EmailProvider
from backoffice.enrichment.providers.reveal import RevealProvider
from backoffice.enrichment.providers.service import ServiceProvider
from unit.enrichment.evidence import ACME, DIRECTORY, SEEN, evidence, place, reveal, service


def found(of: Evidence, directory: Any = DIRECTORY) -> tuple[str | None, str | None]:
    """The domain that was found, and by whom."""
    fact = resolve(of, directory).answers.get("domain")
    return (fact.value, fact.source) if fact else (None, None)


def test_the_order_is_the_products() -> None:
    assert [type(provider) for provider in PROVIDERS] == [
        CacheProvider,
        AddressProvider,
        RevealProvider,
        EmailProvider,
        ServiceProvider,
    ]
    assert len(set(CONFIDENCE.values())) == len(CONFIDENCE), "equals would leave it to the order"


def test_nothing_is_found_where_nothing_is_known() -> None:
    nothing = resolve(evidence(), {})
    assert (nothing.answers, nothing.account, nothing.domain) == ({}, (), None)


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({"places": (place("acme.com"),)}, "address"),
        ({"reveal": reveal()}, "reveal"),
        ({"email": "ada@mail.acme.com"}, "email"),
        ({"services": (service("snitcher"),)}, "snitcher"),
        ({"services": (service("enrich_so"),)}, "enrich_so"),
        ({"services": (service("enrich_so", "other.com"), service("snitcher"))}, "snitcher"),
    ],
)
def test_each_provider_finds_the_company(changes: dict[str, Any], source: str) -> None:
    assert found(evidence(**changes)) == ("acme.com", source)


def test_the_surest_answer_wins() -> None:
    everything = evidence(
        places=(place("a.com"),),
        services=(service("enrich_so", "b.com"),),
        reveal=reveal("c.com"),
        email="ada@d.com",
    )
    assert found(everything) == ("d.com", "email")
    assert found(replace(everything, email=None)) == ("c.com", "reveal")
    assert found(replace(everything, email=None, reveal=None)) == ("b.com", "enrich_so")
    assert found(replace(everything, email=None, reveal=None, services=())) == ("a.com", "address")


def test_the_directory_tells_more_and_surer() -> None:
    resolution = resolve(evidence(reveal=reveal(industry="Toys", size="11-50")), DIRECTORY)
    told = {name: (fact.value, fact.source) for name, fact in resolution.answers.items()}
    assert told == {
        "domain": ("acme.com", "reveal"),
        "company": ("Acme", "directory"),
        "industry": ("Retail", "directory"),
        "country": ("FR", "directory"),
        "size": ("11-50", "reveal"),
    }
    account = {told.field: (told.fact.value, told.fact.source) for told in resolution.account}
    assert account == {
        "name": ("Acme", "directory"),
        "industry": ("Retail", "directory"),
        "country": ("FR", "directory"),
        "size": ("11-50", "reveal"),
        "website": ("https://www.acme.com/", "directory"),
        "description": ("Everything.", "directory"),
    }
    assert resolution.raw["reveal"]["domain"] == "acme.com"


def test_companies_with_several_domains_are_one_account() -> None:
    alias = replace(ACME, domain="acme-mail.net")
    directory = {**DIRECTORY, "acme-mail.net": alias}
    both = evidence(email="ada@acme-mail.net", reveal=reveal("www.acme.com", size="11-50"))
    assert domains_of(both) == {"acme-mail.net", "acme.com"}
    resolution = resolve(both, directory)
    assert resolution.domain == "acme.com"
    assert resolution.answers["size"].value == "11-50", "both speak of the same company"


def test_what_others_say_of_another_company_is_left_out() -> None:
    resolution = resolve(evidence(email="ada@d.com", reveal=reveal(size="11-50")), DIRECTORY)
    assert set(resolution.answers) == {"domain"}
    assert [told.domain for told in resolution.account] == []


def test_the_clients_own_people_are_nobodys_leads() -> None:
    for own in (
        evidence(email="colleague@abtasty.com"),
        evidence(reveal=reveal("www.abtasty.com")),
        evidence(services=(service("snitcher", "abtasty.com"),)),
    ):
        assert found(own) == (None, None)
    alias = {"flagship.io": replace(ACME, domain="flagship.io", account_domain="abtasty.com")}
    assert found(evidence(email="colleague@flagship.io"), alias) == (None, None)


def test_a_mail_provider_is_no_company_whoever_says_so() -> None:
    assert found(evidence(reveal=reveal("gmail.com"))) == (None, None)
    assert found(evidence(services=(service("snitcher", "orange.fr"),))) == (None, None)


def test_a_name_without_a_domain_is_kept_but_makes_no_account() -> None:
    resolution = resolve(evidence(reveal={"name": "Acme", "country": "fr"}), {})
    assert {name: fact.value for name, fact in resolution.answers.items()} == {
        "company": "Acme",
        "country": "FR",
    }
    assert (resolution.domain, resolution.account) == (None, ())
    named = evidence(reveal={"name": "Acme"}, places=(place("b.com"),))
    assert found(named) == ("b.com", "address")


@pytest.mark.parametrize(
    ("places", "device", "expected"),
    [
        ((place("a.com"),), "desktop", "a.com"),
        ((place("a.com"), place("a.com")), "desktop", "a.com"),
        ((place("a.com", "b.com"),), "desktop", None),
        ((place("a.com"), place("b.com")), "desktop", None),
        ((place("a.com", visitors=50),), "desktop", "a.com"),
        ((place("a.com", visitors=51),), "desktop", None),
        ((place(),), "desktop", None),
        ((place("a.com"),), "mobile", None),
        ((place("a.com", identified=2),), "mobile", "a.com"),
    ],
)
def test_an_address_counts_when_everybody_there_agrees(
    places: Any, device: str, expected: str | None
) -> None:
    assert found(evidence(places=places, device_type=device))[0] == expected


def known(domain: str, source: Any) -> dict[str, Fact]:
    return {"domain": Fact(domain, source, CONFIDENCE[source], SEEN)}


def test_what_was_learnt_stays_when_its_evidence_is_gone() -> None:
    assert found(evidence(known=known("a.com", "address"))) == ("a.com", "address")
    assert found(evidence(known=known("a.com", "email"), email="ada@gmail.com"))[0] == "a.com"
    assert found(evidence(known=known("a.com", "address"), places=(place(),)))[0] == "a.com"


def test_what_its_evidence_does_not_bear_out_any_more_goes() -> None:
    disagreeing = (place("a.com", "b.com"),)
    assert found(evidence(known=known("a.com", "address"), places=disagreeing))[0] is None
    assert found(evidence(known=known("a.com", "email"), email="ada@b.com"))[0] == "b.com"
    assert found(evidence(known=known("a.com", "reveal"), reveal=reveal("b.com")))[0] == "b.com"


HOSTILE = [
    "<script>alert(1)</script>",
    "x" * 100_000,
    "a\x00b\x1b[2J",
    "'; drop table visitors; --",
    {"nested": "object"},
    ["list"],
    7,
    10**30,
    None,
]


@given(
    st.dictionaries(
        st.sampled_from(["domain", "name", "industry", "size", "country", "other"]),
        st.one_of(
            st.sampled_from(HOSTILE),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
            st.integers(),
        ),
    )
)
def test_a_hostile_payload_gives_bounded_lines_or_nothing(payload: dict[str, Any]) -> None:
    for fact in resolve(evidence(reveal=payload), {}).answers.values():
        assert 0 < len(fact.value) <= 253
        assert fact.value == " ".join(fact.value.split())
        assert not {"\0", "\x1b", "\n"} & set(fact.value)


pieces = st.fixed_dictionaries(
    {
        "email": st.sampled_from([None, "ada@a.com", "ada@gmail.com", "ada@b.co.uk"]),
        "reveal": st.sampled_from([None, reveal("a.com", size="1-10"), reveal("b.co.uk"), {}]),
        "places": st.sampled_from([(), (place("a.com"),), (place("a.com", "c.com"),)]),
        "services": st.sampled_from(
            [(), (service("snitcher", "c.com"),), (service("enrich_so", "a.com", size="9"),)]
        ),
    }
)


@given(pieces)
def test_neither_order_of_arrival_nor_repetition_matters(told: dict[str, Any]) -> None:
    outcomes = set()
    for order in permutations(told):
        now = evidence()
        for name in order:
            now = replace(now, **{name: told[name]})
            now = replace(now, known=resolve(now, DIRECTORY).answers)
        again = resolve(now, DIRECTORY)
        assert again.answers == now.known
        outcomes.add(tuple(sorted((n, f.value, f.source) for n, f in again.answers.items())))
    assert len(outcomes) == 1


@given(pieces, st.permutations(PROVIDERS))
def test_the_winner_does_not_depend_on_who_is_asked_first(
    told: dict[str, Any], providers: list[Any]
) -> None:
    of = evidence(**told, last_seen_at=SEEN + timedelta(hours=1))
    shuffled = resolve(of, DIRECTORY, tuple(providers))
    assert shuffled.answers == resolve(of, DIRECTORY).answers
