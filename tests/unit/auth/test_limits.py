"""Whose address counts when proxies stand in between."""

import pytest
from starlette.requests import Request

from backoffice.auth.limits import client_network

PROXY = "10.0.0.1"


def asked(address: str, forwarded: str | None = None) -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded is not None else []
    return Request({"type": "http", "client": (address, 1), "headers": headers})


@pytest.mark.parametrize(
    ("address", "forwarded", "expected"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (PROXY, "198.51.100.1", "198.51.100.1"),
        (PROXY, "192.0.2.1, 198.51.100.1", "198.51.100.1"),
        (PROXY, f"192.0.2.1, 198.51.100.1, {PROXY}", "198.51.100.1"),
        (PROXY, "", PROXY),
        (PROXY, None, PROXY),
        (PROXY, "not an address", "unknown"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", None, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", None, "203.0.113.9"),
        ("testclient", None, "unknown"),
    ],
)
def test_the_network_of_the_caller(address: str, forwarded: str | None, expected: str) -> None:
    assert client_network(asked(address, forwarded), [PROXY]) == expected


def test_a_caller_without_address_is_unknown() -> None:
    assert client_network(Request({"type": "http", "headers": []}), []) == "unknown"
