"""From which address a request really comes, when trusted proxies stand in front of the server."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from backoffice.errors import ConfigurationError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks as a setting lists them. Raises `ConfigurationError`."""
    try:
        return tuple(ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise ConfigurationError(f"BACKOFFICE_TRUSTED_PROXIES: {error}") from error


def parse_address(text: str | None) -> Address | None:
    """The address; an IPv4 one mapped into IPv6 is the IPv4 one. None for anything else."""
    try:
        parsed = ip_address((text or "").strip().strip("[]").split("%", 1)[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed


def client_address(
    peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]
) -> Address | None:
    """The nearest address in front of the trusted proxies.

    `forwarded` are the values of every `X-Forwarded-For` header in order: each proxy appends whom
    it was asked by, to the last header or as one of its own, so they are read from the end.
    """
    address = parse_address(peer)
    hops = ",".join(forwarded).split(",")
    while hops and address is not None and any(address in network for network in trusted):
        nearer = parse_address(hops.pop())
        if nearer is None:
            break
        address = nearer
    return address


@lru_cache(maxsize=2048)
def hash_address(key: bytes, site_domain: str, address: str) -> str:
    """What is stored of an address: HMAC-SHA256 of site and normalised address, in hex."""
    return hmac.new(key, f"{site_domain}|{address}".encode(), hashlib.sha256).hexdigest()
