"""What can go to HubSpot, where it goes unless somebody decides otherwise, and our own properties.

A source is a value of a record, by name; a property is HubSpot's name of the place it goes to.
Nothing is ever emptied there: what we do not know is not sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Object = Literal["contact", "company"]
Kind = Literal["text", "number", "time", "flag"]

OBJECTS: Final[tuple[Object, ...]] = ("contact", "company")
PLURAL: Final = {"contact": "contacts", "company": "companies", "note": "notes"}
GROUP: Final = "rose"
KEYS: Final[dict[Object, str]] = {"contact": "email", "company": "domain"}
"""The source every record is known by, and HubSpot's property of the same name."""


@dataclass(frozen=True, slots=True)
class Source:
    """A value that can be sent."""

    object: Object
    name: str
    label: str
    kind: Kind
    target: str | None = None
    """Where it goes by default; None: nowhere unless somebody maps it."""

    @property
    def is_own(self) -> bool:
        """Whether its default place is a property that we make."""
        return self.target is not None and self.target.startswith(f"{GROUP}_")


def _contact(name: str, label: str, kind: Kind, property_name: str | None = None) -> Source:
    return Source("contact", name, label, kind, property_name)


def _company(name: str, label: str, kind: Kind, property_name: str | None = None) -> Source:
    return Source("company", name, label, kind, property_name)


SOURCES: Final = (
    _contact("email", "E-mail address", "text", "email"),
    _contact("first_name", "First name", "text", "firstname"),
    _contact("last_name", "Last name", "text", "lastname"),
    _contact("company_name", "Company", "text", "company"),
    _contact("country", "Country", "text", "country"),
    _contact("language", "Language", "text"),
    _contact("website", "Website they visited", "text", "rose_website"),
    _contact("interest_score", "Interest score, 1 to 5", "number", "rose_interest_score"),
    _contact("interest", "Interest, in a word", "text", "rose_interest"),
    _contact("conversations", "Conversations", "number", "rose_conversations"),
    _contact("sessions", "Sessions", "number", "rose_sessions"),
    _contact("page_views", "Page views", "number", "rose_page_views"),
    _contact("first_seen_at", "First seen", "time", "rose_first_seen"),
    _contact("last_seen_at", "Last seen", "time", "rose_last_seen"),
    _contact("last_topic", "Topic of the latest conversation", "text", "rose_last_topic"),
    _contact("last_intent", "Intent of the latest conversation", "text"),
    _contact("demo_proposed", "Demo proposed", "flag"),
    _contact("cta_clicked", "Call to action clicked", "flag"),
    _contact("demo_booked", "Demo booked", "flag", "rose_demo_booked"),
    _contact("url", "Link to the visitor", "text", "rose_url"),
    _company("domain", "Domain", "text", "domain"),
    _company("name", "Name", "text", "name"),
    _company("country", "Country", "text", "country"),
    _company("industry", "Industry", "text"),
    _company("size", "Size", "text"),
    _company("description", "Description", "text"),
    _company("website_visited", "Website they visited", "text", "rose_website"),
    _company("visitors", "Visitors", "number", "rose_visitors"),
    _company("known_visitors", "Visitors known by e-mail", "number", "rose_known_visitors"),
    _company("conversations", "Conversations", "number", "rose_conversations"),
    _company("interest_score", "Best interest score, 1 to 5", "number", "rose_interest_score"),
    _company("interest", "Best interest, in a word", "text", "rose_interest"),
    _company("first_seen_at", "First seen", "time", "rose_first_seen"),
    _company("last_seen_at", "Last seen", "time", "rose_last_seen"),
    _company("url", "Link to the account", "text", "rose_url"),
)
BY_NAME: Final = {(source.object, source.name): source for source in SOURCES}

INTERESTS: Final = {1: "Cold", 2: "Curious", 3: "Interested", 4: "Engaged", 5: "Hot"}

# HubSpot's types that take what a kind is written as. A flag is `true` or `false`.
ACCEPTED: Final[dict[Kind, frozenset[str]]] = {
    "text": frozenset({"string"}),
    "number": frozenset({"number", "string"}),
    "time": frozenset({"datetime", "string"}),
    "flag": frozenset({"bool", "string"}),
}
_TYPES: Final[dict[Kind, tuple[str, str]]] = {
    "text": ("string", "text"),
    "number": ("number", "number"),
    "time": ("datetime", "date"),
    "flag": ("bool", "booleancheckbox"),
}


def own_properties(kind: Object) -> list[dict[str, Any]]:
    """The properties we make in HubSpot, as its properties API takes them."""
    return [
        {
            "name": source.target,
            "label": f"Rose: {source.label}",
            "groupName": GROUP,
            "type": _TYPES[source.kind][0],
            "fieldType": _TYPES[source.kind][1],
            "description": "Written by the Client Backoffice.",
            **(
                {
                    "options": [
                        {"label": "Yes", "value": "true", "displayOrder": 0, "hidden": False},
                        {"label": "No", "value": "false", "displayOrder": 1, "hidden": False},
                    ]
                }
                if source.kind == "flag"
                else {}
            ),
        }
        for source in SOURCES
        if source.object == kind and source.is_own
    ]
