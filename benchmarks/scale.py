"""How long every page's questions take with a year of a busy platform in one database.

5,000,000 sessions, 1,000,000 conversations and 10,000,000 messages of five domains, one with half
of them; then a tenth of that, to see what grows. Each question is asked as a signed-in
administrator, in the database and over HTTP.

Run: python -m benchmarks.scale [--factor 0.1] [--alone] [--keep FOLDER] [--only TEXT]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import httpx
import psycopg
from psycopg.types.json import Jsonb
from rich.progress import track

from backoffice.stack.address import Address
from benchmarks.capture import real_server

SCRIPT = Path(__file__).with_name("scale.sql")
SESSIONS = 5_000_000
HALF = "half.example"
REPEATS = 20
FIGURES_MS = 100.0
LIST_MS = 50.0
COUNT_MS = 500.0
SEARCH_MS = 300.0
GROWTH = 1.3


@dataclass(frozen=True, slots=True)
class Question:
    """One call of an RPC, and the milliseconds it may take at p95."""

    label: str
    function: str
    arguments: dict[str, Any]
    goal: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question took, in milliseconds."""

    in_database: list[float]
    over_http: list[float]


def questions() -> Iterator[Question]:
    """What the pages ask, of one domain with half of everything and of all domains."""
    today = datetime.now(UTC).date() - timedelta(days=1)
    for scope, sites in (("half", [HALF]), ("all", None)):
        for days in (28, 365):
            first = today - timedelta(days=days - 1)
            window = {"p_site_domains": sites, "p_from": str(first), "p_to": str(today)}
            name = f"{scope}, {days} days"
            for function, more in FIGURES:
                label = f"{function}{' ' + '/'.join(map(str, more.values())) if more else ''}"
                yield Question(f"{label} ({name})", function, window | more, FIGURES_MS)
            yield from lists(name, sites, first, today)


FIGURES: list[tuple[str, dict[str, Any]]] = [
    ("get_dashboard_summary", {}),
    ("get_engagement_rate", {}),
    ("get_widget_display_stats", {}),
    ("get_conversation_funnel", {}),
    ("get_conversations_over_time", {"p_bucket": "day"}),
    ("get_top_values", {"p_dimension": "page"}),
    ("get_top_values", {"p_dimension": "country"}),
    ("get_topic_stats", {}),
    ("get_topics_over_time", {"p_bucket": "week"}),
    ("get_heat_map", {}),
]
CONVERSATION_FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("no filter", {}),
    ("demo booked", {"conversions": ["demo_booked"]}),
    ("a page, 4 turns", {"page": "/page-3", "min_turns": 4}),
    ("a language nobody speaks", {"language": "xx"}),
]
VISITOR_FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("no filter", {}),
    ("engaged", {"did": "engaged"}),
    ("booked a demo", {"did": "booked"}),
    ("hot in France", {"scores": [5], "country": "FR"}),
    ("a name", {"search": "person 77"}),
]


def lists(name: str, sites: list[str] | None, first: date, last: date) -> Iterator[Question]:
    """Pages and counts of the lists."""
    window = {"from": str(first), "to": str(last)}

    def ask(
        label: str, function: str, passed: dict[str, Any], goal: float, **more: Any
    ) -> Question:
        arguments = {"p_site_domains": sites, "p_filter": window | passed, **more}
        return Question(f"{label} ({name})", function, arguments, goal)

    for label, passed in CONVERSATION_FILTERS:
        yield ask(f"conversations: {label}", "list_conversations", passed, LIST_MS)
        yield ask(f"count conversations: {label}", "count_conversations", passed, COUNT_MS)
    later = datetime.combine(first + (last - first) / 2, datetime.min.time(), UTC)
    cursor = {
        "started_at": later.isoformat(),
        "site_domain": HALF,
        "id": "80000000-0000-4000-8000-000000000000",
    }
    yield ask("conversations: a later page", "list_conversations", {}, LIST_MS, p_after=cursor)
    for word in ("the", "zanzibar", "word4999 word2"):
        passed = {"search": word}
        yield ask(f"conversations with “{word}”", "list_conversations", passed, SEARCH_MS)
        yield ask(f"count with “{word}”", "count_conversations", passed, COUNT_MS)
    visitors = "get_visitor_stats_with_intent"
    for label, passed in VISITOR_FILTERS:
        yield ask(f"visitors: {label}", visitors, passed, LIST_MS)
        yield ask(f"count visitors: {label}", "count_visitors", passed, COUNT_MS)
    yield ask("visitors by score", visitors, {}, LIST_MS, p_sort="score")
    middle = {
        "last_day": str(first + (last - first) / 2),
        "last_seen_at": later.isoformat(),
        "id": cursor["id"],
        "site_domain": HALF,
    }
    yield ask("visitors: a later page", visitors, {}, LIST_MS, p_after=middle)
    accounts = "get_account_stats_with_intent"
    yield ask("accounts", accounts, {}, LIST_MS)
    yield ask("accounts by conversations", accounts, {}, LIST_MS, p_sort="conversations")
    yield ask("count accounts", "count_accounts", {}, COUNT_MS)


def fill(address: Address, sessions: int) -> float:
    """Load everything; gives the seconds it took."""
    script = SCRIPT.read_text().replace(":sessions", str(sessions))
    started = perf_counter()
    with psycopg.connect(address.login("supabase_admin"), autocommit=True) as admin:
        psycopg.ClientCursor(admin).execute(script)  # type: ignore[arg-type]
        admin.execute("vacuum analyze")
    return perf_counter() - started


def ask_database(person: psycopg.Connection[Any], question: Question) -> float:
    """Milliseconds of one call in the database, every row fetched."""
    names = ", ".join(f"{name} => %({name})s" for name in question.arguments)
    values = {
        name: Jsonb(value) if isinstance(value, dict) else value
        for name, value in question.arguments.items()
    }
    query = f"select * from public.{question.function}({names})"
    started = perf_counter()
    person.execute(query, values).fetchall()  # type: ignore[arg-type]
    return (perf_counter() - started) * 1e3


def ask_server(client: httpx.Client, question: Question) -> float:
    """Milliseconds of one call over HTTP."""
    started = perf_counter()
    answer = client.post(f"/rest/v1/rpc/{question.function}", json=question.arguments)
    taken = (perf_counter() - started) * 1e3
    answer.raise_for_status()
    return taken


def measure(sessions: int, options: argparse.Namespace) -> dict[str, Answer]:
    """Fill a database, or take the one that is kept, start the server, ask everything."""
    kept = Path(options.keep) / str(sessions) if options.keep else None
    with real_server(kept) as (_process, port, address):
        if kept is None or not is_filled(address):
            seconds = fill(address, sessions)
            print(
                f"{sessions:,} sessions, {sessions // 5:,} conversations: {seconds:.0f} s to load"
            )
        if options.fill:
            return {}
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120)
        token = client.post(
            "/auth/v1/token?grant_type=password",
            json={"email": "admin@admin.com", "password": "admin"},
        ).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        with psycopg.connect(address.with_role("authenticated"), autocommit=True) as person:
            claims = json.dumps({"role": "authenticated", "sub": token["user"]["id"]})
            person.execute("select set_config('request.jwt.claims', %s, false)", [claims])
            return {
                question.label: answer(person, client, question)
                for question in track([q for q in questions() if options.only in q.label])
            }


def is_filled(address: Address) -> bool:
    """Whether an earlier run loaded it."""
    with psycopg.connect(address.login("supabase_admin")) as admin:
        return bool(
            admin.execute(
                "select exists (select from public.domains where site_domain = %s)", [HALF]
            ).fetchone()[0]  # type: ignore[index]
        )


def answer(person: psycopg.Connection[Any], client: httpx.Client, question: Question) -> Answer:
    """Ask often enough for a p95; what takes seconds, less often."""
    first = max(ask_database(person, question), ask_server(client, question))
    repeats = REPEATS if first < 1000 else 3
    return Answer(
        [ask_database(person, question) for _ in range(repeats)],
        [ask_server(client, question) for _ in range(repeats)],
    )


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[18] if len(values) > 1 else values[0]


def report(full: dict[str, Answer], tenth: dict[str, Answer]) -> None:
    """The table: median and p95 in the database, p95 over HTTP, the goal, the growth."""
    print(f"{'milliseconds':<58}{'median':>9}{'p95':>9}{'HTTP p95':>10}{'goal':>7}{'growth':>8}")
    for question in questions():
        if question.label not in full:
            continue
        taken = full[question.label]
        over = p95(taken.over_http) > question.goal
        growth = ""
        if question.label in tenth:
            factor = median(taken.in_database) / median(tenth[question.label].in_database)
            growth = f"{factor:.2f}"
        print(
            f"{'✗' if over else '✓'} {question.label:<56}{median(taken.in_database):9.1f}"
            f"{p95(taken.in_database):9.1f}{p95(taken.over_http):10.1f}{question.goal:7.0f}"
            f"{growth:>8}"
        )
    print(f"growth: beside a tenth of the data; figures from rollups may grow {GROWTH} times")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factor", type=float, default=1.0, help="of the full size")
    parser.add_argument("--alone", action="store_true", help="without a tenth of it beside")
    parser.add_argument("--keep", help="a folder for the databases, to ask them again")
    parser.add_argument("--fill", action="store_true", help="load only")
    parser.add_argument("--only", default="", help="questions whose label holds this text")
    options = parser.parse_args()
    sessions = int(SESSIONS * options.factor)
    tenth = {} if options.alone else measure(sessions // 10, options)
    full = measure(sessions, options)
    if not options.fill:
        report(full, tenth)


if __name__ == "__main__":
    main()
