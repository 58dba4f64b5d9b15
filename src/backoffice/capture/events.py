"""One event as PostHog's SDKs send it, checked and brought into the shape the database stores.

What identifies an event is checked strictly and refused by name of the field; what merely describes
it (a URL, a device, an e-mail) is taken when it makes sense and left out when it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

import orjson

from backoffice.capture import people, properties, timestamps
from backoffice.capture.limits import (
    MAX_DISTINCT_ID,
    MAX_NAME,
    MAX_PROPERTIES_BYTES,
    MAX_SESSION_ID,
)
from backoffice.capture.sender import Origins, Sender
from backoffice.capture.text import scrub

_RETRY_NAMESPACE: Final = UUID("8f6f3a52-5c5b-4b3e-9f5e-0d7f2f1f9a11")
_NUL_ESCAPE: Final = rb"\u0000"


class RefusedEventError(ValueError):
    """An event that cannot be stored: `field` names what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Event:
    """What `private.capture_events` takes of one event. `properties` is JSON text."""

    uuid: str
    name: str
    distinct_id: str
    anon_distinct_id: str | None
    session_id: str | None
    conversation_id: str | None
    occurred_at: str
    url: str | None
    host: str | None
    page: str | None
    referrer_host: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    country: str | None
    device_type: str | None
    browser: str | None
    os: str | None
    language: str | None
    is_bot: bool
    is_signed_in: bool
    ip_hash: str | None
    email: str | None
    name_of_person: str | None
    properties: orjson.Fragment


def normalise(
    raw: Any, sender: Sender, origins: Origins, now: datetime, sent_at: datetime | None
) -> Event:
    """The event in `raw`, received at `now`, of a body that the sender's clock sent at `sent_at`.

    Raises `RefusedEventError`.
    """
    if not isinstance(raw, dict):
        raise RefusedEventError("event", "an event must be a JSON object")
    name = _identifier(raw.get("event"), "event", MAX_NAME)
    given = raw.get("properties")
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise RefusedEventError("properties", "must be a JSON object")
    distinct_id = _distinct_id(raw, given)
    try:
        occurred_at = timestamps.occurred_at(
            raw.get("timestamp"),
            raw.get("offset"),
            now,
            None if given.get("$ignore_sent_at") is True else sent_at,
        )
    except timestamps.BadTimestampError as error:
        field = "offset" if raw.get("offset") is not None else "timestamp"
        raise RefusedEventError(field, str(error)) from error
    session_id = _optional_identifier(given.get("$session_id"), "properties.$session_id")
    location = properties.location(given)
    address = properties.address(given, sender)
    kept = _kept(given, raw, address)
    agent, language, country = properties.surroundings(given, sender, origins, address)
    person = people.of_event(name, distinct_id, given, raw)
    source, medium, campaign = properties.campaign(given, location)
    return Event(
        uuid=event_uuid(raw, name, distinct_id, sender.site_domain, kept),
        name=name,
        distinct_id=distinct_id,
        anon_distinct_id=person.anon_distinct_id,
        session_id=session_id,
        conversation_id=properties.conversation_id(given),
        occurred_at=occurred_at.isoformat(),
        url=location.url,
        host=location.host,
        page=location.page,
        referrer_host=properties.referrer(given, location),
        utm_source=source,
        utm_medium=medium,
        utm_campaign=campaign,
        country=country,
        device_type=agent.device_type,
        browser=agent.browser,
        os=agent.os,
        language=language,
        is_bot=agent.is_bot,
        is_signed_in=sender.is_signed_in,
        ip_hash=origins.hash(sender.site_domain, address),
        email=person.email,
        name_of_person=person.name,
        properties=orjson.Fragment(kept),
    )


def event_uuid(
    raw: dict[str, Any], name: str, distinct_id: str, site_domain: str, properties: bytes
) -> str:
    """The sender's id of an event, or one that a retry of the same event arrives at again.

    Without both id and timestamp nothing tells a retry from a repetition: each counts.
    """
    given = raw.get("uuid")
    if given is not None and given != "":
        try:
            return str(UUID(given))
        except (ValueError, AttributeError, TypeError) as error:
            raise RefusedEventError("uuid", "must be a UUID") from error
    timestamp = raw.get("timestamp")
    if not isinstance(timestamp, str | int | float) or timestamp == "":
        return str(uuid4())
    identity = f"{site_domain}\n{distinct_id}\n{name}\n{timestamp}\n"
    return str(uuid5(_RETRY_NAMESPACE, identity + properties.decode()))


def _kept(given: dict[str, Any], raw: dict[str, Any], address: str | None) -> bytes:
    """The properties that are stored, as JSON text."""
    kept = properties.kept(given, raw)
    try:
        encoded = orjson.dumps(kept)
        if _NUL_ESCAPE in encoded or (address and address.encode() in encoded):
            kept = scrub(kept, address)
            encoded = orjson.dumps(kept)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise RefusedEventError("properties", "is nested too deeply") from error
    if len(encoded) > MAX_PROPERTIES_BYTES:
        raise RefusedEventError(
            "properties", f"is larger than {MAX_PROPERTIES_BYTES // 1024} kB of JSON"
        )
    return encoded


def _distinct_id(raw: dict[str, Any], given: dict[str, Any]) -> str:
    for place, key, field in (
        (raw, "distinct_id", "distinct_id"),
        (raw, "$distinct_id", "$distinct_id"),
        (given, "distinct_id", "properties.distinct_id"),
        (given, "$distinct_id", "properties.$distinct_id"),
    ):
        value = place.get(key)
        if value is None:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        distinct_id = _identifier(value, field, MAX_DISTINCT_ID)
        if people.is_illegal(distinct_id):
            raise RefusedEventError(field, f"{distinct_id!r} does not identify anybody")
        return distinct_id
    raise RefusedEventError("distinct_id", "is missing")


def _optional_identifier(value: Any, field: str) -> str | None:
    if value is None or value == "":
        return None
    return _identifier(value, field, MAX_SESSION_ID)


def _identifier(value: Any, field: str, limit: int) -> str:
    if not isinstance(value, str):
        raise RefusedEventError(field, "is missing" if value is None else "must be a text")
    if not 0 < len(value) <= limit:
        raise RefusedEventError(
            field, f"is longer than {limit} characters" if value else "is empty"
        )
    if "\0" in value:
        raise RefusedEventError(field, "contains a NUL character")
    identifier: str = value.strip()
    if not identifier:
        raise RefusedEventError(field, "is empty")
    return identifier
