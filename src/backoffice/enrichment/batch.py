"""Visitors who told something new, looked into in batches.

A batch reads evidence without locks, thinks, and stores its answers in one transaction a domain,
for the very news it read: whatever came meanwhile is looked into again. So a run may die anywhere,
and two at once do no harm.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
import structlog

from backoffice.database import SERVICE_CONTEXT, Database, Row, sqlstate
from backoffice.enrichment.cascade import domains_of, resolve
from backoffice.enrichment.directory import Directory, load_directory
from backoffice.enrichment.model import AccountFact, Evidence, Fact, Json, Place, ServiceAnswer

BATCH: Final = 200
"""Visitors looked into at a time; their rows are locked while the answers are stored."""

_ATTEMPTS: Final = 4
_TRANSIENT: Final = frozenset({"40001", "40P01", "55P03"})
_IMPOSSIBLE_CLASSES: Final = ("21", "22", "23", "54")
_DUE: Final = "select * from private.due_enrichments(%s)"
_IP_HASHES: Final = 10
_PEOPLE: Final = "select ip_hash, visitors, known from private.people_at(%s, %s)"
_APPLY: Final = "select private.apply_enrichments(%s, %s::jsonb, %s::jsonb)"
_REQUEUE: Final = (
    "select count(*), (array_agg(visitor_id order by visitor_id desc))[1]"
    " from private.requeue_enrichments(%s, %s, %s)"
)

People = dict[tuple[str, str], tuple[int, Sequence[Mapping[str, Any]]]]
"""By website and address: how many visitors it has, and the companies of those who are known."""

log = structlog.get_logger("backoffice.enrichment")


@dataclass(slots=True)
class Totals:
    """How many visitors were looked into, and how many have another account since."""

    visitors: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A visitor's turn: the evidence, or None where there is nobody to find out about."""

    site_domain: str
    visitor_id: UUID
    ticket: UUID
    evidence: Evidence | None


@dataclass(slots=True)
class Judged:
    """The outcome of a batch of one domain: what is to be stored of visitors and of accounts."""

    results: list[Json] = field(default_factory=list)
    facts: dict[tuple[str, ...], Json] = field(default_factory=dict)

    def learn(self, told: AccountFact) -> None:
        """Colleagues say the same of their company: once is enough, the earliest time of it."""
        key = (told.domain, told.field, told.fact.value, told.fact.source)
        known = self.facts.get(key)
        if known is None or told.fact.at < known["at"]:
            fact = _told(told.fact)
            self.facts[key] = {"domain": told.domain, "field": told.field, **fact, "raw": told.raw}


async def enrich_due(database: Database, *, batch: int = BATCH, most: int = 100_000) -> Totals:
    """Look into everybody who is due, up to `most` visitors."""
    totals = Totals()
    while totals.visitors < most:
        rows = await database.fetch_all(_DUE, [batch])
        if not rows:
            break
        people = await _people(database, rows)
        due = [read_due(row, people) for row in rows]
        directory = await load_directory(
            database,
            {name for one in due if one.evidence for name in domains_of(one.evidence)},
        )
        for site_domain in sorted({one.site_domain for one in due}):
            mine = [one for one in due if one.site_domain == site_domain]
            judged = judge(mine, directory)
            facts = list(judged.facts.values())
            totals.changed += await _apply(database, site_domain, judged.results, facts)
        totals.visitors += len(due)
    return totals


async def requeue(database: Database, site_domain: str) -> int:
    """Queue every visitor of a domain, as if all they told were new; gives how many."""
    queued, after = 0, None
    while True:
        row = await database.fetch_one(_REQUEUE, [site_domain, after, 2000])
        if row is None or not row[0]:
            return queued
        queued += int(row[0])
        after = row[1]


async def _people(database: Database, rows: Sequence[Row]) -> People:
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        wanted[row[0]].update(row[_IP_HASHES])
    people: People = {}
    for site_domain, hashes in wanted.items():
        if hashes:
            found = await database.fetch_all(_PEOPLE, [site_domain, sorted(hashes)])
            people |= {(site_domain, ip_hash): (n, known) for ip_hash, n, known in found}
    return people


def _place(visitors: int, known: Sequence[Mapping[str, Any]], visitor_id: UUID) -> Place:
    """An address as one of its visitors sees it: who else is there."""
    others = [person for person in known if person["visitor_id"] != str(visitor_id)]
    accounts = {person["domain"]: person for person in others}
    return Place(visitors - 1, len(others), tuple(accounts.values()))


def read_due(row: Row, people: People) -> Due:
    """A row of `private.due_enrichments`, with what `private.people_at` says of its addresses."""
    (site, visitor, ticket, email, email_at, reveal, revealed_at, device, seen, known, *more) = row
    if known is None:
        return Due(site, visitor, ticket, None)
    ip_hashes, answers = more
    evidence = Evidence(
        site_domain=site,
        visitor_id=visitor,
        last_seen_at=seen,
        email=email,
        email_at=email_at,
        reveal=reveal,
        revealed_at=revealed_at,
        device_type=device,
        places=tuple(
            _place(*people[site, ip_hash], visitor)
            for ip_hash in ip_hashes
            if (site, ip_hash) in people
        ),
        services=tuple(
            ServiceAnswer(
                answer["provider"],
                answer["answer"],
                answer["raw"],
                datetime.fromisoformat(answer["asked_at"]).astimezone(UTC),
            )
            for answer in answers
        ),
        known=_known(known),
    )
    return Due(site, visitor, ticket, evidence)


def judge(due: Sequence[Due], directory: Directory) -> Judged:
    """What `private.apply_enrichments` takes: results by visitor, and what accounts learn.

    A result has no answers where nothing is to be stored.
    """
    judged = Judged()
    for one in due:
        result: Json = {"visitor_id": one.visitor_id, "ticket": one.ticket}
        judged.results.append(result)
        if one.evidence is None:
            continue
        found = resolve(one.evidence, directory)
        if _said(found.answers) != _said(one.evidence.known):
            answers = {name: _told(fact) for name, fact in found.answers.items()}
            result |= {"answers": answers, "raw": found.raw}
        if found.domain:
            # Nothing may be known of it but its domain: it is an account all the same.
            judged.facts.setdefault((found.domain, ""), {"domain": found.domain})
        for told in found.account:
            judged.learn(told)
    return judged


def _said(facts: Mapping[str, Fact]) -> dict[str, tuple[str, str]]:
    return {name: (fact.value, fact.source) for name, fact in facts.items()}


def _told(fact: Fact) -> Json:
    return {
        "value": fact.value,
        "source": fact.source,
        "confidence": fact.confidence,
        "at": fact.at,
    }


def _known(told: Mapping[str, Any]) -> dict[str, Fact]:
    """The stored answers; what is not of their shape was not stored by this."""
    known: dict[str, Fact] = {}
    for name, fact in told.items():
        try:
            at = datetime.fromisoformat(fact["at"])
            known[name] = Fact(fact["value"], fact["source"], float(fact["confidence"]), at)
        except (KeyError, TypeError, ValueError):
            continue
    return known


async def _apply(
    database: Database, site_domain: str, results: Sequence[Json], facts: Sequence[Json]
) -> int:
    """Store results; one that PostgreSQL refuses is left out, and does not keep the others."""
    try:
        return await _retried(database, site_domain, results, facts)
    except psycopg.Error as error:
        if sqlstate(error)[:2] not in _IMPOSSIBLE_CLASSES:
            raise
        if len(results) > 1:
            half = len(results) // 2
            first = await _apply(database, site_domain, results[:half], facts)
            return first + await _apply(database, site_domain, results[half:], facts)
        # Without the message, which may quote what the visitor sent.
        visitor_id = str(results[0]["visitor_id"])
        log.warning("an answer cannot be stored", visitor_id=visitor_id, sqlstate=sqlstate(error))
        bare = {name: results[0][name] for name in ("visitor_id", "ticket")}
        return await _retried(database, site_domain, [bare], [])


async def _retried(
    database: Database, site_domain: str, results: Sequence[Json], facts: Sequence[Json]
) -> int:
    parameters = [site_domain, orjson.dumps(results).decode(), orjson.dumps(facts).decode()]
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with database.transaction(SERVICE_CONTEXT) as connection:
                cursor = await connection.execute(_APPLY, parameters)
                row = await cursor.fetchone()
            return int(row[0]) if row else 0
        except psycopg.Error as error:
            if sqlstate(error) not in _TRANSIENT or attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(0.05 * 2**attempt)
    raise AssertionError("unreachable")
