"""What must hold for every object of the database, read from its catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection

from support.catalogue import (
    CHECKS,
    HELPERS,
    OURS,
    SCHEMAS,
    UNIQUE_WITHOUT_TENANT,
    UNREAD,
    WITHOUT_TENANT,
    WRITERS,
    WRITES_WHILE_VIEWING,
)
from support.database import TestDatabase


@pytest.fixture(scope="module")
def catalogue(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as connection:
        connection.execute(
            "select private.make_event_partitions(now() - interval '40 days', now())"
        )
        yield connection


def names(catalogue: Connection[Any], query: str, *parameters: Any) -> set[str]:
    return {row[0] for row in catalogue.execute(query, parameters)}  # type: ignore[arg-type]


def test_every_table_has_row_level_security(catalogue: Connection[Any]) -> None:
    open_tables = names(
        catalogue,
        "select oid::regclass::text from pg_class where relkind in ('r', 'p')"
        " and relnamespace::regnamespace::text = any(%s) and not relrowsecurity",
        SCHEMAS,
    )
    assert open_tables == set()


def test_every_view_runs_as_its_caller(catalogue: Connection[Any]) -> None:
    query = (
        "select oid::regclass::text from pg_class where relkind = any(%s)"
        " and relnamespace::regnamespace::text = any(%s)"
        " and not coalesce(reloptions, '{}') @> array['security_invoker=true']"
    )
    assert names(catalogue, query, ["v"], SCHEMAS) == set()
    assert names(catalogue, query, ["m"], SCHEMAS) == set(), "no materialised views"


def test_anonymous_callers_may_nothing(catalogue: Connection[Any]) -> None:
    tables = names(
        catalogue,
        "select c.oid::regclass::text from pg_class c"
        " where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text = any(%s)"
        " and (has_table_privilege('anon', c.oid, 'select, insert, update, delete, truncate')"
        "   or has_any_column_privilege('anon', c.oid, 'select, insert, update'))",
        SCHEMAS,
    )
    functions = names(
        catalogue,
        "select p.oid::regprocedure::text from pg_proc p"
        " where p.pronamespace::regnamespace::text = any(%s)"
        " and has_function_privilege('anon', p.oid, 'execute')"
        " and has_schema_privilege('anon', p.pronamespace, 'usage')",
        SCHEMAS,
    )
    schemas = names(
        catalogue,
        "select nspname from pg_namespace where nspname = any(%s)"
        " and has_schema_privilege('anon', oid, 'usage')",
        SCHEMAS,
    )
    assert (tables, functions, schemas) == (set(), set(), {"public"})


def test_nobody_signed_in_writes_a_table(catalogue: Connection[Any]) -> None:
    written = names(
        catalogue,
        "select c.oid::regclass::text from pg_class c"
        " where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')"
        " and c.relnamespace::regnamespace::text = any(%s)"
        " and case when c.relkind = 'S'"
        "   then has_sequence_privilege('authenticated', c.oid, 'usage, update')"
        "   else has_table_privilege('authenticated', c.oid, 'insert, update, delete, truncate, trigger')"
        "     or has_any_column_privilege('authenticated', c.oid, 'insert, update') end",
        SCHEMAS,
    )
    assert written == set()


def test_what_signed_in_people_read_is_in_the_api_or_a_rollup(catalogue: Connection[Any]) -> None:
    unread = names(
        catalogue,
        "select c.oid::regclass::text from pg_class c where c.relkind in ('r', 'p', 'v')"
        " and c.relnamespace::regnamespace::text = any(%s)"
        " and not has_any_column_privilege('authenticated', c.oid, 'select')",
        OURS,
    )
    partitions = names(catalogue, "select inhrelid::regclass::text from pg_inherits")
    indexes = {name for name in partitions if "_idx" in name or "_pkey" in name}
    tables = partitions - indexes
    assert tables and all(name.startswith("private.events_") for name in tables)
    qualified = {name if "." in name else f"public.{name}" for name in unread}
    assert qualified == UNREAD | tables


def test_signed_in_people_run_only_rpcs_and_their_helpers(catalogue: Connection[Any]) -> None:
    private = names(
        catalogue,
        "select pronamespace::regnamespace::text || '.' || proname from pg_proc"
        " where pronamespace::regnamespace::text = any(%s)"
        " and has_function_privilege('authenticated', oid, 'execute')"
        " and has_schema_privilege('authenticated', pronamespace, 'usage')",
        ["private", "rollup", "jobs"],
    )
    assert private == HELPERS


def test_rpcs_run_as_their_caller_and_only_writers_write(catalogue: Connection[Any]) -> None:
    wrong = names(
        catalogue,
        "select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace"
        " and (prosecdef or (provolatile <> 's' and proname <> all (%s))"
        " or coalesce(array_length(proconfig, 1), 0) = 0)",
        list(WRITERS),
    )
    assert wrong == set()


def test_definer_functions_fix_their_search_path(catalogue: Connection[Any]) -> None:
    loose = names(
        catalogue,
        "select oid::regprocedure::text from pg_proc where prosecdef"
        " and pronamespace::regnamespace::text = any(%s)"
        " and not coalesce(proconfig, '{}') @> array['search_path=\"\"']",
        OURS,
    )
    assert loose == set()


def test_definer_functions_for_people_check_their_domains(catalogue: Connection[Any]) -> None:
    unchecked = names(
        catalogue,
        "select proname from pg_proc where prosecdef and pronamespace::regnamespace::text = any(%s)"
        " and has_function_privilege('authenticated', oid, 'execute')"
        " and prosrc not like all (%s)",
        OURS,
        CHECKS,
    )
    assert unchecked == set()


def test_whatever_writes_for_people_asks_as_whom_they_see_the_product(
    catalogue: Connection[Any],
) -> None:
    """By one of the functions that end at `private.my_id()`; `auth.uid()` alone says too little."""
    asking = [check for check in CHECKS if "auth.uid()" not in check]
    unasked = names(
        catalogue,
        "select proname from pg_proc where prosecdef and provolatile = 'v'"
        " and pronamespace::regnamespace::text = any(%s)"
        " and has_function_privilege('authenticated', oid, 'execute')"
        " and prosrc not like all (%s)",
        OURS,
        [*asking, "%private.require_live_session()%", "%private.is_admin()%"],
    )
    assert unasked == WRITES_WHILE_VIEWING


def test_policies_compare_the_tenant_in_one_shape(catalogue: Connection[Any]) -> None:
    tenants = names(
        catalogue,
        "select tablename from pg_policies where schemaname = any(%s) and qual like '%%site_domain%%'"
        " and tablename not in ('organizations')"
        " and qual not like '%%site_domain = ANY (ARRAY( SELECT private.my_domains() AS my_domains))%%'",
        OURS,
    )
    assert tenants == set()
    without = names(
        catalogue,
        "select c.oid::regclass::text from pg_class c where c.relkind in ('r', 'p')"
        " and c.relnamespace::regnamespace::text = any(%s) and not c.relispartition"
        " and not exists (select 1 from pg_policy p where p.polrelid = c.oid)",
        OURS,
    )
    assert without == set(), (
        "a table that nobody may read says so with its grants, not a missing policy"
    )


def test_every_table_has_a_primary_key_with_its_tenant(catalogue: Connection[Any]) -> None:
    keyless = names(
        catalogue,
        "select c.oid::regclass::text from pg_class c where c.relkind in ('r', 'p')"
        " and c.relnamespace::regnamespace::text = any(%s)"
        " and not exists (select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')",
        OURS,
    )
    assert keyless == set()
    without_tenant = names(
        catalogue,
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid"
        " where i.indisunique and c.relkind in ('r', 'p')"
        " and c.relnamespace::regnamespace::text = any(%s)"
        " and not c.relnamespace::regnamespace || '.' || c.relname = any(%s)"
        " and not exists (select 1 from pg_attribute a where a.attrelid = c.oid"
        "   and a.attname = 'site_domain' and a.attnum = any(i.indkey::int[]))",
        OURS,
        list(WITHOUT_TENANT),
    )
    assert without_tenant == UNIQUE_WITHOUT_TENANT


def test_foreign_keys_carry_the_tenant(catalogue: Connection[Any]) -> None:
    wrong = names(
        catalogue,
        "select k.conname from pg_constraint k"
        " join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid"
        " where k.contype = 'f' and c.relnamespace::regnamespace::text = any(%s)"
        " and (k.confdeltype in ('n', 'd')"
        "   or (exists (select 1 from pg_attribute a where a.attrelid = t.oid and a.attname = 'site_domain')"
        "     and not exists (select 1 from pg_attribute a where a.attrelid = c.oid"
        "       and a.attname = 'site_domain' and a.attnum = any(k.conkey))))",
        OURS,
    )
    assert wrong == set()


def test_everything_says_what_it_is(catalogue: Connection[Any]) -> None:
    silent = names(
        catalogue,
        "select oid::regclass::text from pg_class where relkind in ('r', 'p', 'v')"
        " and relnamespace::regnamespace::text = any(%s) and not relispartition"
        " and obj_description(oid, 'pg_class') is null"
        " union all select oid::regprocedure::text from pg_proc"
        " where pronamespace::regnamespace::text = any(%s)"
        " and obj_description(oid, 'pg_proc') is null",
        OURS,
        OURS,
    )
    assert silent == set()


def test_only_plpgsql_is_required(catalogue: Connection[Any]) -> None:
    assert names(catalogue, "select extname from pg_extension") == {"plpgsql"}
