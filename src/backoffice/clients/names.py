"""Domains and hosts as people type or paste them, in the one spelling they are kept in."""

from __future__ import annotations

import re
from typing import Final

from backoffice.addresses import parse_address
from backoffice.host_names import ascii_host, has_known_suffix, host_part, registrable

_KEPT: Final = re.compile(r"([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_SINGLE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_EXAMPLE: Final = "Write the website's domain, such as example.com."


def site_domain(value: str) -> str:
    """The domain of a website, of what may be its whole address.

    Scheme, path, port, case, a trailing dot and `www.` are left out; other scripts become
    punycode. Raises `ValueError`, with the reason, for what nobody can have registered.
    """
    written = host_part(value)
    if not written:
        raise ValueError(_EXAMPLE)
    if parse_address(written):
        raise ValueError(f"{written} is an address, not a domain.")
    host = ascii_host(written)
    if host is None or not _KEPT.fullmatch(host):
        raise ValueError(f"{written} is no domain name. {_EXAMPLE}")
    if not has_known_suffix(host):
        raise ValueError(f"No domain ends in .{host.rpartition('.')[2]}: is it misspelt?")
    own = registrable(host)
    if own is None:
        raise ValueError(f"{host} is an ending many share: nobody can register it itself.")
    if host not in (own, f"www.{own}"):
        raise ValueError(
            f"{host} is a part of {own}: create that one, and list {host} among its hosts."
        )
    return own


def host_name(value: str) -> str:
    """A host that pages of a website are on, as browsers report it.

    Names without a dot and IPv4 addresses are for machines of developers. Raises `ValueError`
    with the reason.
    """
    written = host_part(value)
    if not written:
        raise ValueError("Write a host, such as shop.example.com.")
    if "*" in written:
        raise ValueError("Hosts are listed one by one, without *.")
    if address := parse_address(written):
        if address.version == 6:
            raise ValueError("An IPv6 address cannot be a host here: give it a name.")
        return str(address)
    bare = written.rstrip(".")
    if _SINGLE.fullmatch(bare):
        return bare
    host = ascii_host(bare)
    if host is None:
        raise ValueError(f"{written} is no host name, such as shop.example.com.")
    return host
