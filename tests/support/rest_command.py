"""`backoffice rest` as a process of its own, for a database that has nothing of the product."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from backoffice.stack.processes import wait_until
from backoffice.stack.throwaway import free_port
from support.database import TestDatabase

SECRET = "a secret of at least thirty-two characters"
SHOP = """
set check_function_bodies = off;
create schema shop; create schema depot; create schema helpers;
grant usage on schema shop, depot, helpers to anon, authenticated;
create table shop.articles (id int primary key, name text not null, price numeric);
create table depot.crates (id int primary key);
insert into shop.articles select n, 'article ' || n, n from generate_series(1, 9) as n;
insert into depot.crates values (1);
grant all on shop.articles to authenticated;
grant select on shop.articles, depot.crates to anon;
create function helpers.shout(text) returns text language sql immutable as 'select upper($1)';
create function shop.loud(name text) returns text language sql stable as 'select shout(name)';
create function shop.whoami() returns json language sql stable as $$
  select json_build_object('role', current_user, 'login', session_user,
    'claims', current_setting('request.jwt.claims', true)::json,
    'app', current_setting('app.settings.flavour', true)) $$;
create function shop.before() returns void language plpgsql as $$
begin
  if current_setting('request.headers', true)::json ->> 'x-blocked' is not null then
    raise sqlstate 'PT402' using message = 'blocked';
  end if;
end $$;
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A server and what it wrote."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def get(self, path: str, **headers: str) -> httpx.Response:
        """GET with headers, `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(self.url + path, headers=sent, timeout=20)

    def answers(self) -> bool:
        """Whether anything listens."""
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/").status_code < 500
        except httpx.TransportError:
            return False


Start = Callable[..., Running]


def environment(database: TestDatabase, **options: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("BACKOFFICE", "PGRST"))}
    given = {
        "DB_URI": database.url("authenticator"),
        "DB_SCHEMAS": "shop",
        "DB_ANON_ROLE": "anon",
        "JWT_SECRET": SECRET,
        "SERVER_HOST": "127.0.0.1",
        "SERVER_PORT": str(free_port()),
        **options,
    }
    return {**inherited, **{f"PGRST_{name}": value for name, value in given.items()}}


@contextmanager
def running(
    folder: Path, variables: dict[str, str], *arguments: str, ready: bool = True
) -> Iterator[Running]:
    log = folder / "rest.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backoffice.cli", "rest", *arguments],
            env=variables,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Running(process, f"http://127.0.0.1:{variables['PGRST_SERVER_PORT']}", log)
    try:
        assert not ready or wait_until(server.answers, 30), log.read_text()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def token(claims: dict[str, Any], key: OctKey | ECKey | RSAKey, algorithm: str) -> str:
    header = {"alg": algorithm}
    if key.kid:
        header["kid"] = key.kid
    return "Bearer " + jwt.encode(header, claims, key, algorithms=[algorithm])


def hs256(claims: dict[str, Any], secret: str | bytes = SECRET) -> str:
    return token(claims, OctKey.import_key(secret), "HS256")
