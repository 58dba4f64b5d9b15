"""How long every page's questions take with a year of a busy platform in one database.

5,000,000 sessions, 1,000,000 conversations and 10,000,000 messages of five domains, one with half
of them; a tenth of that beside it, to see what grows. Each question is asked as a signed-in
administrator, in the database and over HTTP.

Run: python -m benchmarks.scale [--factor 0.1] [--alone] [--keep FOLDER] [--write FILE]
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from math import inf
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import httpx
import psutil
import psycopg
from psycopg.types.json import Jsonb
from rich.progress import track

from backoffice.stack.address import Address
from benchmarks.capture import real_server
from benchmarks.machine import machine
from benchmarks.questions import FIGURES_MS, HALF, Question, questions

SCRIPT = Path(__file__).with_name("scale.sql")
SESSIONS = 5_000_000
# How often a question is asked, by the milliseconds that it took less than at first: what else a
# machine does now and then moves the p95 of few calls, and the medians of short ones.
REPEATS = {50: 50, 1000: 20, inf: 3}
GROWTH = 1.3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question took, in milliseconds; `in_tenth` with a tenth of the data, if asked."""

    in_database: list[float]
    over_http: list[float]
    in_tenth: list[float]


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


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person's connection; of httpx, each call would measure 1.5 ms of its own."""

    connection: HTTPConnection
    token: str

    def ask(self, question: Question) -> float:
        """Milliseconds of one call over HTTP, the whole answer read."""
        path = f"/rest/v1/rpc/{question.function}"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = json.dumps(question.arguments)
        started = perf_counter()
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        taken = (perf_counter() - started) * 1e3
        if answer.status != 200:
            raise SystemExit(f"{question.label}: {answer.status} {content.decode()}")
        return taken

    def begin(self) -> None:
        """Connect anew: the server hangs up on who was silent for some seconds."""
        self.connection.close()
        self.connection.connect()


@dataclass(frozen=True, slots=True)
class Asked:
    """A filled database: a person's connection to it, and to the server before it."""

    person: psycopg.Connection[Any]
    caller: Caller


@contextmanager
def filled(sessions: int, options: argparse.Namespace) -> Iterator[Asked]:
    """Fill a database, or take the one that is kept, start the server and sign in."""
    kept = Path(options.keep) / str(sessions) if options.keep else None
    with real_server(kept) as (_process, port, address):
        if kept is None or not is_filled(address):
            seconds = fill(address, sessions)
            print(f"{sessions:,} sessions loaded in {seconds:.0f} s")
        token = httpx.post(
            f"http://127.0.0.1:{port}/auth/v1/token?grant_type=password",
            json={"email": "admin@admin.com", "password": "admin"},
        ).json()
        caller = Caller(HTTPConnection("127.0.0.1", port, timeout=120), token["access_token"])
        with psycopg.connect(address.with_role("authenticated"), autocommit=True) as person:
            claims = json.dumps({"role": "authenticated", "sub": token["user"]["id"]})
            person.execute("select set_config('request.jwt.claims', %s, false)", [claims])
            yield Asked(person, caller)


def is_filled(address: Address) -> bool:
    """Whether an earlier run loaded it."""
    with psycopg.connect(address.login("supabase_admin")) as admin:
        return bool(
            admin.execute(
                "select exists (select from public.domains where site_domain = %s)", [HALF]
            ).fetchone()[0]  # type: ignore[index]
        )


def answer(full: Asked, tenth: Asked | None, question: Question) -> Answer:
    """Ask often enough for a p95; what takes seconds, less often. Both databases in turn, so that
    what else the machine does is the same for both."""
    full.caller.begin()
    first = max(full.caller.ask(question), ask_database(full.person, question))
    if tenth is not None:
        ask_database(tenth.person, question)
    taken = Answer([], [], [])
    repeats = next(number for limit, number in REPEATS.items() if first < limit)
    for _ in range(repeats):
        taken.in_database.append(ask_database(full.person, question))
        if tenth is not None:
            taken.in_tenth.append(ask_database(tenth.person, question))
    full.caller.begin()
    taken.over_http.extend(full.caller.ask(question) for _ in range(repeats))
    return taken


def on_one_processor(full: Asked, tenth: Asked) -> None:
    """Let both databases answer on the same processor, where that can be asked for.

    Of a machine that is shared, one processor is slower than another for minutes.
    """
    for asked in (full, tenth):
        answering = psutil.Process(asked.person.info.backend_pid)
        if hasattr(answering, "cpu_affinity"):
            answering.cpu_affinity(answering.cpu_affinity()[-1:])


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[18] if len(values) > 1 else values[0]


def undisturbed(values: list[float]) -> float:
    """The first quartile: what else the machine does moves medians of milliseconds by a third."""
    return quantiles(values, n=4)[0] if len(values) > 1 else values[0]


def rows(answers: dict[str, Answer]) -> list[str]:
    """The lines of a Markdown table: what is over a goal is marked."""
    lines = [
        "| question | median | p95 | HTTP p95 | goal | beside a tenth |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for question in questions():
        if question.label not in answers:
            continue
        taken = answers[question.label]
        slow = max(p95(taken.in_database), p95(taken.over_http)) > question.goal
        growth, grew = "", False
        if taken.in_tenth:
            factor = undisturbed(taken.in_database) / undisturbed(taken.in_tenth)
            grew = question.goal == FIGURES_MS and factor > GROWTH
            growth = f"{factor:.2f}" + (" ✗" if grew else "")
        lines.append(
            f"| {question.label} | {median(taken.in_database):.1f} | {p95(taken.in_database):.1f}"
            f" | {p95(taken.over_http):.1f}{' ✗' if slow else ''} | {question.goal:.0f}"
            f" | {growth} |"
        )
    return lines


def report(sessions: int, answers: dict[str, Answer]) -> str:
    """The table with what it means."""
    lines = rows(answers)
    missed = sum("✗" in line for line in lines)
    return "\n".join(
        [
            "# A year of a busy platform in one database",
            "",
            f"{sessions:,} sessions, {sessions // 5:,} conversations and {sessions * 2:,} messages"
            " of five domains; `half.example` has half of them. Milliseconds of calls in a row,"
            " warm, as a signed-in administrator: in the database, and over HTTP through the"
            f" server. Figures that rollups answer may take {GROWTH} times what they take with a"
            " tenth of the data, asked in turn, each by its first quartile. ✗ marks what is over"
            " its goal.",
            "",
            f"Measured by `make bench-scale` on: {machine()}.",
            "",
            *lines,
            "",
            f"{len(lines) - 2 - missed} of {len(lines) - 2} within their goals.",
            "",
        ]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factor", type=float, default=1.0, help="of the full size")
    parser.add_argument("--alone", action="store_true", help="without a tenth of it beside")
    parser.add_argument("--keep", help="a folder for the databases, to ask them again")
    parser.add_argument("--fill", action="store_true", help="load only")
    parser.add_argument("--only", default="", help="questions whose label matches this pattern")
    parser.add_argument("--write", type=Path, help="a file for the table, besides printing it")
    options = parser.parse_args()
    sessions = int(SESSIONS * options.factor)
    with ExitStack() as stack:
        tenth = None if options.alone else stack.enter_context(filled(sessions // 10, options))
        full = stack.enter_context(filled(sessions, options))
        if options.fill:
            return
        if tenth is not None:
            on_one_processor(full, tenth)
        answers = {
            question.label: answer(full, tenth, question)
            for question in track([q for q in questions() if re.search(options.only, q.label)])
        }
    table = report(sessions, answers)
    print(table)
    if options.write:
        options.write.write_text(table)


if __name__ == "__main__":
    main()
