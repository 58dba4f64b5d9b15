"""The page views of an access log as `$pageview` events in PostHog's format."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from backoffice.demo.replay_access_log import Request, referrer_host
from backoffice.demo.replay_http import Sender
from backoffice.demo.tally import Tally

NAMESPACE = uuid5(NAMESPACE_URL, "backoffice:replay:access-log")


def event_id(site: str, request: Request) -> UUID:
    """The event's id: the line and its place in the log, so that a repeated replay finds it."""
    return uuid5(NAMESPACE, f"{site}/{request.number}/{request.raw}")


def visitor_id(site: str, request: Request, key: bytes) -> str:
    """Who asked, as well as a log without cookies can tell: one address with one browser.

    A keyed hash, because an address must not be found out by trying them all.
    """
    who = f"{site}/{request.ip}/{request.agent}".encode()
    return hmac.new(key, who, sha256).hexdigest()[:32]


def page_view(
    site: str, request: Request, key: bytes, shift: timedelta, own: str | None
) -> dict[str, Any]:
    """The event of a page view; `own` is the host of the site in the log, which becomes `site`."""
    properties: dict[str, Any] = {
        "$current_url": f"https://{site}{request.target}",
        "$ip": request.ip,
        "$raw_user_agent": request.agent,
        "$lib": "backoffice-replay",
    }
    if not request.agent:
        # Browsers name themselves; what does not is a program.
        properties["$browser_type"] = "bot"
    if request.referrer:
        inside = own is not None and referrer_host(request.referrer) in (own, f"www.{own}")
        properties["$referrer"] = f"https://{site}/" if inside else request.referrer
    return {
        "event": "$pageview",
        "uuid": str(event_id(site, request)),
        "distinct_id": visitor_id(site, request, key),
        "timestamp": (request.at + shift).isoformat(),
        "properties": properties,
    }


async def send_page_views(
    sender: Sender, api_key: str, events: Sequence[Mapping[str, Any]], tally: Tally
) -> None:
    """Send one batch; the tally keeps the answer."""
    tally.sent += len(events)
    answer = await sender.send("POST", "/batch/", {"api_key": api_key, "batch": events})
    if not answer.accepted or answer.body is None:
        tally.reject(len(events), answer.reason)
        return
    tally.stored += answer.body["stored"]
    tally.already_there += answer.body["duplicates"]
    for refusal in answer.body["rejected"]:
        tally.reject(1, f"{refusal['field']}: {refusal['message']}")
