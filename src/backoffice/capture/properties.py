"""What an event's properties tell: page, referrer, campaign, device, address; and what is kept.

The names are PostHog's (https://posthog.com/docs/data/events#default-properties).
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from backoffice.capture import bots
from backoffice.capture.bots import Agent
from backoffice.capture.limits import MAX_LABEL, MAX_URL
from backoffice.capture.locations import (
    NOWHERE,
    UTM_NAMES,
    Location,
    host_name,
    page_path,
    parse_url,
    referrer_host,
)
from backoffice.capture.reveal import clean_reveal
from backoffice.capture.sender import (
    Origins,
    Sender,
    country_code,
    language_code,
    normal_address,
)
from backoffice.capture.text import clean

_ADDRESSES: Final = frozenset(
    {"$ip", "ip", "ip_address", "$ip_address", "$geoip_ip", "client_ip", "remote_addr"}
)
_DROPPED: Final = _ADDRESSES | {
    "token",
    "$token",
    "api_key",
    "distinct_id",
    "$distinct_id",
    "$session_id",
    "$current_url",
    "$host",
    "$pathname",
    "$referrer",
    "$raw_user_agent",
    "$user_agent",
}
"""Secrets, addresses, and what has a column of its own; URLs may hold secrets in their query."""

_DEVICE_TYPES: Final = {"desktop": "desktop", "mobile": "mobile", "tablet": "tablet"}


def kept(given: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """The properties that are stored, with what is known of the person, without addresses."""
    remaining = {
        key: value
        for key, value in given.items()
        if key not in _DROPPED and not key.startswith("$geoip_")
    }
    for key in ("$set", "$set_once"):
        person = given.get(key, raw.get(key))
        if isinstance(person, dict):
            remaining[key] = {
                name: value
                for name, value in person.items()
                if name not in _ADDRESSES and not name.startswith(("$initial_ip", "$geoip_"))
            }
    clean_reveal(remaining)
    return remaining


def location(given: dict[str, Any]) -> Location:
    """The page an event happened on; `$host` and `$pathname` stand in for a missing URL."""
    url = _url(given.get("$current_url"))
    found = parse_url(url) if url else NOWHERE
    host = host_name(given.get("$host")) if found.host is None else found.host
    path = _url(given.get("$pathname"))
    page = page_path(path) if path else found.page
    if host == found.host and page == found.page:
        return found
    return Location(url=found.url, host=host, page=page, campaign=found.campaign)


def campaign(given: dict[str, Any], where: Location) -> tuple[str | None, str | None, str | None]:
    """Source, medium and campaign: as sent, else as the URL says."""
    source, medium, name = (
        (clean(given[utm], MAX_LABEL) if utm in given else None) or seen
        for utm, seen in zip(UTM_NAMES, where.campaign, strict=True)
    )
    return source, medium, name


def referrer(given: dict[str, Any], where: Location) -> str | None:
    """The host of the site a visitor came from."""
    url, domain = _url(given.get("$referrer")), _url(given.get("$referring_domain"))
    return referrer_host(url, domain, where.host) if url or domain else None


def _url(value: Any) -> str | None:
    """A text, cut before any cache keeps it."""
    return value[:MAX_URL] if isinstance(value, str) else None


def conversation_id(given: dict[str, Any]) -> str | None:
    """The conversation an event belongs to; a `conversation_id` that is no UUID names none."""
    value = given.get("conversation_id")
    if not isinstance(value, str):
        return None
    try:
        return str(UUID(value))
    except ValueError:
        return None


def address(given: dict[str, Any], sender: Sender) -> str | None:
    """The visitor's IP address: what the event says, else where a request of theirs comes from."""
    if "$ip" in given and (told := normal_address(given["$ip"])):
        return told
    return None if given.get("$is_server") is True else sender.address


def surroundings(
    given: dict[str, Any], sender: Sender, origins: Origins, visitor_address: str | None
) -> tuple[Agent, str | None, str | None]:
    """The visitor's device, language and country.

    A browser does not know its country, so `$geoip_country_code` is believed of programs only.
    """
    told = given.get("$raw_user_agent") or given.get("$user_agent")
    if isinstance(told, str):
        seen = bots.describe(told)
    elif sender.is_program or given.get("$is_server") is True:
        seen = bots.UNKNOWN
    else:
        seen = bots.describe(sender.user_agent)
    device_type = given.get("$device_type")
    agent = Agent(
        is_bot=seen.is_bot
        or given.get("$browser_type") == "bot"
        or given.get("$webdriver") is True,
        device_type=_DEVICE_TYPES.get(device_type.lower(), seen.device_type)  # type: ignore[arg-type]
        if isinstance(device_type, str)
        else seen.device_type,
        browser=clean(given.get("$browser"), MAX_LABEL) or seen.browser,
        os=clean(given.get("$os"), MAX_LABEL) or seen.os,
    )
    language = (
        language_code(given.get("language"))
        or language_code(given.get("$browser_language"))
        or sender.language
    )
    country = sender.country or origins.country_of(visitor_address)
    if country is None and sender.is_program:
        country = country_code(given.get("$geoip_country_code"))
    return agent, language, country
