"""The reveal payload: what is kept of it, whatever a browser sends."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.capture.reveal import clean_reveal


def cleaned(**properties: Any) -> dict[str, Any]:
    clean_reveal(properties)
    return properties


def test_a_payload_is_kept_field_by_field() -> None:
    told = {
        "name": " Acme\tInc ",
        "domain": "https://www.acme.com/about?x=1",
        "industry": "Retail",
        "size": 120,
        "country": "fr",
        "visitor": "somebody",
    }
    company = {
        "name": "Acme Inc",
        "domain": "www.acme.com",
        "industry": "Retail",
        "size": "120",
        "country": "FR",
    }
    assert cleaned(**{"$reveal": told, "a": 1}) == {"a": 1, "$reveal": company}
    assert cleaned(reveal=told) == {"$reveal": company}
    assert cleaned(**{"$reveal": told, "reveal": {"name": "Other"}}) == {"$reveal": company}
    assert cleaned(reveal={"company": "Acme"}) == {"$reveal": {"name": "Acme"}}


@pytest.mark.parametrize(
    "nothing",
    [
        {},
        {"country": "FR"},
        {"name": "", "domain": "localhost"},
        {"name": ["Acme"], "domain": {"a": 1}},
        {"name": "Acme", "padding": "x" * 5000},
        {"domain": "http://[broken"},
        {"domain": "x" * 3000 + ".com"},
        "Acme",
        ["Acme"],
        None,
    ],
)
def test_what_names_no_company_is_dropped(nothing: Any) -> None:
    assert cleaned(**{"$reveal": nothing}) == {}


def test_a_reveal_that_is_no_object_is_an_ordinary_property() -> None:
    assert cleaned(reveal="slide-in") == {"reveal": "slide-in"}


@given(
    st.dictionaries(
        st.sampled_from(["name", "company", "domain", "industry", "size", "country", "x"]),
        st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text(), max_size=2)),
    )
)
def test_what_is_kept_is_small_and_plain(payload: dict[str, Any]) -> None:
    kept = cleaned(**{"$reveal": payload}).get("$reveal", {})
    assert set(kept) <= {"name", "domain", "industry", "size", "country"}
    for value in kept.values():
        assert isinstance(value, str)
        assert 0 < len(value) <= 253
    assert len(orjson.dumps(kept)) <= 8192
