"""The reveal payload: what a script on the page found out about the visitor's company.

Browsers may send anything under this name, so it is read field by field. What is left is stored in
the event's `$reveal`, which enrichment takes for one answer among others.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from backoffice.capture.limits import MAX_HOST, MAX_LABEL, MAX_REVEAL_BYTES, MAX_URL
from backoffice.capture.sender import country_code

PROPERTY: Final = "$reveal"
_NAMES: Final = (PROPERTY, "reveal")
_LONGEST_SIZE: Final = 50
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def clean_reveal(kept: dict[str, Any]) -> None:
    """Put what is believable of a reveal payload into `$reveal`, and take the sent one out.

    A `reveal` that is no object is an ordinary property and stays.
    """
    for name in _NAMES:
        if name not in kept:
            continue
        given = kept[name]
        if not isinstance(given, dict):
            if name == PROPERTY:
                del kept[name]
            continue
        del kept[name]
        if company := _company(given):
            kept[PROPERTY] = company
            kept.pop("reveal", None)
        return


def _company(given: dict[str, Any]) -> dict[str, str]:
    try:
        if len(orjson.dumps(given)) > MAX_REVEAL_BYTES:
            return {}
    except (orjson.JSONEncodeError, RecursionError):
        return {}
    told = {
        "name": _label(given.get("name"), MAX_LABEL) or _label(given.get("company"), MAX_LABEL),
        "domain": _domain(given.get("domain")),
        "industry": _label(given.get("industry"), MAX_LABEL),
        "size": _label(given.get("size"), _LONGEST_SIZE),
        "country": country_code(given.get("country")),
    }
    company = {name: value for name, value in told.items() if value}
    return company if "name" in company or "domain" in company else {}


def _label(value: Any, limit: int) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    return " ".join(_UNPRINTABLE.sub(" ", value).split())[:limit] or None


def _domain(value: Any) -> str | None:
    """The host of a domain or website; whether it is one that exists is enrichment's to know."""
    if not isinstance(value, str) or len(value) > MAX_URL:
        return None
    try:
        host = urlsplit(value if "//" in value else f"//{value}").hostname
    except ValueError:
        return None
    return host if host and "." in host and len(host) <= MAX_HOST and host.isprintable() else None
