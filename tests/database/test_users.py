"""Roles, the last admin, disabling, deleting, the second factor, and viewing as somebody else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.people import make
from support.two_domains import ADMIN, DOMAINS, STRANGER, USER

Connect = Callable[..., Connection[Any]]
MINE, OTHERS = DOMAINS


@pytest.fixture
def owner(filled: TestDatabase, connect: Connect) -> Connection[Any]:
    return connect("postgres")


@pytest.fixture
def session(owner: Connection[Any]) -> Callable[..., dict[str, str]]:
    """The claims of a new session of somebody."""

    def begin(user: str, aal: str = "aal1") -> dict[str, str]:
        session_id = str(uuid4())
        owner.execute(
            "insert into auth.sessions (id, user_id, created_at, updated_at)"
            " values (%s, %s, now(), now())",
            [session_id, user],
        )
        return {"sub": user, "session_id": session_id, "aal": aal}

    return begin


def refused(state: str, connection: Connection[Any], query: str, *parameters: Any) -> str:
    """Assert that it is refused that way, and give in which words."""
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(query, parameters)  # type: ignore[arg-type]
    assert raised.value.sqlstate == state, raised.value
    return raised.value.diag.message_primary or ""


ADMIN_FUNCTIONS = {
    "change_user": ("private.change_user(%s, '{}')", 1),
    "assign_domains": ("private.assign_domains(array[%s]::uuid[], '{}', '{}')", 1),
    "disable_user": ("private.disable_user(%s, true)", 1),
    "remove_second_factor": ("private.remove_second_factor(%s)", 1),
    "end_user_sessions": ("private.end_user_sessions(%s)", 1),
    "invite_user": ("private.invite_user(%s, now())", 1),
    "ask_for_reset": ("private.ask_for_reset(%s)", 1),
    "delete_user": ("private.delete_user(%s)", 1),
    "revoke_invitation": ("private.revoke_invitation(%s)", 1),
    "start_user_view": ("private.start_user_view(%s)", 1),
    "save_access_settings": ("private.save_access_settings(true)", 0),
    "user_rows": ("private.user_rows()", 0),
    "get_users": ("public.get_users()", 0),
    "count_users": ("public.count_users()", 0),
    "export_users": ("private.export_users('{}', 'name')", 0),
    "get_access_settings": ("public.get_access_settings()", 0),
}


@pytest.mark.parametrize("name", ADMIN_FUNCTIONS)
def test_only_staff_who_may_act_as_such_get_in(
    name: str, owner: Connection[Any], connect: Connect
) -> None:
    call, places = ADMIN_FUNCTIONS[name]
    parameters = [USER] * places
    disabled, unproved, demanded = make(owner, "admin"), make(owner, "admin"), make(owner, "admin")
    owner.execute("update public.profiles set disabled_at = now() where id = %s", [disabled])
    owner.execute(
        "insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)"
        " values (gen_random_uuid(), %s, 'totp', 'verified', now(), now())",
        [unproved],
    )
    owner.execute("update public.profiles set mfa_required = true where id = %s", [demanded])
    for person in (USER, STRANGER, disabled, unproved, demanded):
        someone = connect("authenticated", {"sub": person, "aal": "aal1"})
        refused("PT403", someone, f"select * from {call}", *parameters)
    refused("42501", connect("anon", {}), f"select * from {call}", *parameters)


def test_the_list_says_what_staff_want_to_know(
    owner: Connection[Any], connect: Connect, session: Callable[..., dict[str, str]]
) -> None:
    session(USER)
    admin = connect("authenticated", {"sub": ADMIN})
    invited, late = make(owner, confirmed=False), make(owner, confirmed=False)
    for person, when in ((invited, "1 day"), (late, "-1 minute")):
        admin.execute("select private.invite_user(%s, now() + %s::interval)", [person, when])
    rows = {
        str(row[0]): row[1]
        for row in admin.execute(
            "select id, to_jsonb(u) from public.get_users('{}', p_limit => 200) u"
        )
    }
    assert (rows[USER]["state"], rows[USER]["site_domains"]) == ("active", [MINE])
    assert rows[USER]["sessions"] == 1
    assert rows[invited]["state"] == "invited" and rows[invited]["invited_by"] == "Admin"
    assert rows[late]["state"] == "expired"
    for filter_, expected in (
        ({"state": "invited"}, {invited}),
        ({"role": "admin", "second_factor": False}, {ADMIN}),
        ({"domain": OTHERS}, {STRANGER}),
        ({"search": "STRANGER@"}, {STRANGER}),
    ):
        found = admin.execute(
            "select id::text, public.count_users(%(f)s) from public.get_users(%(f)s)",
            {"f": json.dumps(filter_)},
        ).fetchall()
        ids = {row[0] for row in found}
        assert expected <= ids, filter_
        assert {row[1] for row in found} == {len(found)}
    refused("PT400", admin, 'select public.get_users(\'{"role": "owner"}\')')
    refused("PT400", admin, 'select public.get_users(\'{"colour": "red"}\')')
    refused("PT400", admin, "select public.get_users('{}', 'colour')")
    refused("PT400", admin, "select public.get_users('{}', 'name', 10, '{\"key\": \"a\"}')")


@pytest.mark.parametrize("sort", ["name", "email", "newest", "last_sign_in", "sessions"])
def test_pages_follow_each_other_without_gap_or_overlap(
    sort: str, owner: Connection[Any], connect: Connect
) -> None:
    for _ in range(5):
        make(owner)
    admin = connect("authenticated", {"sub": ADMIN})
    seen: list[str] = []
    cursor = None
    while page := admin.execute(
        "select id::text, cursor from public.get_users('{}', %s, 2, %s)",
        [sort, json.dumps(cursor) if cursor else None],
    ).fetchall():
        seen += [row[0] for row in page]
        cursor = page[-1][1]
    whole = admin.execute("select id::text from public.get_users('{}', %s, 200)", [sort]).fetchall()
    exported = admin.execute("select id::text from private.export_users('{}', %s)", [sort])
    assert seen == [row[0] for row in whole] == [row[0] for row in exported]


LAST = {
    "demoted": "update public.profiles set role = 'user' where id = %s",
    "disabled": "update public.profiles set disabled_at = now() where id = %s",
    "deleted": "delete from public.profiles where id = %s",
    "banned": "update auth.users set banned_until = now() + interval '1 hour' where id = %s",
    "blanked": "update auth.users set deleted_at = now() where id = %s",
    "given another role": "update auth.users set role = 'anon' where id = %s",
    "deleted with the account": "delete from auth.users where id = %s",
}


WRITERS_OF = {
    "public.profiles": ["postgres", "service_role"],
    "auth.users": ["postgres", "supabase_auth_admin"],
}
WAYS = [
    (how, role)
    for how, statement in LAST.items()
    for table, roles in WRITERS_OF.items()
    if table in statement
    for role in roles
]


@pytest.mark.parametrize(("how", "role"), WAYS)
def test_the_last_admin_cannot_be(how: str, role: str, filled: TestDatabase) -> None:
    with filled.connect() as owner:
        owner.execute(
            "update public.profiles set role = 'user' where role = 'admin' and id <> %s", [ADMIN]
        )
        # An admin who cannot come in counts for nothing.
        make(owner, "admin", confirmed=False)
    with filled.connect(role) as connection:
        assert "last admin" in refused("PT409", connection, LAST[how], ADMIN)


def test_nobody_empties_the_table_of_profiles(connect: Connect, filled: TestDatabase) -> None:
    refused("PT409", connect("postgres"), "truncate public.profiles cascade")


def test_of_two_who_demote_each_other_one_is_left(
    owner: Connection[Any], filled: TestDatabase
) -> None:
    first, second = make(owner, "admin"), make(owner, "admin")
    owner.execute(
        "update public.profiles set role = 'user' where role = 'admin' and id <> all (%s)",
        [[first, second]],
    )
    told: list[str] = []
    meet = threading.Barrier(2)

    def demote(me: str, other: str) -> None:
        with filled.connect("authenticated", {"sub": me}) as mine, mine.transaction():
            mine.execute("select private.is_admin()")
            meet.wait(20)
            try:
                mine.execute('select private.change_user(%s, \'{"role": "user"}\')', [other])
                told.append("done")
            except psycopg.Error as error:
                told.append(error.sqlstate or "")
                raise

    def quietly(me: str, other: str) -> None:
        with suppress(psycopg.Error):
            demote(me, other)

    threads = [
        threading.Thread(target=quietly, args=pair) for pair in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) in (["PT409", "done"], ["PT403", "done"], ["40P01", "done"])
    admins = owner.execute("select count(*) from public.profiles where role = 'admin'").fetchone()
    assert admins == (1,)
    owner.execute("update public.profiles set role = 'admin' where id = %s", [ADMIN])
    owner.execute(
        "update public.profiles set role = 'user' where id = any (%s::uuid[])", [[first, second]]
    )


def test_nobody_locks_themselves_out(connect: Connect, owner: Connection[Any]) -> None:
    make(owner, "admin")
    admin = connect("authenticated", {"sub": ADMIN, "aal": "aal1"})
    for call in (
        'private.change_user(%s, \'{"role": "user"}\')',
        "private.change_user(%s, '{\"mfa_required\": true}')",
        "private.disable_user(%s, true)",
        "private.delete_user(%s)",
    ):
        refused("PT409", admin, f"select {call}", ADMIN)
    refused("PT409", admin, "select private.save_access_settings(true)")


def test_a_second_factor_can_be_required_of_every_admin(
    connect: Connect, owner: Connection[Any]
) -> None:
    proved = connect("authenticated", {"sub": ADMIN, "aal": "aal2"})
    unproved = connect("authenticated", {"sub": ADMIN, "aal": "aal1"})
    client = connect("authenticated", {"sub": USER, "aal": "aal1"})
    proved.execute("select private.save_access_settings(true)")
    assert unproved.execute("select private.is_admin()").fetchone() == (False,)
    assert unproved.execute("select count(*) from public.domains").fetchone() == (0,)
    access = "select lacks_second_factor from public.get_my_access()"
    assert unproved.execute(access).fetchone() == (True,)
    assert proved.execute("select private.is_admin()").fetchone() == (True,)
    assert client.execute("select count(*) from public.domains").fetchone() == (1,)
    assert proved.execute("select * from public.get_access_settings()").fetchone() == (True,)
    proved.execute("select private.save_access_settings(false)")
    assert unproved.execute("select private.is_admin()").fetchone() == (True,)


def test_disabling_ends_what_is_open(
    connect: Connect, owner: Connection[Any], session: Callable[..., dict[str, str]]
) -> None:
    person = make(owner)
    owner.execute("insert into public.user_domains values (%s, %s)", [person, MINE])
    theirs = connect("authenticated", session(person))
    count = "select count(*) from public.visitors"
    assert theirs.execute(count).fetchone() == (1,)
    admin = connect("authenticated", {"sub": ADMIN})
    admin.execute("select private.disable_user(%s, true)", [person])
    refused("PT401", theirs, count)
    # A token without a session, which nothing ends, sees nothing either.
    bare = connect("authenticated", {"sub": person})
    assert bare.execute(count).fetchone() == (0,)
    admin.execute("select private.disable_user(%s, false)", [person])
    assert connect("authenticated", session(person)).execute(count).fetchone() == (1,)


def test_assigning_is_for_several_at_once(connect: Connect, owner: Connection[Any]) -> None:
    people = [make(owner), make(owner)]
    admin = connect("authenticated", {"sub": ADMIN})
    assign = "select private.assign_domains(%s::uuid[], %s, %s)"
    assert admin.execute(assign, [people, DOMAINS, []]).fetchone() == (4,)
    assert admin.execute(assign, [people, DOMAINS, []]).fetchone() == (0,)
    assert admin.execute(assign, [people[:1], [], [MINE]]).fetchone() == (1,)
    kept = owner.execute(
        "select count(*) from public.user_domains where user_id = any (%s::uuid[])", [people]
    )
    assert kept.fetchone() == (3,)
    refused("PT422", admin, assign, people, ["nowhere.example"], [])
    refused("PT404", admin, assign, [*people, str(uuid4())], [MINE], [])
    refused("PT422", admin, assign, [], [MINE], [])


def test_whoever_is_deleted_leaves_their_work_and_no_name(
    connect: Connect, owner: Connection[Any]
) -> None:
    person = make(owner)
    owner.execute("update public.profiles set full_name = 'Ada Gone' where id = %s", [person])
    owner.execute("insert into public.user_domains values (%s, %s)", [person, MINE])
    theirs = connect("authenticated", {"sub": person})
    conversation = theirs.execute("select id from public.conversations").fetchone()
    assert conversation
    theirs.execute(
        "select public.save_review(%s, %s, 'good', 'A note that stays')", [MINE, conversation[0]]
    )
    theirs.execute("select public.save_view('visitors', 'Shared', '{}', %s)", [MINE])
    theirs.execute("select public.save_view('visitors', 'My own', '{}')")
    topic = theirs.execute("select id from public.topics order by label limit 1").fetchone()
    assert topic
    theirs.execute("select public.hide_topic(%s, %s, true)", [MINE, topic[0]])

    admin = connect("authenticated", {"sub": ADMIN})
    admin.execute("select private.delete_user(%s)", [person])
    assert owner.execute("select count(*) from auth.users where id = %s", [person]).fetchone() == (
        0,
    )
    review = admin.execute(
        "select note, reviewer_name from public.list_reviews(%s, %s) where note like 'A note%%'",
        [MINE, conversation[0]],
    ).fetchone()
    assert review is not None and review[0] == "A note that stays"
    assert "Ada" not in str(review[1])
    views = admin.execute("select name from public.saved_views where owner_id = %s", [ADMIN])
    assert {row[0] for row in views} == {"Shared"}
    for mark in ("Ada Gone", f"{person}@new.example"):
        told = owner.execute(
            "select count(*) from public.audit_details d where d::text like %s", [f"%{mark}%"]
        )
        assert told.fetchone() == (0,), mark
    entries = owner.execute(
        "select action, actor_id from public.audit_log where subject_id = %s"
        " and subject_type = 'profile' order by position",
        [person],
    ).fetchall()
    assert entries[-1][0] == "erase" or "delete" in {row[0] for row in entries}
    assert "delete" in {row[0] for row in entries}


def test_invitations_are_revoked_until_they_are_accepted(
    connect: Connect, owner: Connection[Any]
) -> None:
    invited = make(owner, confirmed=False)
    admin = connect("authenticated", {"sub": ADMIN})
    for _ in range(2):
        admin.execute("select private.invite_user(%s, now() + interval '1 day')", [invited])
    sends = owner.execute("select sends from public.invitations where user_id = %s", [invited])
    assert sends.fetchone() == (2,)
    refused("PT409", admin, "select private.ask_for_reset(%s)", invited)
    admin.execute("select private.revoke_invitation(%s)", [invited])
    refused("PT404", admin, "select private.revoke_invitation(%s)", invited)
    refused("PT409", admin, "select private.revoke_invitation(%s)", USER)
    refused("PT409", admin, "select private.invite_user(%s, now())", USER)
