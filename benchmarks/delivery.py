"""How many times a second a website's configuration is downloaded, and how soon a save is seen.

`wrk`, a real server with its own PostgreSQL and whoever saves meanwhile share this machine. Run:
python -m benchmarks.delivery
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

from benchmarks.capture import SITE, make_site, real_server

CONNECTIONS = 32
SECONDS = 10
RATE_GOAL = 2_000
P99_GOAL = 25
SEEN_GOAL = 1.0
_LUA = """
%s
done = function(summary, latency)
  io.write(string.format("RESULT %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""
_RESULT = re.compile(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)")
_GZIP = 'wrk.headers["Accept-Encoding"] = "gzip"'


@dataclass(slots=True)
class Editor:
    """Saves a setting, waits until it is downloaded, and does it again until told to stop."""

    client: httpx.Client
    address: str
    seconds: list[float] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Note how long each save took to be seen, from when it was answered."""
        version = 0
        while not self.stopped.is_set():
            name = f"Rose {version}"
            answer = self.client.put(
                f"/content/v1/domains/{SITE}/configs/identity",
                json={"version": version, "config": {"agent_name": name}},
            )
            answer.raise_for_status()
            version = answer.json()["version"]
            saved = time.perf_counter()
            while self._name() != name:
                if time.perf_counter() - saved > 10:
                    raise SystemExit("a save was not seen within ten seconds")
            self.seconds.append(time.perf_counter() - saved)
            self.stopped.wait(0.5)

    def _name(self) -> str:
        body = self.client.get(self.address).json()
        return str(body["config"]["identity"]["agent_name"])


def load(url: str, folder: Path, lines: str) -> tuple[float, float, float]:
    """Requests a second, and their p50 and p99 in milliseconds. Fails if any is refused."""
    script = folder / "load.lua"
    script.write_text(_LUA % lines)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = _RESULT.search(done.stdout)
    assert found is not None, done.stdout
    requests, duration, failed, p50, p99 = map(int, found.groups())
    if failed:
        raise SystemExit(f"{failed} of {requests} downloads failed")
    return requests / duration * 1e6, p50 / 1e3, p99 / 1e3


def sign_in(url: str) -> httpx.Client:
    """A client of the seeded admin."""
    anon = httpx.get(f"{url}/config.json").json()["supabaseAnonKey"]
    answer = httpx.post(
        f"{url}/auth/v1/token?grant_type=password",
        headers={"apikey": anon},
        json={"email": "admin@admin.com", "password": "admin"},
    )
    token = answer.raise_for_status().json()["access_token"]
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def main() -> None:
    """Measure and print."""
    if shutil.which("wrk") is None:
        raise SystemExit("benchmarks.delivery needs wrk: apt-get install wrk")
    with TemporaryDirectory() as name, real_server() as (server, port, address):
        url = f"http://127.0.0.1:{port}"
        key = make_site(address)
        path = f"/widget/v1/{key}/config.json"
        first = httpx.get(url + path).raise_for_status()
        print(
            f"delivery: {len(first.content):,} bytes, one process, {CONNECTIONS} connections,"
            f" {os.cpu_count()} cores"
        )
        tag = first.headers["etag"].replace('"', '\\"')
        kinds = {
            "whole, compressed": _GZIP,
            "unchanged (304)": f'wrk.headers["If-None-Match"] = "{tag}"',
        }
        for kind, lines in kinds.items():
            before = sum(server.cpu_times()[:2])
            rate, p50, p99 = load(url + path, Path(name), lines)
            spent = (sum(server.cpu_times()[:2]) - before) / (rate * SECONDS)
            print(
                f"  {kind}: {rate:,.0f}/s (goal {RATE_GOAL:,}), p50 {p50:.1f} ms,"
                f" p99 {p99:.1f} ms (goal {P99_GOAL}); {spent * 1e6:.0f} µs of processor each"
            )
        with sign_in(url) as client:
            editor = Editor(client, path)
            thread = threading.Thread(target=editor.run)
            thread.start()
            rate, p50, p99 = load(url + path, Path(name), _GZIP)
            editor.stopped.set()
            thread.join()
        print(
            f"  while somebody saves: {rate:,.0f}/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms;"
            f" {len(editor.seconds)} saves, the slowest seen after"
            f" {max(editor.seconds) * 1e3:.0f} ms (goal {SEEN_GOAL * 1e3:.0f})"
        )
        print(f"  server process {psutil.Process(server.pid).memory_info().rss / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
