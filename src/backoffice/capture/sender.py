"""Who sends a request: from which address and country, and whether it is a visitor's browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Protocol

import maxminddb
from starlette.datastructures import Headers

from backoffice.addresses import (
    Network,
    client_address,
    hash_address,
    parse_address,
    parse_networks,
)
from backoffice.capture import bots
from backoffice.capture.limits import MAX_USER_AGENT
from backoffice.errors import ConfigurationError
from backoffice.settings import Settings
from backoffice.staff_mark import is_marked

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_NO_COUNTRY: Final = frozenset({"XX", "T1", "ZZ"})
_LONGEST: Final = 64
_LANGUAGE: Final = re.compile(r"\s*([A-Za-z]{2,3})(?![A-Za-z])")


class Countries(Protocol):
    """What knows the country of an address: a MaxMind database, or a test's."""

    def get(self, address: str) -> Any:
        """The record of `address`, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """One request's sender, as far as its events may be judged by it.

    A program that sends for others (`is_program`) lends its events neither device nor language,
    and a server SDK (`is_server`) no address: those would be the server's, not the visitor's.
    `is_signed_in` is a browser in which somebody is signed in to the backoffice.
    """

    site_domain: str
    user_agent: str
    is_program: bool
    is_server: bool
    address: str | None
    country: str | None
    language: str | None
    is_signed_in: bool = False


@dataclass(frozen=True, slots=True)
class Origins:
    """Reads senders out of requests: which proxies are believed, and whose countries."""

    hash_key: bytes = field(repr=False)
    trusted: tuple[Network, ...] = ()
    country_header: str | None = None
    countries: Countries | None = None

    @classmethod
    def from_settings(cls, settings: Settings, hash_key: bytes) -> Origins:
        """As the settings say. Raises `ConfigurationError` for what cannot be read."""
        trusted = parse_networks(settings.trusted_proxies)
        countries: Countries | None = None
        if settings.maxmind_path is not None:
            try:
                countries = maxminddb.open_database(str(settings.maxmind_path))
            except (OSError, maxminddb.InvalidDatabaseError) as error:
                raise ConfigurationError(f"BACKOFFICE_MAXMIND_PATH: {error}") from error
        header = settings.country_header.lower() if settings.country_header else None
        return cls(hash_key, trusted, header, countries)

    def sender(
        self,
        site_domain: str,
        peer: str | None,
        headers: Headers,
        *,
        resolved: bool = False,
    ) -> Sender:
        """The sender of a request whose connection comes from `peer`.

        `resolved` says that a trusted proxy has been looked through before, and `peer` is who
        stands in front of it.
        """
        user_agent = headers.get("user-agent", "")[:MAX_USER_AGENT]
        is_server = bots.is_server_sdk(user_agent)
        is_program = is_server or bots.is_program(user_agent)
        address = None if is_server else self.client_address(peer, headers)
        country = None
        if not is_program and self.country_header and (resolved or self._is_trusted(peer)):
            country = country_code(headers.get(self.country_header))
        return Sender(
            site_domain=site_domain,
            user_agent=user_agent,
            is_program=is_program,
            is_server=is_server,
            address=address,
            country=country,
            language=None if is_program else language_code(headers.get("accept-language")),
            is_signed_in=is_marked(headers),
        )

    def client_address(self, peer: str | None, headers: Headers) -> str | None:
        """The nearest address in front of the trusted proxies."""
        address = client_address(peer, headers.getlist("x-forwarded-for"), self.trusted)
        return str(address) if address else None

    def country_of(self, address: str | None) -> str | None:
        """The country the MaxMind database knows for `address`."""
        if self.countries is None or address is None:
            return None
        record = self.countries.get(address)
        country = record.get("country") if isinstance(record, dict) else None
        return country_code(country.get("iso_code")) if isinstance(country, dict) else None

    def hash(self, site_domain: str, address: str | None) -> str | None:
        """What is stored of an address: a keyed hash that differs from site to site."""
        if address is None:
            return None
        return hash_address(self.hash_key, site_domain, address)

    def _is_trusted(self, address: str | None) -> bool:
        parsed = parse_address(address) if self.trusted else None
        return parsed is not None and any(parsed in network for network in self.trusted)


def normal_address(value: Any) -> str | None:
    """An IP address in its one spelling (an IPv4 address mapped into IPv6 is the IPv4 one)."""
    return _normal_address(value) if isinstance(value, str) and len(value) <= _LONGEST else None


@lru_cache(maxsize=2048)
def _normal_address(value: str) -> str | None:
    parsed = parse_address(value)
    return str(parsed) if parsed else None


def country_code(value: Any) -> str | None:
    """An ISO 3166 alpha-2 code, or None for anything else and for "unknown"."""
    if not isinstance(value, str):
        return None
    code = value.strip().upper()
    return code if _COUNTRY.fullmatch(code) and code not in _NO_COUNTRY else None


def language_code(value: Any) -> str | None:
    """The primary language of `en-GB` or of an Accept-Language header, in lower case."""
    match = _LANGUAGE.match(value) if isinstance(value, str) else None
    return match[1].lower() if match else None
