"""Everything `/metrics` says, as Prometheus reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from backoffice import __version__
from backoffice.database import Database, Row
from backoffice.metrics import COUNTERS, REQUESTS
from backoffice.state import State

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
JOB_STATUSES: Final = {"todo": "waiting", "doing": "running", "failed": "failed"}


class OwnNumbers(Collector):
    """What this process counted."""

    def collect(self) -> Iterator[Metric]:
        """Every counter and histogram."""
        about = GaugeMetricFamily("backoffice_info", "Always 1.", labels=["version"])
        about.add_metric([__version__], 1)
        yield about
        requests = HistogramMetricFamily(
            "backoffice_request_duration_seconds",
            "Requests by class of route, method and status, and how long they took.",
            labels=["route", "method", "status"],
        )
        for labels, buckets, total in REQUESTS.histograms():
            requests.add_metric(list(labels), buckets, total)
        yield requests
        for counter in COUNTERS:
            family = CounterMetricFamily(counter.name, counter.text, labels=counter.labels)
            for values, count in sorted(counter.values.items()):
                family.add_metric(values, count)
            yield family


class Pools(Collector):
    """The connections of this process."""

    def __init__(self, pools: dict[str, Database]) -> None:
        self._pools = pools

    def collect(self) -> Iterator[Metric]:
        """Gauges and counters of each pool."""
        size = _gauge("backoffice_pool_connections", "Connections there are.", "pool")
        most = _gauge("backoffice_pool_connections_max", "Connections there may be.", "pool")
        used = _gauge("backoffice_pool_connections_used", "Connections in use.", "pool")
        waiting = _gauge("backoffice_pool_waiting", "Who waits for a connection.", "pool")
        asked = CounterMetricFamily(
            "backoffice_pool_requests", "Connections asked for.", labels=["pool"]
        )
        waited = CounterMetricFamily(
            "backoffice_pool_wait_seconds", "Seconds spent waiting for one.", labels=["pool"]
        )
        failed = CounterMetricFamily(
            "backoffice_pool_errors", "Connections nobody got in time.", labels=["pool"]
        )
        for name, database in self._pools.items():
            stats = database.pool.get_stats()
            size.add_metric([name], stats.get("pool_size", 0))
            most.add_metric([name], stats.get("pool_max", 0))
            used.add_metric([name], stats.get("pool_size", 0) - stats.get("pool_available", 0))
            waiting.add_metric([name], stats.get("requests_waiting", 0))
            asked.add_metric([name], stats.get("requests_num", 0))
            waited.add_metric([name], stats.get("requests_wait_ms", 0) / 1000)
            failed.add_metric([name], stats.get("requests_errors", 0))
        yield from (size, most, used, waiting, asked, waited, failed)


class Stored(Collector):
    """What the database knows of jobs, rollups and e-mails: the same whichever process is asked."""

    def __init__(self, rows: Sequence[Row] | None) -> None:
        self._rows = rows

    def collect(self) -> Iterator[Metric]:
        """Gauges; only `backoffice_database_up` while the database does not answer."""
        up = GaugeMetricFamily("backoffice_database_up", "Whether the database answers.")
        up.add_metric([], 0 if self._rows is None else 1)
        yield up
        if self._rows is None:
            return
        kinds = defaultdict(list)
        for kind, first, second, value in self._rows:
            kinds[kind].append((first, second, value))
        jobs = _gauge("backoffice_jobs", "Jobs by task and state.", "task", "state")
        for task, status, count in kinds["jobs"]:
            jobs.add_metric([task, JOB_STATUSES[status]], count)
        stalled = _gauge("backoffice_jobs_stalled", "Jobs of workers that are gone.", "task")
        for task, _, count in kinds["stalled"]:
            stalled.add_metric([task], count)
        backlog = _gauge(
            "backoffice_rollup_backlog", "Deltas not folded yet, up to 100,000.", "kind"
        )
        for kind, _, count in kinds["backlog"]:
            backlog.add_metric([kind], count)
        mails = _gauge("backoffice_notifications", "E-mails of the last 30 days.", "kind", "status")
        for kind, status, count in kinds["mails"]:
            mails.add_metric([kind, status], count)
        alerts = _gauge("backoffice_alerts_open", "Websites with an open alert.", "kind")
        for kind, _, count in kinds["alerts"]:
            alerts.add_metric([kind], count)
        yield from (jobs, stalled, backlog, mails, alerts)
        for kind, name, text in SINGLE:
            for _, _, value in kinds[kind]:
                if value is not None:
                    yield GaugeMetricFamily(name, text, value=float(value))


SINGLE: Final = (
    ("workers", "backoffice_workers", "Workers that gave a sign of life within 30 seconds."),
    ("oldest_job", "backoffice_jobs_oldest_seconds", "How long the oldest due job has waited."),
    ("folded", "backoffice_rollup_fold_age_seconds", "Since a worker last folded the rollups."),
    ("size", "backoffice_database_bytes", "The size of the database."),
)


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=labels)


def process_registry() -> CollectorRegistry:
    """Of a process alone: its counters, memory, processor time, open files."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(OwnNumbers())
    return registry


def exposition(state: State, rows: Sequence[Row] | None) -> bytes:
    """Everything of the server: the process, its pools, and what the database knows."""
    registry = process_registry()
    registry.register(Pools({"api": state.database, "auth": state.auth_database}))
    registry.register(Stored(rows))
    return generate_latest(registry)
