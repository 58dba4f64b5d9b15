"""How many events a second capture takes in over HTTP, and whether each of them arrived once.

Batches of 100 widget events from visitors of whom 10 % are new; 5 % of the events come days late,
2 % are repeated. A real server with its own PostgreSQL (fsync on) is started for it; senders,
server and database share this machine. Run: python -m benchmarks.capture
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx
import orjson
import psutil
import psycopg

from backoffice.settings import Settings
from backoffice.stack.address import Address, find_address
from backoffice.stack.processes import wait_until
from backoffice.stack.runtime import load
from backoffice.stack.throwaway import free_port

SITE = "bench.example"
BATCH = 100
VISITORS = 200
WARM_UP = 30
GOAL = 5_000
USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/129.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.4 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
)
NAMES = ("$pageview", "widget_displayed", "widget_opened", "message_sent", "cta_displayed")
WEIGHTS = (40, 35, 10, 10, 5)


@dataclass(frozen=True, slots=True)
class Work:
    """Requests made beforehand, so that making them costs no time of the measured kind."""

    bodies: list[bytes]
    uuids: frozenset[str]


@dataclass(slots=True)
class Tally:
    """What the senders saw."""

    seconds: list[float] = field(default_factory=list)
    stored: int = 0
    duplicates: int = 0
    retries: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float, answer: dict[str, Any]) -> None:
        """Note one acknowledged batch."""
        with self.lock:
            self.seconds.append(seconds)
            self.stored += answer["stored"]
            self.duplicates += answer["duplicates"]


def make_work(key: str, batches: int, seed: int) -> Work:
    """Batches of events as a busy site's visitors send them."""
    chance = random.Random(seed)
    now = datetime.now(UTC)
    sent: list[dict[str, Any]] = []
    bodies: list[bytes] = []
    for _ in range(batches):
        batch = [
            chance.choice(sent)
            if sent and chance.random() < 0.02
            else _event(chance, now - timedelta(seconds=chance.random() * 1800))
            for _ in range(BATCH)
        ]
        sent.extend(batch)
        bodies.append(orjson.dumps({"api_key": key, "batch": batch}))
    return Work(bodies, frozenset(event["uuid"] for event in sent))


def _event(chance: random.Random, when: datetime) -> dict[str, Any]:
    if chance.random() < 0.05:
        when -= timedelta(days=chance.randint(1, 30))
    visitor = chance.randrange(VISITORS)
    if chance.random() < 0.1:
        visitor = chance.randrange(10**6, 10**12)
    return {
        "event": chance.choices(NAMES, WEIGHTS)[0],
        "uuid": str(UUID(int=chance.getrandbits(128), version=4)),
        "distinct_id": f"visitor-{visitor}",
        "timestamp": when.isoformat(),
        "properties": {
            "$session_id": f"session-{visitor}-{when.date()}",
            "$current_url": f"https://www.{SITE}/page-{chance.randrange(40)}?ref=bench",
            "$referrer": "https://www.google.com/",
            "$raw_user_agent": USER_AGENTS[visitor % len(USER_AGENTS)],
            "$ip": f"10.{visitor % 200}.{visitor % 250}.7",
            "$browser_language": "en-GB",
            "$screen_height": 1080,
            "$screen_width": 1920,
            "$lib": "web",
            "$lib_version": "1.200.0",
        },
    }


def send_all(address: tuple[str, int], bodies: Sequence[bytes], senders: int) -> Tally:
    """Send every body over `senders` kept-alive connections; a 503 is sent again."""
    tally = Tally()
    with ThreadPoolExecutor(senders) as pool:
        futures = [
            pool.submit(_send, address, bodies[number::senders], tally) for number in range(senders)
        ]
        for future in futures:
            future.result()
    return tally


def _send(address: tuple[str, int], bodies: Sequence[bytes], tally: Tally) -> None:
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for body in bodies:
            head = (
                "POST /batch/ HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                f"User-Agent: bench\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            started = time.perf_counter()
            while True:
                connection.sendall(head + body)
                status, content = _receive(connection)
                if status != 503:
                    break
                tally.retries += 1
                time.sleep(0.1)
            if status != 200:
                raise RuntimeError(f"{status}: {content[:300].decode()}")
            tally.add(time.perf_counter() - started, orjson.loads(content))


def _receive(connection: socket.socket) -> tuple[int, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _chunk(connection)
    head, _, content = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(content) < length:
        content += _chunk(connection)
    return int(head.split(b" ", 2)[1]), content


def _chunk(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionError("the server hung up")
    return chunk


@contextmanager
def real_server(kept: Path | None = None) -> Iterator[tuple[psutil.Process, int, Address]]:
    """`backoffice serve` on an empty data folder: its process, its port, its database.

    With `kept`, on that folder, which stays as it is left.
    """
    with TemporaryDirectory(prefix="backoffice-bench-") as name:
        folder = kept or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        # The account PostgreSQL runs as, when we are root, has to get through.
        folder.chmod(0o711)
        port = free_port()
        settings = Settings(data_dir=folder / "data", port=port, database_url=None, demo=False)
        environment = {
            **{key: value for key, value in os.environ.items() if "BACKOFFICE" not in key},
            "BACKOFFICE_DATA_DIR": str(settings.data_dir),
            "BACKOFFICE_DEMO": "false",
            "BACKOFFICE_LOG_LEVEL": "warning",
            "PORT": str(port),
        }
        command = [str(Path(sys.executable).with_name("backoffice")), "serve"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                if not wait_until(lambda: _healthy(port), 60):
                    raise RuntimeError("the server did not start")
                address = find_address(settings, load(settings))
                yield psutil.Process(process.pid), port, address
            finally:
                process.send_signal(signal.SIGTERM)


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").is_success
    except httpx.TransportError:
        return False


def make_site(address: Address) -> str:
    """A domain to capture for; gives its public key."""
    with psycopg.connect(address.with_role("service_role"), autocommit=True) as connection:
        connection.execute(
            "select private.create_domain(%s, 'Bench', 'Europe/Paris', 'Bench')", [SITE]
        )
        row = connection.execute(
            "select key from private.mint_key(%s, 'public', 'bench')", [SITE]
        ).fetchone()
    assert row is not None
    return str(row[0])


def check(address: Address, work: Sequence[Work], tallies: Sequence[Tally]) -> None:
    """Fail unless every event arrived once and the Dashboard's figures equal a recount."""
    expected = frozenset().union(*(part.uuids for part in work))
    with psycopg.connect(address.login("postgres"), autocommit=True) as connection:
        stored = [
            row[0]
            for row in connection.execute(
                "select uuid::text from public.events where site_domain = %s", [SITE]
            )
        ]
        recount = connection.execute(
            "select day, count(*) filter (where name = 'widget_displayed'),"
            " count(*) filter (where name = 'widget_opened'),"
            " count(distinct visitor_id) filter (where name = 'widget_displayed')"
            " from public.counted_events where site_domain = %s"
            " and name in ('widget_displayed', 'widget_opened') group by day order by day",
            [SITE],
        ).fetchall()
        admin = connection.execute(
            "select id::text from auth.users where email = 'admin@admin.com'"
        ).fetchone()
    assert admin is not None
    with psycopg.connect(address.with_role("authenticated"), autocommit=True) as connection:
        connection.execute(
            "select set_config('request.jwt.claims', %s, false)",
            [orjson.dumps({"role": "authenticated", "sub": admin[0]}).decode()],
        )
        reported = connection.execute(
            "select day, displays, opens, displayed_visitors from public.get_widget_display_stats("
            " array[%s], current_date - 60, current_date + 1)"
            " where displays > 0 or opens > 0 order by day",
            [SITE],
        ).fetchall()
    if len(stored) != len(expected) or set(stored) != expected:
        raise SystemExit(f"{len(stored)} events stored, {len(expected)} sent")
    if sum(tally.stored for tally in tallies) != len(expected):
        raise SystemExit("the answers do not add up to the events sent")
    if reported != recount:
        raise SystemExit("the reported figures differ from a recount")


def processor_seconds(server: psutil.Process) -> dict[str, float]:
    """Processor time so far: the server, its PostgreSQL, and the senders in this process."""
    spent = {"server": 0.0, "PostgreSQL": 0.0, "senders": sum(psutil.Process().cpu_times()[:2])}
    for process in (server, *server.children(recursive=True)):
        try:
            times = process.cpu_times()
            kind = "PostgreSQL" if process.name() == "postgres" else "server"
        except psutil.NoSuchProcess:
            continue
        # A backend that ended meanwhile is in its parent's children times.
        spent[kind] += sum(times[:2]) if process == server else sum(times[:4])
    return spent


def main(batches: int = 600, senders: int = 16) -> None:
    """Measure and print."""
    with real_server() as (server, port, address):
        key = make_site(address)
        warm_up, work = make_work(key, WARM_UP, seed=1), make_work(key, batches, seed=2)
        warmed = send_all(("127.0.0.1", port), warm_up.bodies, senders)
        before = processor_seconds(server)
        started = time.perf_counter()
        tally = send_all(("127.0.0.1", port), work.bodies, senders)
        elapsed = time.perf_counter() - started
        after = processor_seconds(server)
        resident = server.memory_info().rss / 2**20
        check(address, [warm_up, work], [warmed, tally])
    percentiles = quantiles(tally.seconds, n=100)
    rate = batches * BATCH / elapsed
    print(
        f"capture: {rate:,.0f} events/s (goal {GOAL:,}), {batches} batches of {BATCH},"
        f" {senders} senders, {os.cpu_count()} cores"
    )
    print(
        f"  a batch: median {percentiles[49] * 1e3:.0f} ms, p99 {percentiles[98] * 1e3:.0f} ms;"
        f" {tally.duplicates} repeated events recognised, {tally.retries} requests sent again"
    )
    spent = ", ".join(
        f"{kind} {(after[kind] - before[kind]) / batches * 1e3:.1f} ms" for kind in after
    )
    print(f"  processor time a batch: {spent}; server process {resident:.0f} MiB resident")
    print("  every event arrived exactly once; reported figures equal a recount")


if __name__ == "__main__":
    main()
