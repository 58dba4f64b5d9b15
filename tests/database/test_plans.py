"""The RPCs reach their rows through indexes, under row-level security, as a signed-in person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from backoffice.settings import PROJECT_ROOT
from support.database import TestDatabase

USER = "a0000000-0000-4000-8000-000000000002"
BULK = PROJECT_ROOT / "benchmarks" / "bulk.sql"
LARGE = [
    "public.conversations",
    "public.visitors",
    "public.visitor_sessions",
    "rollup.daily",
    "rollup.chains",
    "private.conversation_documents",
]


def run_script(connection: Connection[Any], script: Path, values: dict[str, int | str]) -> None:
    """Run a script after putting the values into its `:name`s."""
    text = script.read_text()
    for name, value in values.items():
        text = text.replace(f":{name}", str(value))
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(text)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def person(database: TestDatabase) -> Iterator[Connection[Any]]:
    """A client user of a domain with 40,000 events beside one with none."""
    with database.connect("supabase_admin") as admin:
        run_script(admin, BULK, {"site": "bench.example", "events": 40_000, "days": 60})
        with admin.transaction():
            admin.execute("set transaction isolation level repeatable read")
            admin.execute("select rollup.rebuild('bench.example')")
        admin.execute("insert into public.user_domains values (%s, 'bench.example')", [USER])
        admin.execute(
            "insert into private.conversation_documents select site_domain, id,"
            " to_tsvector('simple', 'word' || (row_number() over ())), day, counts"
            " from public.conversations"
        )
        admin.execute("analyze")
        # What this connection read must be counted before the tests begin to compare.
        admin.execute("select pg_stat_force_next_flush()")
        admin.execute("select 1")
    with database.connect("authenticated", {"sub": USER}) as connection:
        yield connection


def scans(database: TestDatabase) -> dict[str, int]:
    """How many rows sequential scans have read of each large table."""
    with database.connect("supabase_admin") as connection:
        query = sql.SQL(
            "select schemaname || '.' || relname, seq_tup_read from pg_stat_user_tables"
            " where schemaname || '.' || relname = any(%s)"
        )
        return {row[0]: row[1] for row in connection.execute(query, [LARGE])}


DAYS = "current_date - 27, current_date"
CALLS = {
    "summary": f"select * from public.get_dashboard_summary(null, {DAYS})",
    "funnel": f"select * from public.get_conversation_funnel(null, {DAYS})",
    "over time": f"select * from public.get_conversations_over_time(null, {DAYS})",
    "displays over time": f"select * from public.get_metric_over_time(null, {DAYS}, 'widget_displays')",
    "visitors over time": f"select * from public.get_metric_over_time(null, {DAYS}, 'visitors')",
    "top pages": f"select * from public.get_top_values(null, {DAYS}, 'page')",
    "displays": f"select * from public.get_widget_display_stats(null, {DAYS})",
    "first page": "select * from public.list_conversations(null)",
    "search": 'select * from public.list_conversations(null, \'{"search": "word7"}\')',
    "one visitor": "select public.count_conversations(null,"
    ' \'{"visitor_id": "a0000000-0000-4000-8000-000000000001"}\')',
}


@pytest.mark.parametrize("name", CALLS)
def test_no_call_reads_a_large_table_from_end_to_end(
    name: str, database: TestDatabase, person: Connection[Any]
) -> None:
    person.execute("select pg_stat_force_next_flush()")
    before = scans(database)
    assert set(before) == set(LARGE)
    assert person.execute(CALLS[name]).fetchone() is not None  # type: ignore[arg-type]
    person.execute("select pg_stat_force_next_flush()")
    person.execute("select 1")
    assert scans(database) == before


def blocks(database: TestDatabase) -> int:
    """How many blocks of the index by time have been looked at."""
    with database.connect("supabase_admin") as connection:
        looked = connection.execute(
            "select idx_blks_hit + idx_blks_read from pg_statio_user_indexes"
            " where indexrelname = 'conversations_started_at_idx'"
        ).fetchone()
    assert looked is not None
    return int(looked[0])


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_the_next_page_costs_what_the_first_did(
    sort: str, database: TestDatabase, person: Connection[Any]
) -> None:
    """Pages follow each other without gap or overlap, each read from the index."""
    seen: list[Any] = []
    costs: list[int] = []
    wanted = psycopg.types.json.Jsonb({"from": "2020-01-01", "to": "2099-12-31"})
    cursor = None
    while True:
        before = blocks(database)
        page = person.execute(
            "select id, started_at, cursor from public.list_conversations(null, %s, 25, %s, %s)",
            [wanted, psycopg.types.json.Jsonb(cursor) if cursor else None, sort],
        ).fetchall()
        person.execute("select pg_stat_force_next_flush()")
        person.execute("select 1")
        costs.append(blocks(database) - before)
        if not page:
            break
        seen += page
        cursor = page[-1][2]
    total = person.execute("select public.count_conversations(null)").fetchone()
    assert total is not None
    assert len(seen) == len({row[0] for row in seen}) == total[0] > 1000
    times = [row[1] for row in seen]
    assert times == sorted(times, reverse=sort == "newest")
    assert 0 < max(costs[1:-1]) <= costs[0] + 4, costs


def test_clicks_on_sections_are_read_from_an_index_of_their_own(person: Connection[Any]) -> None:
    plan = person.execute(
        "explain select properties ->> 'section_slug', count(*) from public.events"
        " where site_domain = any (array['bench.example']) and name = 'section_question_clicked'"
        f" and counts and day between {DAYS.replace(', ', ' and ')}"
        f" and occurred_at >= current_date - 28 group by 1"
    ).fetchall()
    text = "\n".join(row[0] for row in plan)
    assert "Seq Scan" not in text, text
    assert "site_domain_day_idx" in text, text
