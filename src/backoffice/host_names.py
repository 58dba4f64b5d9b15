"""Names of hosts: in one spelling, and which of them can be registered.

The public suffix list comes with its library; nothing is fetched.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

from backoffice.addresses import parse_address

LONGEST_HOST: Final = 253


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _known_suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def host_of(value: str) -> str | None:
    """The host of a URL or of a bare domain, in lower case ASCII (punycode); None if it is none."""
    host = host_part(value)
    return ascii_host(host) if host else None


def host_part(value: str) -> str | None:
    """What stands for the host in a URL or a bare name, as it is written but in lower case."""
    value = value.strip()
    if "//" not in value:
        value = f"//{value}"
    try:
        return urlsplit(value).hostname
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def ascii_host(host: str) -> str | None:
    """A host name in lower case ASCII; None for an address, and for what is no name."""
    host = host.strip().rstrip(".").lower()
    if not host or len(host) > LONGEST_HOST or "." not in host or parse_address(host):
        return None
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return None


@lru_cache(maxsize=16384)
def registrable(host: str | None) -> str | None:
    """The domain one can register under a public suffix (`a.b.co.uk` → `b.co.uk`).

    `host` is what `ascii_host` gives. None for a public suffix itself.
    """
    return _suffixes().privatesuffix(host) if host else None


def has_known_suffix(host: str) -> bool:
    """Whether a host ends as the public suffix list knows it: `.com`, but not `.invalid`."""
    return _known_suffixes().publicsuffix(host) is not None
