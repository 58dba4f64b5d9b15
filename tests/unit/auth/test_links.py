"""Where a link may lead."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.auth.links import token_hash
from backoffice.auth.redirects import allowed_redirect

SITE = "https://app.example.com"
OTHER = "http://localhost:3000"


@pytest.mark.parametrize(
    "wanted",
    [
        SITE,
        f"{SITE}/welcome?x=1#y",
        f"{OTHER}/callback",
        "HTTPS://APP.example.com/x",
    ],
)
def test_the_site_and_what_is_listed_are_allowed(wanted: str) -> None:
    assert allowed_redirect(wanted, SITE, [OTHER]) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "/relative",
        "//evil.org",
        "https://evil.org",
        "https://app.example.com.evil.org",
        "https://app.example.com@evil.org",
        "https://user@app.example.com",
        "https://app.example.com:444",
        "http://app.example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://evil.org\\@app.example.com",
        "https://app.example.com\r\nX: y",
        "https://app.exämple.com",
        "https://[",
        "https://app.example.com:port",
    ],
)
def test_everything_else_leads_to_the_site(wanted: str | None) -> None:
    assert allowed_redirect(wanted, SITE, [OTHER]) == SITE


@given(st.text())
def test_no_text_leads_elsewhere(wanted: str) -> None:
    allowed = allowed_redirect(wanted, SITE, [OTHER])
    assert allowed.lower().startswith((SITE, OTHER))


def test_tokens_are_hashed_as_supabase_auth_does() -> None:
    assert token_hash("a@b.c", "123456") == hashlib.sha224(b"a@b.c123456").hexdigest()


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("https://*.preview.dev", "https://a.preview.dev/any/page?x=1"),
        ("https://*.preview.dev/**", "https://a.preview.dev/any/page.html?x=1"),
        ("https://app.dev/in/*", "https://app.dev/in/here#x"),
        ("https://app.dev/in?", "https://app.dev/in2"),
        ("https://app.dev/[ab]/{one,two}", "https://app.dev/a/two"),
        ("https://app.dev/[!ab]", "https://app.dev/c"),
        ("http://localhost:*/**", "http://localhost:5173/x"),
        ("https://app.dev:443/x", "https://app.dev/x"),
        ("https://app.dev", "https://APP.dev:443/x"),
        ("http://[::1]:3000", "http://[::1]:3000/x"),
        ("myapp://callback", "myapp://callback"),
        ("myapp://callback/**", "myapp://callback/x/y"),
    ],
)
def test_a_pattern_allows_what_it_matches(pattern: str, wanted: str) -> None:
    assert allowed_redirect(wanted, SITE, [pattern]) == wanted


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("https://*.preview.dev", "https://preview.dev"),
        ("https://*.preview.dev", "https://a.b.preview.dev"),
        ("https://**.preview.dev/**", "https://evil.org/x.preview.dev/"),
        ("https://*.preview.dev/**", "https://evil.org/.preview.dev/x"),
        ("https://*.preview.dev/**", "https://evil.org?.preview.dev/x"),
        ("https://*.preview.dev/**", "http://a.preview.dev/x"),
        ("https://app.dev*", "https://app.dev.evil.org/"),
        ("https://app.dev/in/*", "https://app.dev/in/here/there"),
        ("https://app.dev/in/**", "https://app.dev/in/../out"),
        ("https://app.dev/in/**", "https://app.dev/in/%2e%2e/out"),
        ("https://app.dev/in", "https://app.dev/in?x=1"),
        ("https://app.dev/[z-a]", "https://app.dev/b"),
        ("myapp://callback", "myapp://callback/x"),
        ("myapp://callback", "other://callback"),
        ("javascript://x/**", "javascript://x/%0aalert(1)"),
        ("nonsense", "https://nonsense"),
    ],
)
def test_a_pattern_allows_nothing_else(pattern: str, wanted: str) -> None:
    assert allowed_redirect(wanted, SITE, [pattern]) == SITE
