"""Which domain stands for a company, and which stands for nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.company_domains import (
    company_domain,
    email_host,
    is_mail_provider,
)
from backoffice.host_names import host_of, registrable


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("abtasty.com", "abtasty.com"),
        ("mail.eu.abtasty.com", "abtasty.com"),
        ("shop.marks.co.uk", "marks.co.uk"),
        ("https://www.Example.com:8443/path?q=1", "example.com"),
        ("uni.ac.jp", "uni.ac.jp"),
        ("a.b.kobe.jp", "a.b.kobe.jp"),
        ("acme.github.io", "acme.github.io"),
        ("acme.example", "acme.example"),
        ("www.münchen.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("STRAẞE.de.", "xn--strae-oqa.de"),
    ],
)
def test_the_registrable_domain_stands_for_a_company(given_: str, expected: str) -> None:
    assert company_domain(given_) == expected


@pytest.mark.parametrize(
    "nobody",
    [
        "",
        "localhost",
        "co.uk",
        "com",
        "github.io",
        "192.0.2.7",
        "http://[2001:db8::1]/",
        "http://[broken",
        "a b.com",
        "..",
        "x" * 64 + ".com",
        "gmail.com",
        "mail.google.com@gmail.com",
        "<script>.com",
    ],
)
def test_what_is_no_companys_domain(nobody: str) -> None:
    assert company_domain(nobody) is None


@pytest.mark.parametrize(
    "email",
    [
        "ada@gmail.com",
        "ada@googlemail.com",
        "ada@outlook.com",
        "ada@hotmail.fr",
        "ada@yahoo.co.uk",
        "ada@icloud.com",
        "ada@proton.me",
        "ada@gmx.de",
        "ada@orange.fr",
        "ada@qq.com",
        "ada@sfr.fr",
        "ada@mailinator.com",
        "ada@yopmail.com",
        "ada@sub.yopmail.com",
        "x@privaterelay.appleid.com",
        "ada@[192.0.2.7]",
        "no address",
    ],
)
def test_private_and_disposable_addresses_name_no_company(email: str) -> None:
    assert email_host(email) is None


def test_a_work_address_names_its_host() -> None:
    assert email_host("Ada.Lovelace@Mail.Acme.CO.UK") == "mail.acme.co.uk"
    assert not is_mail_provider("acme.co.uk")
    assert host_of("//acme.example/x") == "acme.example"


@given(st.text(max_size=80))
def test_any_text_gives_a_clean_domain_or_none(text: str) -> None:
    domain = company_domain(text)
    if domain is not None:
        assert domain == domain.lower()
        assert domain.isascii()
        assert registrable(domain) == domain
        assert company_domain(domain) == domain
