"""What one HubSpot account holds: records, properties, associations, owners, pipelines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

Json = dict[str, Any]
OBJECTS: Final = ("contacts", "companies", "notes", "deals")
KEYS: Final = {"contacts": "email", "companies": "domain"}
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}")
_BUILT_IN: Final = {
    "contacts": (
        ("email", "Email", "string"),
        ("firstname", "First name", "string"),
        ("lastname", "Last name", "string"),
        ("company", "Company name", "string"),
        ("country", "Country/Region", "string"),
        ("jobtitle", "Job title", "string"),
        ("hs_language", "Preferred language", "enumeration"),
        ("hubspot_owner_id", "Contact owner", "enumeration"),
    ),
    "companies": (
        ("domain", "Company domain name", "string"),
        ("name", "Company name", "string"),
        ("country", "Country/Region", "string"),
        ("description", "Description", "string"),
        ("industry", "Industry", "enumeration"),
        ("numberofemployees", "Number of employees", "number"),
        ("hubspot_owner_id", "Company owner", "enumeration"),
    ),
    "notes": (("hs_note_body", "Note body", "string"), ("hs_timestamp", "Date", "datetime")),
    "deals": (("dealname", "Deal name", "string"), ("dealstage", "Deal stage", "enumeration")),
}
STAGES: Final = {
    "subscriber": "Subscriber",
    "lead": "Lead",
    "marketingqualifiedlead": "Marketing qualified lead",
    "salesqualifiedlead": "Sales qualified lead",
    "opportunity": "Opportunity",
    "customer": "Customer",
}
DEAL_STAGES: Final = {
    "appointmentscheduled": "Appointment scheduled",
    "qualifiedtobuy": "Qualified to buy",
    "contractsent": "Contract sent",
    "closedwon": "Closed won",
}


@dataclass(eq=False)
class RefusalError(Exception):
    """Why a record is not taken."""

    category: str
    message: str
    field: str | None = None

    def body(self, mark: str | None = None) -> Json:
        """As HubSpot says it."""
        context: Json = {}
        if mark is not None:
            context["objectWriteTraceId"] = [mark]
        if self.field:
            context["propertyName"] = [self.field]
        return {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": context,
        }


@dataclass
class Account:
    """One portal. `strict` refuses some addresses, so that there are failed records to look at."""

    portal_id: int = 20261126
    domain: str = "rose-demo.hubspot.test"
    strict: bool = False
    records: dict[str, dict[str, Json]] = field(
        default_factory=lambda: {kind: {} for kind in OBJECTS}
    )
    properties: dict[str, dict[str, Json]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=lambda: {k: set() for k in OBJECTS})
    links: set[tuple[str, str, str, str]] = field(default_factory=set)
    owners: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {"71": ("Nadia", "Haddad"), "72": ("Tom", "Becker")}
    )
    refused: dict[str, RefusalError] = field(default_factory=dict)
    """Addresses and domains that are not taken, and why."""
    _ids: count[int] = field(default_factory=lambda: count(1001))
    _last: datetime = field(default_factory=lambda: datetime(2020, 1, 1, tzinfo=UTC))

    def __post_init__(self) -> None:
        for kind, built_in in _BUILT_IN.items():
            self.properties[kind] = {
                name: {"name": name, "label": label, "type": type_, "options": []}
                for name, label, type_ in built_in
            }
        for kind in ("contacts", "companies"):
            options = [{"value": value, "label": label} for value, label in STAGES.items()]
            self.properties[kind]["lifecyclestage"] = {
                "name": "lifecyclestage",
                "label": "Lifecycle stage",
                "type": "enumeration",
                "options": options,
            }
            self.properties[kind]["createdate"] = {
                "name": "createdate",
                "label": "Create date",
                "type": "datetime",
                "options": [],
                "modificationMetadata": {"readOnlyValue": True},
            }

    def now(self) -> datetime:
        """The time, each call a later millisecond."""
        self._last = max(datetime.now(UTC), self._last + timedelta(milliseconds=1))
        return self._last

    def find(self, kind: str, key: str, value: str) -> Json | None:
        """A record by a property."""
        wanted = value.lower()
        for record in self.records[kind].values():
            if str(record["properties"].get(key) or "").lower() == wanted:
                return record
        return None

    def write(self, kind: str, properties: Json, record_id: str | None = None) -> Json:
        """Create or change a record. Raises `RefusalError`."""
        self._check(kind, properties)
        at = self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if record_id is None:
            record_id = str(next(self._ids))
            self.records[kind][record_id] = {
                "id": record_id,
                "properties": {"createdate": at, "hs_object_id": record_id},
                "createdAt": at,
            }
        record = self.records[kind].get(record_id)
        if record is None:
            raise RefusalError("OBJECT_NOT_FOUND", f"Object not found. objectId={record_id}")
        modified = "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"
        record["properties"] |= {**properties, modified: at}
        record["updatedAt"] = at
        return record

    def associate(self, kind: str, one: str, other_kind: str, other: str) -> None:
        """Say that two records belong together. Raises `RefusalError`."""
        for where, record_id in ((kind, one), (other_kind, other)):
            if record_id not in self.records[where]:
                raise RefusalError("OBJECT_NOT_FOUND", f"There is no {where} {record_id}", None)
        self.links |= {(kind, one, other_kind, other), (other_kind, other, kind, one)}

    def associated(self, kind: str, one: str, other_kind: str) -> list[str]:
        """The records of a kind that belong to one."""
        return sorted(x[3] for x in self.links if x[:3] == (kind, one, other_kind))

    def _check(self, kind: str, properties: Json) -> None:
        for name, value in properties.items():
            known = self.properties[kind].get(name)
            if known is None and name not in ("hs_lastmodifieddate", "pipeline"):
                raise RefusalError("VALIDATION_ERROR", f'Property "{name}" does not exist', name)
            if known and known["type"] == "number" and not _is_number(value):
                raise RefusalError("VALIDATION_ERROR", f'"{value}" is no number', name)
        key = str(properties.get(KEYS.get(kind, ""), ""))
        if kind == "contacts" and "email" in properties and not _EMAIL.fullmatch(key.lower()):
            raise RefusalError("VALIDATION_ERROR", f"Email address {key} is invalid", "email")
        if refusal := self.refused.get(key):
            raise refusal
        if self.strict and kind == "contacts" and key and sum(key.encode()) % 17 == 0:
            raise RefusalError(
                "VALIDATION_ERROR", f"Email address {key} is on this account's block list", "email"
            )


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
