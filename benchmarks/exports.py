"""How much memory the server takes to export 100,000 conversations over HTTP, and how long.

As CSV, as JSON, three at once (as many as run at a time), and by a reader that is slow, which must
not make the server keep what was not read. Run: python -m benchmarks.exports [rows]
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import psycopg

from backoffice.stack.address import Address
from benchmarks.capture import real_server

SCRIPT = Path(__file__).with_name("exports.sql")
ROWS = 100_000
AT_ONCE = 3
GOAL_MIB = 150.0
SAMPLE_SECONDS = 0.01
PAUSE_SECONDS = 0.005


@dataclass(slots=True)
class Memory:
    """What a process held while something ran, in MiB."""

    before: float
    peak: float = 0.0
    seconds: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)


def resident(process: psutil.Process) -> float:
    """The memory of a process, in MiB."""
    return float(process.memory_info().rss) / 2**20


@contextmanager
def watched(process: psutil.Process) -> Iterator[Memory]:
    """Notes the most that a process holds until the block ends, and how long that took."""
    memory = Memory(resident(process))

    def watch() -> None:
        while not memory.done.wait(SAMPLE_SECONDS):
            memory.peak = max(memory.peak, resident(process))

    watcher = threading.Thread(target=watch)
    started = time.perf_counter()
    watcher.start()
    try:
        yield memory
    finally:
        memory.seconds = time.perf_counter() - started
        memory.done.set()
        watcher.join()


def fill(address: Address, rows: int) -> None:
    """Load the conversations."""
    with psycopg.connect(address.login("supabase_admin"), autocommit=True) as admin:
        script = SCRIPT.read_text().replace(":rows", str(rows))
        psycopg.ClientCursor(admin).execute(script)  # type: ignore[arg-type]


def export(client: httpx.Client, form: str, rows: int, pause: float = 0.0) -> int:
    """Read one export to its end; gives its bytes. Fails unless it holds every row."""
    taken, lines, last = 0, 0, b""
    query = {"domains": "export.example"}
    with client.stream("GET", f"/export/v1/conversations.{form}", params=query) as answer:
        answer.raise_for_status()
        for part in answer.iter_raw():
            taken += len(part)
            lines += part.count(b"\n")
            last = part
            if pause:
                time.sleep(pause)
    assert last.endswith(b"\n")
    # A line of names in CSV; in JSON, one begins the array and one ends it.
    held = lines - (2 if form == "json" else 1)
    if held != rows:
        raise SystemExit(f"{held} rows of {rows} in {form}")
    return taken


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with real_server() as (process, port, address):
        fill(address, rows)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120)
        token = client.post(
            "/auth/v1/token?grant_type=password",
            json={"email": "admin@admin.com", "password": "admin"},
        ).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        print(f"exports of {rows:,} conversations over HTTP:")
        peak = 0.0

        def tell(label: str, memory: Memory, taken: int) -> None:
            print(
                f"  {label}: {memory.seconds:.1f} s, {taken / 1e6:.0f} MB; server"
                f" {memory.before:.0f} MiB before, {memory.peak:.0f} MiB at most"
            )

        for form in ("csv", "json"):
            with watched(process) as memory:
                taken = export(client, form, rows)
            tell(form, memory, taken)
            peak = max(peak, memory.peak)
        with watched(process) as memory, ThreadPoolExecutor(AT_ONCE) as pool:
            taken = sum(pool.map(lambda form: export(client, form, rows), ["csv", "json", "csv"]))
        tell(f"{AT_ONCE} at once", memory, taken)
        peak = max(peak, memory.peak)
        with watched(process) as memory:
            taken = export(client, "csv", rows, PAUSE_SECONDS)
        tell("a slow reader", memory, taken)
        peak = max(peak, memory.peak)
        print(f"  peak of the server process: {peak:.0f} MiB (goal {GOAL_MIB:.0f})")


if __name__ == "__main__":
    main()
