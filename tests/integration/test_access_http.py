"""Every table and view, by every verb, as every kind of caller, over HTTP.

What there is comes from the catalogue, so a new table is asked about as soon as it exists. A write
that is meant to be possible has to be listed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from psycopg import Connection, sql

from backoffice.tokens import AUDIENCE, Tokens
from support.database import TestDatabase
from support.server import TestServer
from support.two_domains import ADMIN, DOMAINS, STRANGER, USER, fill_two_domains

MINE, OTHERS = DOMAINS
ACTORS = {"admin": ADMIN, "user": USER, "stranger": STRANGER, "anonymous": None}
# "" is what the audit log knows of no website in particular.
SEES = {
    "admin": {*DOMAINS, ""},
    "user": {MINE},
    "stranger": {OTHERS},
    "anonymous": set[str](),
}
# (verb, table) of what signed-in people may write themselves.
WRITES: set[tuple[str, str]] = set()
# Keys that are moments without being called so.
MOMENTS = {"day", "hour"}
# Keys that are numbers.
NUMBERS = {"position", "version"}
# What of their own domains only admins read.
ADMIN_ONLY = {
    "crm_connections",
    "crm_failures",
    "crm_links",
    "crm_mappings",
    "crm_runs",
    "domain_keys",
    "timezone_changes",
}
# What only says of somebody else that they exist, or nothing at all.
FOREIGN = {"user": (OTHERS, "Other Inc", STRANGER), "stranger": (MINE, USER, ADMIN)}


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view of the exposed schema."""

    name: str
    is_view: bool
    columns: tuple[str, ...]
    readable: tuple[str, ...]
    writable: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where it is, with the columns signed-in people may read."""
        return f"/rest/v1/{self.name}?select={','.join(self.readable) or '*'}"


def relations(connection: Connection[Any]) -> list[Relation]:
    """All of them."""
    rows = connection.execute(
        "select c.relname, c.relkind in ('v', 'm'),"
        " array_agg(a.attname::text order by a.attnum),"
        " coalesce(array_agg(a.attname::text order by a.attnum) filter"
        "  (where has_column_privilege('authenticated', c.oid, a.attnum, 'select')), '{}'),"
        " array_agg(a.attname::text order by a.attnum)"
        "  filter (where a.attgenerated = '' and a.attidentity = ''),"
        " coalesce(array_agg(a.attname::text order by a.attnum) filter"
        "  (where a.attnum = any(k.conkey)), '{}')"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
        "  and not a.attisdropped"
        " left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'"
        " where c.relnamespace = 'public'::regnamespace and not c.relispartition"
        "  and c.relkind in ('r', 'p', 'v', 'm', 'f') group by c.oid order by 1"
    ).fetchall()
    return [Relation(name, view, *map(tuple, columns)) for name, view, *columns in rows]


def contents(connection: Connection[Any], found: list[Relation]) -> dict[str, str]:
    """A fingerprint of every table."""

    def of(name: str) -> str:
        row = connection.execute(
            sql.SQL(
                "select coalesce(md5(string_agg(t::text, '' order by t::text)), '') from {} t"
            ).format(sql.Identifier("public", name))
        ).fetchone()
        assert row is not None
        return str(row[0])

    return {each.name: of(each.name) for each in found if not each.is_view}


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
        yield connection


@pytest.fixture(scope="module")
def actors(filled: Connection[Any], server: TestServer) -> Iterator[dict[str, httpx.Client]]:
    tokens = Tokens(server.keys)
    with ExitStack() as opened:

        def client(subject: str | None) -> httpx.Client:
            claims = {"sub": subject, "role": "authenticated", "aud": AUDIENCE}
            token = tokens.sign(claims) if subject else None
            return opened.enter_context(server.client(token))

        yield {name: client(subject) for name, subject in ACTORS.items()}


def test_reading_gives_the_rows_of_ones_own_domains(
    filled: Connection[Any], actors: dict[str, httpx.Client]
) -> None:
    seen_by_admin: set[str] = set()
    for relation in relations(filled):
        answers = {name: client.get(relation.address) for name, client in actors.items()}
        assert answers["anonymous"].status_code == 401, relation.name
        if not relation.readable:
            statuses = {answer.status_code for answer in answers.values()}
            assert statuses == {401, 403}, relation.name
            continue
        rows = {name: a.json() for name, a in answers.items() if name != "anonymous"}
        for name, shown in rows.items():
            assert answers[name].status_code == 200, (relation.name, answers[name].text)
            if "site_domain" in relation.readable:
                assert {row["site_domain"] for row in shown} <= SEES[name], (relation.name, name)
            for mark in FOREIGN.get(name, ()):
                assert mark not in json.dumps(shown), (relation.name, name, mark)
        if "site_domain" in relation.readable and rows["admin"]:
            seen_by_admin.add(relation.name)
            mine = [row for row in rows["admin"] if row["site_domain"] == MINE]
            own = 0 if relation.name in ADMIN_ONLY else len(mine)
            assert len(rows["user"]) == own, relation.name
    # The walk could find something.
    assert len(seen_by_admin) > 10


def requests(relation: Relation) -> dict[str, tuple[str, Any]]:
    """Query and body of each verb that writes, as well-formed as the table allows."""
    key = relation.key or relation.columns[:1]
    by_key = "&".join(f"{name}=eq.{_sample(name)}" for name in key)
    row = {name: _sample(name) for name in key if name in relation.writable}
    some = f"{key[0]}=not.is.null"
    if "site_domain" in relation.columns:
        some = f"site_domain=eq.{MINE}"
    return {
        "POST": ("", row),
        "PATCH": (some, {relation.writable[0]: _sample(relation.writable[0])}),
        "PUT": (by_key, row),
        "DELETE": (some, None),
    }


def _sample(column: str) -> str:
    if column == "site_domain":
        return MINE
    if column in NUMBERS:
        return "1"
    moment = column.endswith("_at") or column in MOMENTS
    return "2026-05-05" if moment else "40000000-0000-4000-8000-00000000000f"


@pytest.mark.parametrize("prefer", ["return=minimal", "return=representation"])
def test_nobody_writes_what_is_not_listed(
    filled: Connection[Any], actors: dict[str, httpx.Client], prefer: str
) -> None:
    found = relations(filled)
    before = contents(filled, found)
    refused = 0
    for relation in found:
        for verb, (query, body) in requests(relation).items():
            for name, client in actors.items():
                if (verb, relation.name) in WRITES and name != "anonymous":
                    continue
                answer = client.request(
                    verb,
                    f"/rest/v1/{relation.name}?{query}",
                    json=body,
                    headers={"Prefer": prefer},
                )
                told = (relation.name, verb, name, answer.text)
                expected = {401} if name == "anonymous" else {403}
                # Without a key there is nothing to put by; of a view that cannot be written,
                # PostgreSQL says so to everybody.
                unwritable = (verb == "PUT" and answer.status_code == 405) or (
                    relation.is_view and answer.json()["code"] == "55000"
                )
                assert unwritable or answer.status_code in expected, told
                refused += 1
    assert refused > 4 * 4 * 10
    assert contents(filled, found) == before
