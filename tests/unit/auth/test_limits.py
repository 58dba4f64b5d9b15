"""Whose bucket a request takes from when proxies stand in between."""

import pytest
from starlette.requests import Request

from backoffice.addresses import parse_networks
from backoffice.auth.limits import client_network
from backoffice.errors import ConfigurationError

TRUSTED = parse_networks(["10.0.0.0/8", "192.0.2.7", "fd00::/8"])
PROXY = "10.0.0.1"


def asked(address: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "client": (address, 1), "headers": headers})


@pytest.mark.parametrize(
    ("address", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        (PROXY, ["198.51.100.1"], "198.51.100.1"),
        (PROXY, ["192.0.2.1, 198.51.100.1"], "198.51.100.1"),
        (PROXY, ["192.0.2.1", "198.51.100.1"], "198.51.100.1"),
        (PROXY, ["192.0.2.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        (PROXY, ["198.51.100.1", "192.0.2.7,fd00::1"], "198.51.100.1"),
        (PROXY, ["10.0.0.2"], "10.0.0.2"),
        (PROXY, [""], PROXY),
        (PROXY, [], PROXY),
        (PROXY, ["not an address"], PROXY),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        (PROXY, ["[2001:db8:1:2::1]"], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("testclient", [], "unknown"),
    ],
)
def test_the_network_of_the_caller(address: str, forwarded: list[str], expected: str) -> None:
    assert client_network(asked(address, *forwarded), TRUSTED) == expected


def test_a_caller_without_address_is_unknown() -> None:
    assert client_network(Request({"type": "http", "headers": []}), TRUSTED) == "unknown"


def test_a_proxy_that_is_no_address_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="TRUSTED_PROXIES"):
        parse_networks(["proxy.example.com"])
