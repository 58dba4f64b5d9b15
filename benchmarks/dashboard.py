"""How long the Dashboard's figures take in the database, over one and over four million events.

Run: python -m benchmarks.dashboard
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

import psycopg

from backoffice.settings import Settings
from backoffice.stack.address import Address, embedded_address
from backoffice.stack.runtime import load, prepare, running_cluster

BULK = Path(__file__).with_name("bulk.sql")
DAYS = 90
SITES = {"million.example": 1_000_000, "four-million.example": 4_000_000}
WARM_UP = 3
REPEATS = 50
GOAL_MS = 20.0
GOAL_GROWTH = 1.5
SUMMARY = "get_dashboard_summary"
CALLS = {
    SUMMARY: "select * from get_dashboard_summary(%s, %s, %s)",
    "get_engagement_rate": "select * from get_engagement_rate(%s, %s, %s)",
    "get_conversation_funnel": "select * from get_conversation_funnel(%s, %s, %s)",
    "get_conversations_over_time": "select * from get_conversations_over_time(%s, %s, %s)",
    "get_widget_display_stats": "select * from get_widget_display_stats(%s, %s, %s)",
    "get_top_values (page)": "select * from get_top_values(%s, %s, %s, 'page')",
    "list_conversations": "select * from list_conversations(%s,"
    " jsonb_build_object('from', %s::date, 'to', %s::date))",
    "count_conversations": "select count_conversations(%s,"
    " jsonb_build_object('from', %s::date, 'to', %s::date))",
}


@contextmanager
def database() -> Iterator[Address]:
    """A cluster as `backoffice serve` runs it, with fsync, for as long as the block runs."""
    with TemporaryDirectory(prefix="backoffice-bench-") as name:
        folder = Path(name)
        # The account PostgreSQL runs as, when we are root, has to get through.
        folder.chmod(0o711)
        settings = Settings(data_dir=folder / "data", database_url=None)
        keys = load(settings)
        with running_cluster(settings, keys) as cluster:
            address = embedded_address(cluster.postmaster(), keys)
            prepare(address, settings)
            yield address


def load_facts(address: Address, site: str, events: int) -> float:
    """Load a domain's facts in bulk and count them; gives the rebuild's seconds."""
    script = BULK.read_text()
    for name, value in {"site": site, "events": events, "days": DAYS}.items():
        script = script.replace(f":{name}", str(value))
    with psycopg.connect(address.login("supabase_admin"), autocommit=True) as admin:
        psycopg.ClientCursor(admin).execute(script)  # type: ignore[arg-type]
        started = perf_counter()
        with admin.transaction():
            admin.execute("set transaction isolation level repeatable read")
            admin.execute("select rollup.rebuild(%s)", [site])
        seconds = perf_counter() - started
        admin.execute("vacuum analyze")
    return seconds


def measure(address: Address) -> dict[tuple[str, str], list[float]]:
    """Milliseconds of each call and domain as a signed-in person, warm; the domains take turns."""
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    with psycopg.connect(address.with_role("authenticated"), autocommit=True) as person:
        claims = {"role": "authenticated", "sub": administrator(address)}
        person.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(claims)])
        row = person.execute("select current_date - 89, current_date").fetchone()
        assert row is not None
        for name, query in CALLS.items():
            for turn in range(-WARM_UP, REPEATS):
                for site in SITES:
                    started = perf_counter()
                    rows = person.execute(query, [[site], *row]).fetchall()  # type: ignore[arg-type]
                    milliseconds = (perf_counter() - started) * 1e3
                    assert rows
                    if turn >= 0:
                        taken[name, site].append(milliseconds)
    return taken


def administrator(address: Address) -> str:
    """The seeded administrator's id."""
    with psycopg.connect(address.login("postgres")) as connection:
        row = connection.execute(
            "select id::text from auth.users where email = 'admin@admin.com'"
        ).fetchone()
    assert row is not None
    return str(row[0])


def main() -> None:
    """Measure and print."""
    with database() as address:
        for site, events in SITES.items():
            seconds = load_facts(address, site, events)
            print(f"{events:,} events in {DAYS} days: recounted from scratch in {seconds:.0f} s")
        taken = measure(address)
    print(f"{'milliseconds in the database':<30}" + "".join(f"{n:>22,}" for n in SITES.values()))
    for name in CALLS:
        cells = [
            f"{median(taken[name, site]):9.1f}, p95 {quantiles(taken[name, site], n=20)[18]:6.1f}"
            for site in SITES
        ]
        print(f"  {name:<28}" + "".join(f"{cell:>22}" for cell in cells))
    small, large = (median(taken[SUMMARY, site]) for site in SITES)
    print(
        f"summary: {small:.1f} ms (goal {GOAL_MS:.0f}),"
        f" {large / small:.2f} times that with four times the events (goal {GOAL_GROWTH})"
    )


if __name__ == "__main__":
    main()
