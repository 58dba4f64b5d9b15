"""Who sees what: every table as admin, user of the domain, user of another, and nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from support.database import TestDatabase
from support.two_domains import (
    ADMIN,
    DOMAINS,
    STRANGER,
    USER,
)

Connect = Callable[..., Connection[Any]]


def tenant_tables(connection: Connection[Any]) -> list[tuple[str, str]]:
    return connection.execute(
        "select c.relnamespace::regnamespace::text, c.relname from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_domain'"
        " where c.relkind in ('r', 'p', 'v') and not c.relispartition"
        " and c.relnamespace::regnamespace::text in ('public', 'rollup')"
        " and has_column_privilege('authenticated', c.oid, a.attnum, 'select') order by 1, 2"
    ).fetchall()


def domains_in(connection: Connection[Any], table: tuple[str, str]) -> set[str]:
    query = sql.SQL("select distinct site_domain from {}").format(sql.Identifier(*table))
    return {row[0] for row in connection.execute(query)}


def test_each_person_reads_their_own_domains_in_every_table(
    as_user: Callable[[str], Connection[Any]], connect: Connect
) -> None:
    tables = tenant_tables(connect("postgres"))
    assert len(tables) > 20
    admin, user, stranger = as_user(ADMIN), as_user(USER), as_user(STRANGER)
    crm = {"crm_connections", "crm_failures", "crm_links", "crm_mappings", "crm_runs"}
    staffs = {"domain_keys", "timezone_changes", *crm}
    empty = {"deltas", "chain_deltas", "account_deltas", *staffs}
    for table in tables:
        everything = domains_in(connect("postgres"), table)
        assert domains_in(admin, table) == everything, table
        # What the audit log knows of no website in particular is for staff.
        everything -= {""}
        if table[1] == "user_domains":
            continue
        assert everything == set(DOMAINS) or table[1] in empty, table
        assert domains_in(user, table) == everything & {"abtasty.com"} or table[1] in staffs
        assert domains_in(stranger, table) == everything & {"other.example"} or table[1] in staffs


def test_an_archived_website_is_for_staff_alone(
    as_user: Callable[[str], Connection[Any]], connect: Connect
) -> None:
    owner = connect("postgres")
    tables = tenant_tables(owner)
    admin, user, stranger = as_user(ADMIN), as_user(USER), as_user(STRANGER)
    organizations = "select name from public.organizations"
    before = {table: domains_in(user, table) for table in tables}
    assert sum(found == {"abtasty.com"} for found in before.values()) > 20
    owner.execute("update public.domains set archived_at = now() where site_domain = 'abtasty.com'")
    try:
        for table in tables:
            # A view that somebody saved is theirs, and shared with the website once it is back.
            assert domains_in(user, table) == set() or table[1] == "saved_views", table
            assert domains_in(admin, table) == domains_in(owner, table), table
            assert domains_in(stranger, table) <= {"other.example"}, table
        assert user.execute(organizations).fetchall() == []
        assert len(admin.execute(organizations).fetchall()) == 2
    finally:
        owner.execute(
            "update public.domains set archived_at = null where site_domain = 'abtasty.com'"
        )
    assert {table: domains_in(user, table) for table in tables} == before


def test_keys_are_for_staff(as_user: Callable[[str], Connection[Any]]) -> None:
    count = "select count(id) from public.domain_keys"
    assert as_user(USER).execute(count).fetchone() == (0,)
    assert as_user(ADMIN).execute(count).fetchone() == (3,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_user(ADMIN).execute("select secret_hash from public.domain_keys")


def test_people_read_themselves_and_staff_everybody(
    as_user: Callable[[str], Connection[Any]],
) -> None:
    query = "select id::text from public.profiles order by id"
    assert as_user(USER).execute(query).fetchall() == [(USER,)]
    assert as_user(ADMIN).execute(query).fetchall() == [(ADMIN,), (USER,), (STRANGER,)]
    organizations = "select name from public.organizations order by name"
    assert as_user(STRANGER).execute(organizations).fetchall() == [("Other Inc",)]


def test_nobody_reads_nothing(filled: TestDatabase, connect: Connect) -> None:
    anonymous = connect("anon", {})
    for table in tenant_tables(connect("postgres")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            domains_in(anonymous, table)


def test_writers_are_not_for_people(as_user: Callable[[str], Connection[Any]]) -> None:
    for statement in (
        "select private.capture_events('abtasty.com', '[]')",
        "select private.mint_key('abtasty.com', 'secret')",
        "select rollup.fold()",
        "insert into rollup.daily values ('abtasty.com', 'turns', '', now(), '', 1)",
        "delete from public.messages",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_user(ADMIN).execute(statement)  # type: ignore[arg-type]
