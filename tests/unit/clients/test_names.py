"""What people type as a website's domain or host, in the one spelling it is kept in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.clients.names import host_name, site_domain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("abtasty.com", "abtasty.com"),
        ("  AbTasty.COM. ", "abtasty.com"),
        ("https://www.abtasty.com/pricing?a=b#c", "abtasty.com"),
        ("http://abtasty.com:8080", "abtasty.com"),
        ("//abtasty.com", "abtasty.com"),
        ("www.marks.co.uk", "marks.co.uk"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("http://BÜCHER.de/", "xn--bcher-kva.de"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("acme.github.io", "acme.github.io"),
    ],
)
def test_a_domain_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert site_domain(typed) == kept
    assert site_domain(kept) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "Write the website's domain"),
        ("https://", "Write the website's domain"),
        ("localhost", "is no domain name"),
        ("abtasty", "is no domain name"),
        ("ab tasty.com", "is no domain name"),
        ("-a.com", "is no domain name"),
        ("a..com", "is no domain name"),
        ("192.168.0.1", "is an address"),
        ("http://[::1]/", "is an address"),
        ("co.uk", "an ending many share"),
        ("com", "is no domain name"),
        ("shop.invalid", "No domain ends in .invalid"),
        ("abtasty.con", "No domain ends in .con"),
        ("shop.abtasty.com", "is a part of abtasty.com"),
        ("www.shop.abtasty.com", "is a part of abtasty.com"),
        ("a" * 64 + ".com", "is no domain name"),
        (f"{'a.' * 140}com", "is no domain name"),
    ],
)
def test_a_domain_nobody_can_have_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        site_domain(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_kept_or_refused(typed: str) -> None:
    for normalised in (site_domain, host_name):
        try:
            kept = normalised(typed)
        except ValueError:
            continue
        assert normalised(kept) == kept
        assert kept == kept.lower().strip()
        assert 1 <= len(kept) <= 253


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://Shop.abtasty.com:8443/x", "shop.abtasty.com"),
        ("localhost:3000", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("staging-1", "staging-1"),
        ("preview.bücher.de.", "preview.xn--bcher-kva.de"),
    ],
)
def test_a_host_is_kept_as_browsers_report_it(typed: str, kept: str) -> None:
    assert host_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "Write a host"),
        ("*.abtasty.com", r"without \*"),
        ("[::1]", "IPv6"),
        ("a b", "no host name"),
        ("a_b", "no host name"),
    ],
)
def test_what_is_no_host_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        host_name(typed)
