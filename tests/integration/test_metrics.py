"""`/metrics`: what it says, who may read it, and that nobody's words become labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from backoffice.metrics import METHODS, Durations
from support.database import TestDatabase
from support.server import TestServer, running_server

TOKEN = "a-token-for-the-scraper"


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def read(server: TestServer, **headers: str) -> dict[str, float]:
    answer = httpx.get(f"{server.url}/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        name + "".join(f" {key}={value}" for key, value in labels): value
        for (name, labels), value in samples(answer.text).items()
    }


def capture(server: TestServer, key: str, *events: dict[str, object]) -> httpx.Response:
    return httpx.post(f"{server.url}/batch", json={"api_key": key, "batch": list(events)})


def test_requests_events_and_cache_are_counted(database: TestDatabase, server: TestServer) -> None:
    with database.connect() as connection:
        (key,) = connection.execute(
            "select public_key from public.domain_keys where public_key is not null limit 1"
        ).fetchone() or ("",)
    before = read(server)
    event = {
        "event": "$pageview",
        "uuid": "10000000-0000-4000-8000-000000000001",
        "distinct_id": "somebody@example.com",
        "properties": {"$current_url": "https://abtasty.com/secret-page"},
    }
    for _ in range(2):
        assert capture(server, key, event).status_code == 200
    assert capture(server, key, {"event": "no distinct id"}).status_code == 400
    for _ in range(3):
        httpx.get(f"{server.url}/widget/v1/{key}/config.json")
    httpx.request("BREW", f"{server.url}/rest/v1/domains")
    httpx.get(f"{server.url}/support")
    after = read(server)

    def grown(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    events = "backoffice_capture_events_total outcome="
    assert [grown(events + name) for name in ("accepted", "duplicate", "refused")] == [1, 1, 1]
    lookups = "backoffice_widget_config_lookups_total cache="
    assert grown(f"{lookups}hit") >= 2
    count = "backoffice_request_duration_seconds_count method={} route={} status={}"
    assert grown(count.format("POST", "capture", 200)) == 2
    assert grown(count.format("POST", "capture", 400)) == 1
    assert grown(count.format("GET", "widget", 200)) == 3
    # A page of the UI, and a method nobody knows.
    assert sum(v for k, v in after.items() if k.startswith(count.format("GET", "ui", ""))) > 0
    assert not any("BREW" in name for name in after)
    text = httpx.get(f"{server.url}/metrics").text
    for word in ("abtasty", "somebody", "secret-page", key):
        assert word not in text


def test_what_the_database_knows_is_told(database: TestDatabase, server: TestServer) -> None:
    with database.connect() as connection:
        connection.execute("set search_path = jobs")
        connection.execute(
            "insert into jobs.procrastinate_jobs (task_name, queue_name, status, args, lock)"
            " values ('crm:sync', 'default', 'todo', '{}', null),"
            " ('crm:sync', 'default', 'failed', '{}', null),"
            " ('crm:sync', 'default', 'doing', '{}', null)"
        )
    with running_server(database) as fresh:
        told = read(fresh)
    assert told["backoffice_database_up"] == 1
    assert told["backoffice_jobs state=failed task=crm:sync"] == 1
    assert told["backoffice_jobs state=waiting task=crm:sync"] == 1
    assert told["backoffice_jobs_stalled task=crm:sync"] == 1
    assert told["backoffice_workers"] == 0
    assert told["backoffice_rollup_backlog kind=daily"] >= 0
    assert told["backoffice_pool_connections_max pool=api"] >= 2
    assert told["backoffice_database_bytes"] > 1_000_000
    assert told["process_resident_memory_bytes"] > 1_000_000


@pytest.fixture(scope="module")
def guarded(database: TestDatabase) -> Iterator[TestServer]:
    with running_server(
        database, metrics_token=SecretStr(TOKEN), public_url="https://b.example"
    ) as running:
        yield running


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Via": "1.1 proxy"},
        {"Host": "backoffice.example"},
        {"Authorization": "Bearer guessed"},
        {"Forwarded": "for=203.0.113.9"},
    ],
)
def test_others_see_no_metrics_where_there_is_no_token(
    server: TestServer, headers: dict[str, str]
) -> None:
    answer = httpx.get(f"{server.url}/metrics", headers=headers)
    assert answer.status_code == (200 if "Authorization" in headers else 404)


def test_behind_a_proxy_only_the_token_counts(guarded: TestServer) -> None:
    for headers in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": f"Basic {TOKEN}"}):
        refused = httpx.get(f"{guarded.url}/metrics", headers=headers)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert read(guarded, Authorization=f"Bearer {TOKEN}")
    forwarded = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}
    assert read(guarded, **forwarded)


def test_a_histogram_adds_up() -> None:
    durations = Durations()
    for seconds in (0.0005, 0.001, 0.03, 60):
        durations.observe("/rest/v1/domains", "GET", 200, seconds)
    durations.observe("no path", "PROPFIND", 400, 0.1)
    (other, rest) = sorted(durations.histograms(), key=lambda each: each[0][1], reverse=True)
    assert (rest[0], other[0]) == (("rest", "GET", "200"), ("ui", "other", "400"))
    buckets = dict(rest[1])
    assert (buckets["0.001"], buckets["0.05"], buckets["+Inf"]) == (2, 3, 4)
    assert rest[2] == pytest.approx(60.0315)
    assert all(re.fullmatch("[A-Z]+", method) for method in METHODS)
