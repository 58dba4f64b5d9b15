"""`GET /metrics` in Prometheus' text format: of this process, its pools, and the database's queue.

Only this machine may ask, or who has `BACKOFFICE_METRICS_TOKEN`. Behind a proxy (`public_url`)
everybody looks like this machine, so that there only the token counts.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from typing import Final

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from backoffice.addresses import parse_address
from backoffice.database import Row
from backoffice.errors import NotFound, Unauthenticated, Unavailable
from backoffice.state import State

LOOPBACK_NAMES: Final = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?")
FORWARDING: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
# Several scrapers, or one in a hurry, ask the database once.
FRESH_SECONDS: Final = 5.0
QUERY_SECONDS: Final = 5.0

_JOBS: Final = """
select 'jobs', job.task_name, job.status::text, count(*)::float8
from jobs.procrastinate_jobs as job
where job.status in ('todo', 'doing', 'failed')
group by job.task_name, job.status
union all
select 'stalled', job.task_name, '', count(*)
from jobs.procrastinate_jobs as job
left join jobs.procrastinate_workers as worker on worker.id = job.worker_id
where job.status = 'doing' and coalesce(worker.last_heartbeat < now() - interval '30 seconds', true)
group by job.task_name
union all
select 'workers', '', '', count(*)
from jobs.procrastinate_workers as worker
where worker.last_heartbeat >= now() - interval '30 seconds'
union all
select 'oldest_job', '', '',
  coalesce(extract(epoch from now() - min(coalesce(job.scheduled_at, event.at))), 0)
from jobs.procrastinate_jobs as job
left join jobs.procrastinate_events as event on event.job_id = job.id and event.type = 'deferred'
where job.status = 'todo' and coalesce(job.scheduled_at, now()) <= now()
union all
select 'folded', '', '', extract(epoch from now() - max(event.at))
from jobs.procrastinate_jobs as job
join jobs.procrastinate_events as event on event.job_id = job.id and event.type = 'succeeded'
where job.task_name = 'maintenance:fold_rollups' and job.status = 'succeeded'
"""
# Beyond that, how many more no longer matters; counting them would.
_BACKLOG: Final = """
select 'backlog', 'daily', '', count(*)::float8
from (select from rollup.deltas limit 100000) as d
union all
select 'backlog', 'chains', '', count(*)
from (select from rollup.chain_deltas limit 100000) as d
union all
select 'mails', mail.kind, mail.status, count(*)
from public.notification_mails as mail
where mail.queued_at > now() - interval '30 days'
group by mail.kind, mail.status
union all
select 'alerts', alert.kind, '', count(*)
from public.alerts as alert where alert.ended_at is null group by alert.kind
union all
select 'size', '', '', pg_database_size(current_database())
"""


class MetricsRoute:
    """Answers whoever may know how the server does."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rows: list[Row] | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """Everything there is. Raises `NotFound` or `Unauthenticated`."""
        self._require_access(request)
        # Imported when first asked: a server nobody watches does not need it.
        from backoffice.metrics_text import CONTENT_TYPE, exposition

        text = exposition(self._state, await self._stored())
        return Response(text, media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    def _require_access(self, request: Request) -> None:
        token = self._state.settings.metrics_token
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if token and scheme.lower() == "bearer":
            right = token.get_secret_value().encode()
            if hmac.compare_digest(given.strip().encode(), right):
                return
        peer = parse_address(request.client.host if request.client else None)
        named = LOOPBACK_NAMES.fullmatch(request.headers.get("host", "").lower())
        forwarded = any(name in request.headers for name in FORWARDING)
        proxied = self._state.settings.public_url is not None
        if peer and peer.is_loopback and named and not forwarded and not proxied:
            return
        if token:
            raise Unauthenticated(
                "Metrics need their token.", headers={"WWW-Authenticate": "Bearer"}
            )
        raise NotFound("There is no such page.")

    async def _stored(self) -> list[Row] | None:
        """What the database knows; None while it does not answer."""
        async with self._reading:
            if self._rows is None or time.monotonic() - self._read_at > FRESH_SECONDS:
                try:
                    async with asyncio.timeout(QUERY_SECONDS):
                        self._rows = await self._read()
                except (psycopg.Error, Unavailable, TimeoutError):
                    self._rows = None
                self._read_at = time.monotonic()
            return self._rows

    async def _read(self) -> list[Row]:
        found: list[Row] = []
        for query in (_JOBS, _BACKLOG):
            found += await self._state.database.fetch_all(query)
        return found
