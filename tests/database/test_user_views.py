"""Viewing the product as a client user: what they see, nothing is written, and the log knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection, sql

from support.database import TestDatabase
from support.two_domains import (
    ADMIN,
    DOMAINS,
    OTHER_TOPIC,
    QUESTIONS,
    SECTION,
    STRANGER,
    TOPIC,
    USER,
)

Connect = Callable[..., Connection[Any]]
MINE, OTHERS = DOMAINS
# What a session that views as another writes: entries of the log, and that the view is over.
MAY_WRITE = {"private.audit", "private.end_user_view"}
READ_ONLY = "25006"


@pytest.fixture
def owner(filled: TestDatabase, connect: Connect) -> Connection[Any]:
    return connect("postgres")


@pytest.fixture
def claims(owner: Connection[Any]) -> dict[str, str]:
    """A session of the admin's own."""
    session_id = str(uuid4())
    owner.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at)"
        " values (%s, %s, now(), now())",
        [session_id, ADMIN],
    )
    return {"sub": ADMIN, "session_id": session_id, "aal": "aal1"}


@pytest.fixture
def viewing(claims: dict[str, str], connect: Connect) -> Connection[Any]:
    """The admin, seeing what the user sees."""
    connection = connect("authenticated", claims)
    connection.execute("select private.start_user_view(%s)", [USER])
    return connection


def entries(owner: Connection[Any], session_id: str) -> list[tuple[str, str]]:
    return owner.execute(
        "select entry.action, details.actor_label from public.audit_log entry"
        " join public.audit_details details using (site_domain, position)"
        " where details.after ->> 'session_id' = %s order by position",
        [session_id],
    ).fetchall()


def test_staff_see_what_the_user_sees_and_no_more(
    viewing: Connection[Any], connect: Connect
) -> None:
    user = connect("authenticated", {"sub": USER})
    for query in (
        "select site_domain from public.domains order by 1",
        "select id from public.profiles order by 1",
        "select * from public.user_domains",
        "select site_domain, id from public.visitors order by 1, 2",
        "select site_domain, id from public.domain_keys order by 1, 2",
        "select user_id, email, lacks_second_factor from public.get_my_access()",
        "select id, is_mine from public.list_saved_views('conversations') order by 1",
        "select conversation_id, reviewer_id from public.reviews order by 1, 2",
    ):
        assert viewing.execute(query).fetchall() == user.execute(query).fetchall(), query
    assert viewing.execute("select private.is_admin()").fetchone() == (False,)
    with pytest.raises(psycopg.Error) as raised:
        viewing.execute("select * from public.get_users()")
    assert raised.value.sqlstate == "PT403"


def arguments(of_type: str, name: str) -> Any:
    """What fits a parameter, and leads as far as it can."""
    by_name = {
        "p_site_domain": MINE,
        "p_topic_id": TOPIC,
        "p_into_id": OTHER_TOPIC,
        "p_group_id": QUESTIONS,
        "p_section_id": SECTION,
        "p_user_id": STRANGER,
        "p_name": "A name",
        "p_label": "A label",
        "p_page": "visitors",
        "p_thumb": "good",
        "p_slug": "nurturing",
        "p_config_slug": "identity",
        "p_action": "save",
    }
    by_type = {
        "text": "text",
        "uuid": SECTION,
        "uuid[]": [SECTION],
        "text[]": [],
        "jsonb": "{}",
        "boolean": True,
        "integer": 1,
        "bigint": 1,
        "timestamp with time zone": "2026-05-05",
        "date": "2026-05-05",
    }
    return by_name.get(name, by_type.get(of_type))


def writers(owner: Connection[Any]) -> list[tuple[str, list[str], list[str]]]:
    """Every function signed-in people may call that could write, with its parameters."""
    return owner.execute(
        "select p.pronamespace::regnamespace::text || '.' || p.proname,"
        " array(select format_type(t.oid, null) from unnest(p.proargtypes) with ordinality"
        "  as a (type, place) join pg_type t on t.oid = a.type order by a.place),"
        " coalesce(p.proargnames[:p.pronargs], '{}')"
        " from pg_proc p where p.provolatile = 'v'"
        " and p.pronamespace::regnamespace::text in ('public', 'private', 'rollup')"
        " and has_function_privilege('authenticated', p.oid, 'execute') order by 1"
    ).fetchall()


def contents(owner: Connection[Any]) -> dict[str, str]:
    """A fingerprint of every table that is not PostgreSQL's own."""
    tables = owner.execute(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind = 'r' and n.nspname in ('public', 'private', 'rollup', 'auth', 'jobs')"
    ).fetchall()
    prints = {}
    for table in tables:
        query = sql.SQL("select md5(string_agg(t::text, '' order by t::text)) from {} t")
        row = owner.execute(query.format(sql.Identifier(*table))).fetchone()
        prints[".".join(table)] = str(row and row[0])
    return prints


def test_no_function_writes_for_a_session_that_views_as_another(
    viewing: Connection[Any], owner: Connection[Any]
) -> None:
    before = contents(owner)
    read_only = 0
    found = writers(owner)
    for name, types, names in found:
        if name in MAY_WRITE:
            continue
        places = sql.SQL(", ").join(sql.SQL("%s::") + sql.SQL(kind) for kind in types)
        call = sql.SQL("select {}({})").format(sql.Identifier(*name.split(".")), places)
        parameters = [arguments(kind, each) for kind, each in zip(types, names, strict=True)]
        with viewing.transaction(force_rollback=False):
            try:
                with viewing.transaction():
                    viewing.execute(call, parameters)
            except psycopg.Error as error:
                read_only += error.sqlstate == READ_ONLY
            # Wherever a function stopped, its transaction is one that only reads by then, or it
            # stopped at its parameters, before anything it writes.
    assert contents(owner) == before
    assert len(found) > 20
    assert read_only > 5


def test_once_asked_a_transaction_only_reads(viewing: Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), viewing.transaction():
        viewing.execute("select count(*) from public.domains")
        viewing.execute("select private.end_user_view()")
    with pytest.raises(psycopg.errors.InternalError), viewing.transaction():
        viewing.execute("select count(*) from public.domains")
        viewing.execute("select set_config('transaction_read_only', 'off', true)")
    # In a subtransaction that is undone, too.
    with viewing.transaction():
        with pytest.raises(psycopg.errors.DivisionByZero), viewing.transaction():
            viewing.execute("select count(*) from public.domains")
            viewing.execute("select 1 / 0")
        with pytest.raises(psycopg.Error) as raised, viewing.transaction():
            viewing.execute("select public.hide_topic(%s, %s, true)", [MINE, TOPIC])
        assert raised.value.sqlstate == READ_ONLY


def test_every_audited_table_refuses_it_even_where_nobody_asked(
    claims: dict[str, str], owner: Connection[Any], viewing: Connection[Any]
) -> None:
    """A definer function that forgot to ask would get no further than the table's own trigger."""
    owner.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(claims)])
    for statement in (
        "update public.domains set name = 'Changed'",
        "insert into public.user_domains values ('" + STRANGER + "', '" + MINE + "')",
        "update public.topics set label = 'Changed', label_is_custom = true",
        "update public.ai_sections set title = 'Changed'",
        "update public.client_configs set enabled = false",
    ):
        with pytest.raises(psycopg.Error) as raised:
            owner.execute(statement)  # type: ignore[arg-type]
        assert raised.value.sqlstate == "PT403", statement


def test_the_log_says_when_it_began_and_ended(
    claims: dict[str, str], viewing: Connection[Any], owner: Connection[Any]
) -> None:
    viewing.execute("select private.audit(%s, 'export', 'export', 'visitors')", [MINE])
    viewing.execute("select private.end_user_view()")
    assert entries(owner, claims["session_id"]) == [("view_as", "Admin"), ("view_as_end", "Admin")]
    assert viewing.execute("select private.is_admin()").fetchone() == (True,)
    taken = owner.execute(
        "select details.after ->> 'viewed_as' from public.audit_log entry"
        " join public.audit_details details using (site_domain, position)"
        " where entry.subject_id = 'visitors' order by at desc limit 1"
    ).fetchone()
    assert taken == (USER,)
    viewing.execute("select private.end_user_view()")  # Nothing is left to end.


def test_it_ends_by_itself(
    claims: dict[str, str], viewing: Connection[Any], owner: Connection[Any], connect: Connect
) -> None:
    limits = owner.execute(
        "select ends_at - started_at = interval '30 minutes' from private.user_views"
        " where session_id = %s",
        [claims["session_id"]],
    )
    assert limits.fetchone() == (True,)
    owner.execute(
        "update private.user_views set started_at = started_at - interval '31 minutes',"
        " ends_at = ends_at - interval '31 minutes' where session_id = %s",
        [claims["session_id"]],
    )
    assert viewing.execute("select private.is_admin()").fetchone() == (True,)
    service = connect("service_role", {})
    assert service.execute("select private.end_old_user_views()").fetchone() == (1,)
    assert [action for action, _ in entries(owner, claims["session_id"])] == [
        "view_as",
        "view_as_end",
    ]


@pytest.mark.parametrize(
    "change",
    [
        "update public.profiles set role = 'user' where id = %(admin)s",
        "update public.profiles set disabled_at = now() where id = %(admin)s",
        "update public.profiles set mfa_required = true where id = %(admin)s",
        "update public.profiles set disabled_at = now() where id = %(user)s",
        "delete from public.user_domains where user_id = %(user)s",
    ],
)
def test_whoever_is_staff_no_longer_sees_nothing_of_the_user(
    change: str, owner: Connection[Any], connect: Connect
) -> None:
    people = {"admin": str(uuid4()), "user": str(uuid4())}
    session_id = str(uuid4())
    for role, person in people.items():
        owner.execute(
            "insert into auth.users (id, email, email_confirmed_at) values (%s, %s, now())",
            [person, f"{person}@new.example"],
        )
        owner.execute("update public.profiles set role = %s where id = %s", [role, person])
    owner.execute("insert into public.user_domains values (%s, %s)", [people["user"], MINE])
    owner.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at)"
        " values (%s, %s, now(), now())",
        [session_id, people["admin"]],
    )
    viewing = connect("authenticated", {"sub": people["admin"], "session_id": session_id})
    viewing.execute("select private.start_user_view(%s)", [people["user"]])
    count = "select count(*) from public.visitors where site_domain = 'abtasty.com'"
    assert viewing.execute(count).fetchone() == (1,)
    owner.execute(change, people)  # type: ignore[arg-type]
    if "disabled_at" in change and "admin" in change:
        with pytest.raises(psycopg.Error) as raised:
            viewing.execute(count)
        assert raised.value.sqlstate == "PT401"
    elif "disabled_at" in change:
        # Nobody is left to view as: the admin sees what the admin sees.
        assert entries(owner, session_id)[-1][0] == "view_as_end"
        assert viewing.execute("select private.is_admin()").fetchone() == (True,)
    else:
        assert viewing.execute(count).fetchone() == (0,)


def test_only_a_client_user_who_sees_something_can_be_viewed_as(
    claims: dict[str, str], owner: Connection[Any], connect: Connect
) -> None:
    admin = connect("authenticated", claims)
    bare = connect("authenticated", {"sub": ADMIN})
    start = "select private.start_user_view(%s)"
    for connection, whom, state in (
        (admin, ADMIN, "PT409"),
        (admin, str(uuid4()), "PT404"),
        (bare, USER, "PT400"),
    ):
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(start, [whom])
        assert raised.value.sqlstate == state
    admin.execute(start, [USER])
    with pytest.raises(psycopg.Error) as raised:
        admin.execute(start, [STRANGER])
    assert raised.value.sqlstate == "PT403"
