"""The audit log as one reads and proves it; it is written by triggers (`writers/audit_*.sql`).

A chain is proved by computing every hash anew, without the database's own functions. What that
cannot see is an end cut off together with the chain's head, so the last hash of each chain is given
for somebody to keep elsewhere: an `Anchor`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg import Connection, IsolationLevel
from psycopg.rows import class_row

START = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ROWS_AT_ONCE = 2000

_ENTRIES = """
select entry.*, details.site_domain is not null as has_details, details.actor_label,
  details.actor_salt, details.before::text, details.after::text, details.salt
from public.audit_log as entry
left join public.audit_details as details
  on details.site_domain = entry.site_domain and details.position = entry.position
where %(site)s::text is null or entry.site_domain = %(site)s
order by entry.site_domain, entry.position
"""
_HEADS = """
select site_domain, position, encode(hash, 'hex') as hash from private.audit_heads
where position > 0 and (%(site)s::text is null or site_domain = %(site)s)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log with its details; `before` and `after` as PostgreSQL writes `jsonb`."""

    site_domain: str
    position: int
    at: datetime
    actor_id: UUID | None
    actor_role: str
    actor_digest: bytes
    action: str
    subject_type: str
    subject_id: str
    changed: list[str]
    request_id: str
    address_hash: str | None
    details_digest: bytes
    previous_hash: bytes
    hash: bytes
    has_details: bool
    actor_label: str | None
    actor_salt: bytes | None
    before: str | None
    after: str | None
    salt: bytes | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """An entry of a chain and its hash, in hex."""

    site_domain: str
    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry of a chain that is not as it was appended, and what is wrong with it."""

    site_domain: str
    position: int
    reason: str


@dataclass(slots=True)
class Report:
    """What verifying found: the end of every chain, and the first break of each broken one."""

    ends: list[Anchor] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)
    entries: int = 0
    erased: int = 0


def digest(salt: bytes, values: Iterable[str | None]) -> bytes:
    """SHA-256 of a salt and texts, as `private.audit_digest` defines it."""
    hashed = sha256(salt)
    for value in values:
        if value is None:
            hashed.update(b"-")
        else:
            encoded = value.encode()
            hashed.update(b"%d:%b" % (len(encoded), encoded))
    return hashed.digest()


def entry_hash(entry: Entry) -> bytes:
    """The hash an entry must have, as `private.audit_hash` defines it."""
    return digest(
        entry.previous_hash,
        [
            entry.site_domain,
            str(entry.position),
            str((entry.at - EPOCH) // MICROSECOND),
            str(entry.actor_id) if entry.actor_id else None,
            entry.actor_role,
            entry.actor_digest.hex(),
            entry.action,
            entry.subject_type,
            entry.subject_id,
            ",".join(entry.changed),
            entry.request_id,
            entry.address_hash,
            entry.details_digest.hex(),
        ],
    )


def verify(
    connection: Connection[Any],
    site_domain: str | None = None,
    anchors: Iterable[Anchor] = (),
) -> Report:
    """Compute every chain anew, or one, as of one instant, and compare it with earlier `anchors`.

    `connection` is in autocommit mode, of a role that reads the whole log.
    """
    report = Report()
    parameters = {"site": site_domain}
    kept = {(anchor.site_domain, anchor.position): anchor.hash for anchor in anchors}
    if site_domain is not None:
        kept = {key: value for key, value in kept.items() if key[0] == site_domain}
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        with connection.cursor(row_factory=class_row(Anchor)) as cursor:
            heads = {head.site_domain: head for head in cursor.execute(_HEADS, parameters)}
        with connection.cursor(name="audit_entries", row_factory=class_row(Entry)) as cursor:
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute(_ENTRIES, parameters)
            for site, entries in groupby(cursor, key=lambda entry: entry.site_domain):
                chain = _Chain(site, kept)
                chain.read(entries)
                chain.finish(heads.pop(site, None))
                chain.report_to(report)
    for lost in {*heads, *(site for site, _ in kept)} - {end.site_domain for end in report.ends}:
        report.breaks.append(Break(lost, 1, "the whole chain is missing"))
    return report


class _Chain:
    """One chain, read from its first entry to its last."""

    def __init__(self, site_domain: str, kept: Mapping[tuple[str, int], str]) -> None:
        self.site_domain = site_domain
        self.kept = kept
        self.position = 0
        self.hash = START
        self.at = datetime.min.replace(tzinfo=UTC)
        self.broken: Break | None = None
        self.entries = 0
        self.erased = 0
        # By whom an erasure must still be said: subject (or actor) → the first entry erased.
        self.unsaid: dict[tuple[str, str], int] = {}

    def read(self, entries: Iterator[Entry]) -> None:
        for entry in entries:
            self.entries += 1
            reason = self.broken is None and self._fault(entry)
            if reason:
                position = min(entry.position, self.position + 1)
                self.broken = Break(self.site_domain, position, reason)
            self.position, self.hash, self.at = entry.position, entry.hash, entry.at

    def finish(self, head: Anchor | None) -> None:
        if self.broken is not None:
            return
        end = Anchor(self.site_domain, self.position, self.hash.hex())
        later = [place for site, place in self.kept if site == self.site_domain]
        if self.unsaid:
            place = min(self.unsaid.values())
            self._break(place, "its details were blanked, and no entry says so")
        elif head != end or max(later, default=0) > self.position:
            self._break(self.position + 1, "the chain was longer: its end is missing")

    def report_to(self, report: Report) -> None:
        report.ends.append(Anchor(self.site_domain, self.position, self.hash.hex()))
        report.entries += self.entries
        report.erased += self.erased
        if self.broken is not None:
            report.breaks.append(self.broken)

    def _break(self, position: int, reason: str) -> None:
        self.broken = Break(self.site_domain, position, reason)

    def _fault(self, entry: Entry) -> str | None:
        if entry.position != self.position + 1:
            return "the entry is missing"
        if entry.previous_hash != self.hash:
            return "the entry does not follow the one before it"
        if entry.hash != entry_hash(entry):
            return "the entry was altered"
        if entry.at < self.at:
            return "the entry is older than the one before it"
        kept = self.kept.get((entry.site_domain, entry.position))
        if kept not in (None, entry.hash.hex()):
            return "the entry is not the one that was there before"
        return self._fault_of_details(entry)

    def _fault_of_details(self, entry: Entry) -> str | None:
        if not entry.has_details:
            return "its details are missing"
        if entry.action == "erase":
            self.unsaid.pop((entry.subject_type, entry.subject_id), None)
        whole = [entry.before, entry.after]
        if entry.salt is None:
            if whole != [None, None]:
                return "its details were altered"
            self.unsaid.setdefault((entry.subject_type, entry.subject_id), entry.position)
        elif digest(entry.salt, whole) != entry.details_digest:
            return "its details were altered"
        if entry.actor_salt is None:
            if entry.actor_label is not None:
                return "its actor was altered"
            self.unsaid.setdefault(("actor", str(entry.actor_id)), entry.position)
        elif digest(entry.actor_salt, [entry.actor_label]) != entry.actor_digest:
            return "its actor was altered"
        self.erased += entry.salt is None or entry.actor_salt is None
        return None
