"""How fast REST answers, beside the same SQL in pgbench, and whether its memory stays flat.

`wrk`, the server (two processes), pgbench and PostgreSQL share this machine; ids are random, so no
answer is that of the request before. Run: python -m benchmarks.rest
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import orjson
import psutil
import psycopg
from joserfc import jwt
from joserfc.jwk import OctKey

from backoffice.rest.authenticate import Identity
from backoffice.rest.environment import read_options
from backoffice.settings import Settings
from backoffice.stack.address import Address, embedded_address
from backoffice.stack.bootstrap import bootstrap
from backoffice.stack.processes import wait_until
from backoffice.stack.runtime import load, running_cluster
from backoffice.stack.throwaway import free_port
from benchmarks.rest_ceiling import Request, pgbench, script

CONNECTIONS = 16
PROCESSES = 2
SECONDS = 8
BOOKS = 10_000
SECRET = "a secret that only this benchmark knows"  # noqa: S105
GOALS = {"one row": 0.25, "list of 25 with an embed": 0.55}
FLAT_REQUESTS = 200_000

SCHEMA = """
create schema bench;
grant usage on schema bench to authenticated;
create table bench.authors (id int primary key, name text not null);
create table bench.books (
  id int primary key, title text not null, pages int not null, price numeric not null,
  published date not null, author_id int not null references bench.authors
);
create table bench.notes (
  id bigint generated always as identity primary key, book_id int, text text
);
insert into bench.authors select n, 'Author ' || n from generate_series(1, 500) as n;
insert into bench.books
  select n, 'Book ' || n, n % 700, n % 40, date '2020-01-01' + n % 2000, n % 500 + 1
  from generate_series(1, 10000) as n;
grant select on bench.authors, bench.books to authenticated;
grant select, insert on bench.notes to authenticated;
create function bench.next_book(after int) returns setof bench.books language sql stable as
  'select * from bench.books where id >= after order by id limit 1';
alter table bench.books enable row level security;
create policy everybody on bench.books to authenticated using (true);
analyze;
"""

REQUESTS = (
    Request("one row", "GET", "/books?id=eq.{id}", ids=BOOKS),
    Request(
        "list of 25 with an embed",
        "GET",
        "/books?select=id,title,price,author:authors(id,name)&id=gt.{id}&order=id&limit=25",
        ids=BOOKS - 25,
    ),
    Request("insert", "POST", "/notes", '{"book_id": "{id}", "text": "A note of {id}"}', BOOKS),
    Request("function", "POST", "/rpc/next_book", '{"after": "{id}"}', BOOKS),
)

_LUA = """
math.randomseed(os.time())
wrk.method = "%(method)s"
%(headers)s
local path, body = %(path)s, %(body)s
request = function()
  local id = tostring(math.random(1, %(ids)d))
  local sent = body and string.gsub(body, "{id}", id) or nil
  return wrk.format(nil, (string.gsub(path, "{id}", id)), nil, sent)
end
done = function(summary, latency)
  io.write(string.format("RESULT %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""
_RESULT = re.compile(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)")


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw; latencies in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Server:
    """A running `backoffice rest`."""

    process: psutil.Process
    url: str
    headers: Mapping[str, str]
    folder: Path

    def load(self, request: Request, seconds: int) -> Load:
        """Send a request over and over. Fails if any is refused."""
        lines = [f"wrk.headers[{_quoted(k)}] = {_quoted(v)}" for k, v in self.headers.items()]
        if request.body:
            lines.append('wrk.headers["Content-Type"] = "application/json"')
        lua = self.folder / "load.lua"
        lua.write_text(
            _LUA
            % {
                "method": request.method,
                "headers": "\n".join(lines),
                "path": _quoted(request.path),
                "body": _quoted(request.body) if request.body else "nil",
                "ids": request.ids,
            }
        )
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(lua), self.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = _RESULT.search(done.stdout)
        assert found is not None, done.stdout
        requests, duration, failed, p50, p99 = map(int, found.groups())
        if failed:
            raise SystemExit(f"{request.name}: {failed} of {requests} requests failed")
        return Load(requests, requests / duration * 1e6, p50 / 1e3, p99 / 1e3)

    def resident(self) -> float:
        """Memory of the server's processes, in MiB; what they share counts once."""
        family = (self.process, *self.process.children())
        return sum(process.memory_full_info().pss for process in family) / 2**20


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def environment(address: Address, port: int) -> dict[str, str]:
    """PostgREST's own variables."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("BACKOFFICE", "PGRST"))}
    return {
        **inherited,
        "PGRST_DB_URI": address.login("authenticator"),
        "PGRST_DB_SCHEMAS": "bench",
        # Connections do not spread evenly over the processes, so either may need them all.
        "PGRST_DB_POOL": str(CONNECTIONS),
        "PGRST_JWT_SECRET": SECRET,
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(port),
    }


@contextmanager
def real_database() -> Iterator[tuple[Address, Path]]:
    """A PostgreSQL with its disk writes on, as the product runs it."""
    with TemporaryDirectory(prefix="backoffice-bench-") as name:
        folder = Path(name)
        # The account PostgreSQL runs as, when we are root, has to get through.
        folder.chmod(0o711)
        settings = Settings(data_dir=folder / "data", database_url=None, demo=False)
        keys = load(settings)
        with running_cluster(settings, keys) as cluster:
            address = embedded_address(cluster.postmaster(), keys)
            bootstrap(address)
            with psycopg.connect(address.login("supabase_admin"), autocommit=True) as connection:
                connection.execute(SCHEMA)
            yield address, folder


@contextmanager
def real_server(variables: Mapping[str, str], folder: Path, processes: int) -> Iterator[Server]:
    """`backoffice rest`, until the block ends."""
    url = f"http://127.0.0.1:{variables['PGRST_SERVER_PORT']}"
    token = jwt.encode({"alg": "HS256"}, {"role": "authenticated"}, OctKey.import_key(SECRET))
    headers = {"Authorization": f"Bearer {token}"}
    command = [str(Path(sys.executable).with_name("backoffice")), "rest"]
    command += ["--processes", str(processes)]

    def ready() -> bool:
        try:
            return httpx.get(f"{url}/books?limit=1", headers=headers).is_success
        except httpx.TransportError:
            return False

    with subprocess.Popen(command, env=dict(variables), stdout=subprocess.DEVNULL) as process:
        try:
            if not wait_until(ready, 30):
                raise SystemExit("the server did not start")
            parent = psutil.Process(process.pid)
            assert wait_until(lambda: len(parent.children()) == processes - 1, 10)
            time.sleep(2)
            yield Server(parent, url, headers, folder)
        finally:
            process.terminate()


def compare(server: Server, variables: Mapping[str, str], request: Request, seconds: int) -> None:
    """Measure one request and its ceiling, and print both."""
    options = read_options(variables)
    identity = Identity("authenticated", orjson.dumps({"role": "authenticated"}).decode(), False)
    sent = {"host": server.url.removeprefix("http://"), **server.headers}
    file = server.folder / "ceiling.sql"
    file.write_text(asyncio.run(script(options.uri, options.config, request, sent, identity)))
    server.load(request, 2)
    measured = server.load(request, seconds)
    ceiling = pgbench(options.uri, file, CONNECTIONS, seconds)
    goal = f" (goal {GOALS[request.name]})" if request.name in GOALS else ""
    print(
        f"  {request.name}: {measured.rate:,.0f}/s, p50 {measured.p50:.1f} ms,"
        f" p99 {measured.p99:.1f} ms; pgbench {ceiling:,.0f}/s;"
        f" ratio {measured.rate / ceiling:.2f}{goal}"
    )


def watch_memory(server: Server, total: int) -> None:
    """Whether memory grows with the number of requests answered."""
    sent = 0
    while sent < total // 10:
        sent += server.load(REQUESTS[sent % len(REQUESTS)], 2).requests
    before, sent, turn = server.resident(), 0, 0
    while sent < total:
        sent += server.load(REQUESTS[turn % len(REQUESTS)], SECONDS).requests
        turn += 1
    after = server.resident()
    print(f"  memory: {before:.0f} MiB, after {sent:,} more requests {after:.0f} MiB")


def main(seconds: int = SECONDS, flat: int = FLAT_REQUESTS) -> None:
    """Measure and print."""
    if shutil.which("wrk") is None:
        raise SystemExit("benchmarks.rest needs wrk: apt-get install wrk")
    with real_database() as (address, folder):
        variables = environment(address, free_port())
        with real_server(variables, folder, PROCESSES) as server:
            print(f"rest: {PROCESSES} processes, {CONNECTIONS} connections, {os.cpu_count()} cores")
            for request in REQUESTS:
                compare(server, variables, request, seconds)
            watch_memory(server, flat)


if __name__ == "__main__":
    main()
