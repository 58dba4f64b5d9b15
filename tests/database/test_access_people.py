"""Who somebody is to the product: disabled, with a second factor, their sessions and their name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.two_domains import (
    ADMIN,
    STRANGER,
    USER,
)

Connect = Callable[..., Connection[Any]]


def test_a_disabled_person_sees_nothing_at_once(
    as_user: Callable[[str], Connection[Any]], connect: Connect
) -> None:
    stranger = as_user(STRANGER)
    count = "select count(*) from public.events"
    assert stranger.execute(count).fetchone() == (5,)
    owner = connect("postgres")
    try:
        owner.execute("update public.profiles set disabled_at = now() where id = %s", [STRANGER])
        assert stranger.execute(count).fetchone() == (0,)
    finally:
        owner.execute("update public.profiles set disabled_at = null where id = %s", [STRANGER])


def test_a_required_second_factor_acts_at_once(filled: TestDatabase, connect: Connect) -> None:
    count = "select count(*) from public.domains"
    owner = connect("postgres")
    try:
        owner.execute("update public.profiles set mfa_required = true where id = %s", [ADMIN])
        once = connect("authenticated", {"sub": ADMIN, "aal": "aal1"})
        twice = connect("authenticated", {"sub": ADMIN, "aal": "aal2"})
        assert once.execute(count).fetchone() == (0,)
        assert twice.execute(count).fetchone() == (2,)
    finally:
        owner.execute("update public.profiles set mfa_required = false where id = %s", [ADMIN])


def test_a_second_factor_somebody_turned_on_acts_at_once(
    filled: TestDatabase, connect: Connect
) -> None:
    owner = connect("postgres")
    try:
        owner.execute(
            "insert into auth.mfa_factors"
            " (id, user_id, friendly_name, factor_type, status, created_at, updated_at)"
            " select gen_random_uuid(), user_id, status, 'totp', status::auth.factor_status, now(), now()"
            " from (values (%s::uuid, 'verified'), (%s::uuid, 'unverified')) as factor (user_id, status)",
            [ADMIN, USER],
        )
        count = "select count(*) from public.domains"
        for user, aal, expected in (
            (ADMIN, "aal1", 0),
            (ADMIN, "aal2", 2),
            (USER, "aal1", 1),
            (STRANGER, "aal1", 1),
        ):
            person = connect("authenticated", {"sub": user, "aal": aal})
            assert person.execute(count).fetchone() == (expected,), (user, aal)
    finally:
        owner.execute("delete from auth.mfa_factors")


def test_people_see_their_own_sessions_alone(filled: TestDatabase, connect: Connect) -> None:
    owner = connect("postgres")
    ids = [f"50000000-0000-4000-8000-00000000000{n}" for n in range(4)]
    try:
        owner.execute(
            "insert into auth.sessions (id, user_id, created_at, updated_at, not_after, user_agent)"
            " select id, user_id, now() - age, now(), ends, 'Firefox' from (values"
            " (%s::uuid, %s::uuid, interval '1 h', null),"
            " (%s, %s, interval '2 h', null),"
            " (%s, %s, interval '0', now() - interval '1 s'),"
            " (%s, %s, interval '0', null)) as session (id, user_id, age, ends)",
            [ids[0], USER, ids[1], USER, ids[2], USER, ids[3], STRANGER],
        )
        query = "select id::text, is_current from public.list_my_sessions()"
        own = connect("authenticated", {"sub": USER, "session_id": ids[1]})
        assert own.execute(query).fetchall() == [(ids[1], True), (ids[0], False)]
        other = connect("authenticated", {"sub": STRANGER, "session_id": ids[1]})
        assert other.execute(query).fetchall() == [(ids[3], False)]
        assert connect("authenticated", {}).execute(query).fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect("anon", {}).execute(query)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            own.execute("select 1 from auth.sessions")
    finally:
        owner.execute("delete from auth.sessions")


def test_people_end_their_own_sessions_alone_and_at_once(
    filled: TestDatabase, connect: Connect
) -> None:
    owner = connect("postgres")
    ids = [f"50000000-0000-4000-8000-00000000000{n}" for n in range(3)]
    end = "select public.end_my_session(%s)"
    domains = "select count(*) from private.my_domains()"

    def code_of(connection: Connection[Any], query: str, *values: str) -> str | None:
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(query, values)  # type: ignore[call-overload]
        return raised.value.sqlstate

    try:
        owner.execute(
            "insert into auth.sessions (id, user_id) values (%s, %s), (%s, %s), (%s, %s)",
            [ids[0], USER, ids[1], USER, ids[2], STRANGER],
        )
        own = connect("authenticated", {"sub": USER, "session_id": ids[0]})
        other = connect("authenticated", {"sub": USER, "session_id": ids[1]})
        assert other.execute(domains).fetchone() == (1,)
        assert code_of(own, end, ids[2]) == "PT404"
        assert code_of(connect("anon", {}), end, ids[1]) == "42501"
        own.execute(end, [ids[1]])
        assert code_of(own, end, ids[1]) == "PT404"
        # What the ended one still holds is a token that has not expired.
        assert code_of(other, domains) == "PT401"
        assert code_of(other, end, ids[0]) == "PT401"
        assert code_of(other, "select public.list_my_sessions()") == "PT401"
        assert own.execute(domains).fetchone() == (1,)

        owner.execute(
            "insert into auth.mfa_factors"
            " (id, user_id, factor_type, status, created_at, updated_at)"
            " values (gen_random_uuid(), %s, 'totp', 'verified', now(), now())",
            [USER],
        )
        assert code_of(own, end, ids[0]) == "PT403"
    finally:
        owner.execute("delete from auth.mfa_factors")
        owner.execute("delete from auth.sessions")


def test_a_profile_follows_the_name_its_owner_gives(connect: Connect) -> None:
    owner = connect("postgres")
    with owner.transaction(force_rollback=True):
        name = "select full_name from public.profiles where id = %s"
        for given, kept in (("Ada", "Ada"), ("", "Ada"), ("x" * 300, "x" * 200)):
            owner.execute(
                "update auth.users set raw_user_meta_data = jsonb_build_object('full_name', %s::text)"
                " where id = %s",
                [given, USER],
            )
            assert owner.execute(name, [USER]).fetchone() == (kept,)


def test_nobody_makes_themselves_staff(
    as_user: Callable[[str], Connection[Any]], connect: Connect
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_user(USER).execute("update public.profiles set role = 'admin'")
    owner = connect("postgres")
    with owner.transaction(force_rollback=True):
        owner.execute(
            "insert into auth.users (id, email, raw_user_meta_data, raw_app_meta_data)"
            ' values (gen_random_uuid(), \'x@x.example\', \'{"role": "admin"}\', \'{"role": "admin"}\')'
        )
        role = owner.execute("select role from public.profiles where email = 'x@x.example'")
        assert role.fetchone() == ("user",)
