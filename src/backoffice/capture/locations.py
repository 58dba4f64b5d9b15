"""Where an event happened and where its visitor came from, out of URLs nobody vouches for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from backoffice.capture.limits import MAX_HOST, MAX_LABEL, MAX_PAGE
from backoffice.capture.text import clean

_SLASHES: Final = re.compile(r"/{2,}")
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|[^\x00-\x7f][^\s/:@?#]*")
UTM_NAMES: Final = ("utm_source", "utm_medium", "utm_campaign")


@dataclass(frozen=True, slots=True)
class Location:
    """One page of a site: `url` carries neither query nor fragment, `page` is its path alone."""

    url: str | None = None
    host: str | None = None
    page: str | None = None
    campaign: tuple[str | None, str | None, str | None] = (None, None, None)


NOWHERE: Final = Location()


@lru_cache(maxsize=2048)
def parse_url(url: str) -> Location:
    """What is known of `url`; nothing when it is not an http(s) address."""
    try:
        parts = urlsplit(url.replace("\0", ""))
        hostname = host_name(parts.hostname)
    except ValueError:
        return NOWHERE
    if parts.scheme not in ("http", "https") or hostname is None:
        return NOWHERE
    page = page_path(parts.path or "/")
    return Location(
        url=f"{parts.scheme}://{hostname}{parts.path or '/'}",
        host=hostname,
        page=page,
        campaign=_campaign(parts.query),
    )


def _campaign(query: str) -> tuple[str | None, str | None, str | None]:
    if "utm_" not in query:
        return (None, None, None)
    try:
        found = parse_qs(query, max_num_fields=100)
    except ValueError:
        return (None, None, None)
    source, medium, campaign = (clean(found.get(name, [None])[0], MAX_LABEL) for name in UTM_NAMES)
    return (source, medium, campaign)


@lru_cache(maxsize=2048)
def page_path(path: str) -> str:
    """A path as pages are counted by: no query, no doubled or trailing slash, at most 512 long."""
    path = path.replace("\0", "").split("?", 1)[0].split("#", 1)[0].strip()
    path = _SLASHES.sub("/", "/" + path)[:MAX_PAGE]
    return path.rstrip("/") or "/"


def host_name(value: Any) -> str | None:
    """A host in lower case without its port; None when it cannot be one."""
    if not isinstance(value, str):
        return None
    host = value.strip().lower().rsplit("@", 1)[-1]
    host = re.sub(r":\d*$", "", host).rstrip(".")
    return host if len(host) <= MAX_HOST and _HOST.fullmatch(host) else None


@lru_cache(maxsize=2048)
def referrer_host(referrer: str | None, domain: str | None, own: str | None) -> str | None:
    """The site a visitor came from; None for a direct visit and for the site's own pages."""
    host = host_name(domain) if domain and not domain.startswith("$") else None
    if host is None and referrer:
        host = parse_url(referrer).host
    if host is None or (own is not None and _bare(host) == _bare(own)):
        return None
    return host


def _bare(host: str) -> str:
    return host.removeprefix("www.")
