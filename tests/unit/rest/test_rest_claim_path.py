"""Where the role stands in a token's claims."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.rest.claim_path import (
    TextFilter,
    TextSlice,
    find_claim,
    parse_claim_path,
    show_claim_path,
)

CLAIMS = {
    "role": "clerk",
    "app": {"roles": ["guest", "shop_clerk", {"name": "boss"}], "level": 7},
    "https://x.org/role": "remote",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".role", "clerk"),
        (".app.roles[1]", "shop_clerk"),
        (".app.roles[2].name", "boss"),
        ('."https://x.org/role"', "remote"),
        (".app.level", 7),
        (".app.roles[9]", None),
        (".role[0]", None),
        (".nobody.here", None),
        ('.app.roles[?(@ == "guest")]', "guest"),
        ('.app.roles[?(@ != "guest")]', "shop_clerk"),
        ('.app.roles[?(@ ^== "shop")]', "shop_clerk"),
        ('.app.roles[?(@ ==^ "clerk")]', "shop_clerk"),
        ('.app.roles[?(@ *== "_cl")]', "shop_clerk"),
        ('.app.roles[?(@ == "boss")]', None),
        ('.role[?(@ == "clerk")]', None),
        (".app.roles[1][5:]", "clerk"),
        (".app.roles[1][:-6]", "shop"),
        (".app.roles[1][5:-1]", "cler"),
        (".role[:]", "clerk"),
        ('.app.roles[?(@ ^== "shop_")][5:]', "clerk"),
        (".role[90:]", ""),
    ],
)
def test_paths_lead_to_claims(text: str, found: Any) -> None:
    assert find_claim(CLAIMS, parse_claim_path(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "role", "role.other", ".role##", ".a;;b", ".a..b", "1", "[0]", '."open'),
        *(".a[x]", '.a[?(@ = "x")]', ".a[?(@ == x)]", ".a[1", ".a[-1]", ".role other"),
    ],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_claim_path(text)


STEPS = st.one_of(
    st.text(st.characters(exclude_characters='"'), max_size=8),
    st.integers(0, 9),
    st.builds(
        TextFilter,
        st.sampled_from(["==", "!=", "^==", "==^", "*=="]),
        st.text(st.characters(exclude_characters='"'), max_size=8),
    ),
    st.builds(TextSlice, st.none() | st.integers(-9, 9), st.none() | st.integers(-9, 9)),
)


@given(st.text(st.characters(exclude_characters='"'), max_size=8), st.lists(STEPS, max_size=4))
def test_a_shown_path_reads_as_itself(key: str, steps: list[Any]) -> None:
    path = (key, *steps)
    assert parse_claim_path(show_claim_path(path)) == path
