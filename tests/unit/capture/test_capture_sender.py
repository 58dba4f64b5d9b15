"""Which address a request comes from, and which proxies are believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from backoffice.capture.sender import Origins, language_code, normal_address
from backoffice.errors import ConfigurationError
from backoffice.settings import Settings

BEHIND = Origins.from_settings(Settings(trusted_proxies=["10.0.0.0/8", "::1"]), b"k" * 32)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "2001:DB8::0001", "2001:db8::1"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        (None, "198.51.100.1", None),
    ],
)
def test_client_address(peer: str | None, forwarded: str, expected: str | None) -> None:
    assert BEHIND.client_address(peer, Headers({"x-forwarded-for": forwarded})) == expected


def test_a_caller_cannot_put_an_address_before_the_proxys_own_header() -> None:
    lines = [(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"198.51.100.1")]
    assert BEHIND.client_address("10.0.0.1", Headers(raw=lines)) == "198.51.100.1"


def test_a_proxy_that_was_looked_through_before_tells_the_country() -> None:
    settings = Settings(trusted_proxies=["10.0.0.0/8"], country_header="CF-IPCountry")
    origins = Origins.from_settings(settings, b"k" * 32)
    headers = Headers({"cf-ipcountry": "fr", "x-forwarded-for": "198.51.100.1"})
    seen = origins.sender("a.com", "198.51.100.1", headers, resolved=True)
    assert (seen.country, seen.address) == ("FR", "198.51.100.1")
    assert origins.sender("a.com", "198.51.100.1", headers).country is None


@pytest.mark.parametrize("value", ["", "1.2.3", "1.2.3.4.5", 7, None, "a" * 9000, "12.0.0.1\0"])
def test_what_is_no_address(value: Any) -> None:
    assert normal_address(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [("en-GB", "en"), ("fr", "fr"), ("de-CH,de;q=0.9", "de"), ("*", None), ("x", None), (7, None)],
)
def test_language(value: Any, expected: str | None) -> None:
    assert language_code(value) == expected


def test_unreadable_settings_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TRUSTED_PROXIES"):
        Origins.from_settings(Settings(trusted_proxies=["not a network"]), b"k")
    with pytest.raises(ConfigurationError, match="MAXMIND_PATH"):
        Origins.from_settings(Settings(maxmind_path=tmp_path / "missing.mmdb"), b"k")


def test_the_hash_key_is_in_no_repr() -> None:
    assert "kkkk" not in repr(BEHIND)
