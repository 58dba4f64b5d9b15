"""Who an event is about: names and addresses it reveals, and ids that are nobody's.

Source of the ids nobody may have: PostHog, `isDistinctIdIllegal`. They stem from bugs in senders,
and would unite strangers in one visitor.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email

from backoffice.capture.limits import MAX_DISTINCT_ID, MAX_LABEL
from backoffice.capture.text import clean

_ILLEGAL_IN_ANY_CASE: Final = frozenset(
    {
        "anonymous",
        "guest",
        "distinctid",
        "distinct_id",
        "id",
        "not_authenticated",
        "email",
        "undefined",
        "true",
        "false",
    }
)
_ILLEGAL: Final = frozenset({"[object Object]", "NaN", "None", "none", "null", "0"})
_MERGING: Final = frozenset({"$create_alias", "$merge_dangerously"})
_CAPTURING: Final = frozenset({"email_captured", "form_submitted", "demo_booked", "$identify"})
_LONGEST_EMAIL: Final = 254


@dataclass(frozen=True, slots=True)
class Person:
    """What an event reveals of its visitor."""

    anon_distinct_id: str | None = None
    email: str | None = None
    name: str | None = None


NOBODY: Final = Person()


def is_illegal(distinct_id: str) -> bool:
    """Whether PostHog would refuse to merge by this id, quoted or not."""
    bare = distinct_id.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":
        bare = bare[1:-1]
    return not bare or bare in _ILLEGAL or bare.lower() in _ILLEGAL_IN_ANY_CASE


def of_event(name: str, distinct_id: str, given: dict[str, Any], raw: dict[str, Any]) -> Person:
    """What the event `name` with the properties `given` reveals."""
    sets = [
        found
        for place in (given, raw)
        for key in ("$set", "$set_once")
        if key in place and isinstance(found := place[key], dict)
    ]
    if not sets and name not in _CAPTURING and name not in _MERGING:
        return NOBODY
    places = [*sets, given] if name in _CAPTURING else sets
    return Person(
        anon_distinct_id=_earlier_id(name, distinct_id, given, raw),
        email=_first_email(places, distinct_id if name == "$identify" else None),
        name=_full_name(places),
    )


def _earlier_id(
    name: str, distinct_id: str, given: dict[str, Any], raw: dict[str, Any]
) -> str | None:
    """The id that becomes one with `distinct_id`; an id that is nobody's is left out."""
    if name == "$identify":
        earlier = given.get("$anon_distinct_id") or raw.get("$anon_distinct_id")
    elif name in _MERGING:
        earlier = given.get("alias")
    else:
        return None
    if not isinstance(earlier, str) or "\0" in earlier:
        return None
    earlier = earlier.strip()
    if earlier == distinct_id or len(earlier) > MAX_DISTINCT_ID or is_illegal(earlier):
        return None
    return earlier


def _first_email(places: list[dict[str, Any]], distinct_id: str | None) -> str | None:
    for place in places:
        for key in ("email", "$email"):
            if key in place and (email := valid_email(place[key])):
                return email
    return valid_email(distinct_id) if distinct_id and "@" in distinct_id else None


def _full_name(places: list[dict[str, Any]]) -> str | None:
    for place in places:
        whole = clean(place.get("name"), MAX_LABEL) or clean(place.get("$name"), MAX_LABEL)
        if whole:
            return whole
        parts = [clean(place.get(key), MAX_LABEL) for key in ("first_name", "last_name")]
        if joined := " ".join(part for part in parts if part):
            return joined[:MAX_LABEL]
    return None


def valid_email(value: Any) -> str | None:
    """An e-mail address in lower case, or None when `value` is none."""
    if not isinstance(value, str) or "@" not in value or len(value) > _LONGEST_EMAIL:
        return None
    return _valid_email(value.strip())


@lru_cache(maxsize=4096)
def _valid_email(value: str) -> str | None:
    try:
        checked = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return checked.normalized.lower()
