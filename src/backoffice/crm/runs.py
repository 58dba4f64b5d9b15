"""A run in the database: claimed by one worker, kept batch by batch, taken up where it was."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from backoffice.crm.changes import Changes, Link, keep
from backoffice.database import Database

STALE_AFTER: Final = timedelta(minutes=2)
MOST_EXAMPLES: Final = 5
MOST_ATTEMPTS: Final = 8

_CLAIM: Final = """
update public.crm_runs as run
set
  state = 'running',
  claim = %(claim)s,
  heartbeat_at = clock_timestamp(),
  started_at = coalesce(run.started_at, clock_timestamp()),
  resume_at = null,
  notice = case when run.resume_at is null then run.notice end
from public.crm_connections as connection
where run.site_domain = %(site)s
  and run.id = %(id)s
  and connection.site_domain = run.site_domain
  and connection.state = 'connected'
  and (
    run.state = 'waiting'
      and coalesce(run.resume_at, '-infinity') <= clock_timestamp() + interval '1 second'
    or run.state = 'running' and run.heartbeat_at < clock_timestamp() - %(stale)s::interval
  )
returning run.*
"""
# An erasure holds the connection: what a run reads is what is left after it.
_NO_ERASURE: Final = "select 1 from public.crm_connections where site_domain = %s for key share"
_MINE: Final = (
    "select 1 from public.crm_runs where site_domain = %s and id = %s and claim = %s"
    " and state = 'running' for update"
)
_PROGRESS: Final = """
update public.crm_runs
set
  phase = %(phase)s, done = %(done)s, total = %(total)s, counts = %(counts)s,
  examples = %(examples)s, position = %(position)s, notice = %(notice)s,
  attempts = %(attempts)s,
  heartbeat_at = clock_timestamp()
where site_domain = %(site)s and id = %(id)s
"""


class StoppedError(Exception):
    """The run is not this worker's any more: it was stopped, or another took it over."""


@dataclass(slots=True)
class Run:
    """A claimed run, as far as it is."""

    database: Database
    site_domain: str
    id: UUID
    claim: UUID
    kind: str
    is_full: bool
    created_at: datetime
    phase: str | None
    done: int
    total: int | None
    counts: dict[str, dict[str, int]]
    examples: list[dict[str, Any]]
    position: dict[str, Any]
    records: list[dict[str, str]] | None
    notice: str | None
    attempts: int
    reached: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    async def claimed(
        cls, database: Database, site_domain: str, run_id: UUID, stale: timedelta = STALE_AFTER
    ) -> Run | None:
        """The run, if it waits or its worker died; None when there is nothing to do."""
        claim = uuid4()
        wanted = {"site": site_domain, "id": run_id, "claim": claim, "stale": stale}
        async with (
            database.transaction() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(_CLAIM, wanted)
            row = await cursor.fetchone()
            if row is not None:
                await cursor.execute(_NO_ERASURE, [site_domain])
        if row is None:
            return None
        names = set(cls.__slots__) - {"database", "reached"}
        run = cls(database=database, **{name: row[name] for name in names})
        run.reached = deepcopy(run.position)
        return run

    def count(self, plural: str, outcome: str, number: int = 1) -> None:
        """Adds to a figure: created, updated, unchanged, failed, read."""
        figures = self.counts.setdefault(plural, {})
        figures[outcome] = figures.get(outcome, 0) + number

    def show(self, example: dict[str, Any]) -> None:
        """Keeps an example, while there are few of its object."""
        if sum(kept["object"] == example["object"] for kept in self.examples) < MOST_EXAMPLES:
            self.examples.append(example)

    async def commit(self, changes: Changes | None = None) -> None:
        """Keep what a batch did, with how far the run is. Raises `StoppedError`.

        A run that got on since it was claimed may be interrupted as often as a new one.
        """
        changes = changes or Changes()
        attempts = self.attempts if self.position == self.reached else 0
        async with self.database.transaction() as connection:
            await self._require_mine(connection)
            await keep(connection, self.site_domain, self.id, changes)
            await connection.execute(
                _PROGRESS,
                {
                    "site": self.site_domain,
                    "id": self.id,
                    "phase": self.phase,
                    "done": self.done,
                    "total": self.total,
                    "notice": self.notice,
                    "counts": Jsonb(self.counts),
                    "examples": Jsonb(self.examples),
                    "position": Jsonb(self.position),
                    "attempts": attempts,
                },
            )
        self.attempts = attempts
        self.reached = deepcopy(self.position)

    async def finish(self, state: str, error: str | None = None) -> None:
        """End the run; the connection remembers until when a sync was. Raises `StoppedError`."""
        async with self.database.transaction() as connection:
            await self._require_mine(connection)
            await connection.execute(
                "update public.crm_runs set state = %s, error = %s, phase = null, claim = null,"
                " finished_at = clock_timestamp() where site_domain = %s and id = %s",
                [state, error, self.site_domain, self.id],
            )
            if state == "done" and self.kind == "sync":
                await connection.execute(
                    "update public.crm_connections set pushed_until = %(at)s,"
                    " compared_at = case when %(full)s then %(at)s else compared_at end"
                    " where site_domain = %(site)s",
                    {"at": self.created_at, "full": self.is_full, "site": self.site_domain},
                )

    async def postpone(self, why: str, seconds: float | None) -> datetime | None:
        """Go on later; gives when, or None after too many attempts, when the run has failed."""
        attempts = self.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            await self.finish("failed", f"{why} It was tried {attempts} times.")
            return None
        pause = seconds or min(30.0 * 2 ** (attempts - 1), 900.0)
        resume_at = datetime.now(UTC) + timedelta(seconds=pause)
        async with self.database.transaction() as connection:
            await self._require_mine(connection)
            await connection.execute(
                "update public.crm_runs set state = 'waiting', claim = null, attempts = %s,"
                " resume_at = %s, notice = %s where site_domain = %s and id = %s",
                [attempts, resume_at, why, self.site_domain, self.id],
            )
        return resume_at

    async def links(self, kind: str, ids: Sequence[UUID]) -> dict[UUID, Link]:
        """What is known of records, by their ids here."""
        rows = await self.database.fetch_all(
            "select object, local_id, remote_id, content_hash from public.crm_links"
            " where site_domain = %s and object = %s and local_id = any (%s)",
            [self.site_domain, kind, list(ids)],
        )
        return {row[1]: Link(*row) for row in rows}

    async def linked(self, kind: str, remote_ids: Sequence[str]) -> dict[str, list[UUID]]:
        """The records behind HubSpot's ids; several visitors may be one contact."""
        rows = await self.database.fetch_all(
            "select remote_id, local_id from public.crm_links"
            " where site_domain = %s and object = %s and remote_id = any (%s)",
            [self.site_domain, kind, list(remote_ids)],
        )
        found: dict[str, list[UUID]] = {}
        for remote_id, local_id in rows:
            found.setdefault(remote_id, []).append(local_id)
        return found

    async def _require_mine(self, connection: AsyncConnection[Any]) -> None:
        cursor = await connection.execute(_MINE, [self.site_domain, self.id, self.claim])
        if await cursor.fetchone() is None:
            raise StoppedError
