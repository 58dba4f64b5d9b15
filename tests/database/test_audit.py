"""The audit log: what comes into it, that it can be proved, and that whoever alters it is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from backoffice.audit import Anchor, digest, verify
from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
USER = "a0000000-0000-4000-8000-000000000002"
SITE = "abtasty.com"
Connect = Callable[..., Connection[Any]]


@pytest.fixture
def owner(connect: Connect) -> Connection[Any]:
    return connect("postgres")


def entries(connection: Connection[Any], site: str = SITE, last: int = 1) -> list[Any]:
    return connection.execute(
        "select action, subject_type, subject_id, changed, before, after, actor_label, actor_role"
        " from public.audit_log join public.audit_details using (site_domain, position)"
        " where site_domain = %s order by position desc limit %s",
        [site, last],
    ).fetchall()


def count(connection: Connection[Any]) -> int:
    row = connection.execute("select count(*) from public.audit_log").fetchone()
    assert row is not None
    return int(row[0])


def broken(database: TestDatabase, *anchors: Anchor) -> list[tuple[str, int, str]]:
    with database.connect("service_role") as connection:
        report = verify(connection, anchors=anchors)
    return [(each.site_domain, each.position, each.reason) for each in report.breaks]


def test_the_seed_is_the_beginning_of_each_chain(
    database: TestDatabase, owner: Connection[Any]
) -> None:
    first = owner.execute(
        "select subject_type, subject_id, actor_role, actor_label from public.audit_log"
        " join public.audit_details using (site_domain, position)"
        " where site_domain = %s and position = 1",
        [SITE],
    ).fetchone()
    assert first == ("domain", SITE, "system", "System")
    assert broken(database) == []


def test_a_change_is_remembered_with_before_and_after(owner: Connection[Any]) -> None:
    owner.execute(
        "update public.domains set timezone = 'Europe/Rome' where site_domain = %s", [SITE]
    )
    ((action, kind, subject, changed, before, after, actor, _),) = entries(owner)
    assert (action, kind, subject, changed) == ("update", "domain", SITE, ["timezone"])
    assert (before["timezone"], after["timezone"]) == ("Europe/Paris", "Europe/Rome")
    assert actor == "System"


def test_what_changes_nothing_is_no_entry(owner: Connection[Any]) -> None:
    before = count(owner)
    owner.execute("update public.domains set name = name")
    owner.execute("update public.domain_keys set last_used_at = now()")
    with owner.transaction(force_rollback=True):
        owner.execute("update public.domains set name = 'Rolled back'")
    assert count(owner) == before


def test_nothing_of_a_secret_comes_into_the_log(owner: Connection[Any]) -> None:
    row = owner.execute("select id, key from private.mint_key(%s, 'secret', 'Backend')", [SITE])
    key_id, key = row.fetchone() or ("", "")
    owner.execute("select private.revoke_key(%s, %s)", [SITE, key_id])
    for action, kind, subject, changed, before, after, *_ in entries(owner, last=2):
        assert (kind, subject) == ("domain_key", str(key_id))
        assert changed == (["revoked_at"] if action == "update" else [])
        shown = json.dumps([before, after])
        assert "Backend" in shown
        assert "secret_hash" not in shown and key[-4:] not in shown.replace(str(key_id), "")


def test_a_bulk_change_is_one_entry_a_row(database: TestDatabase, owner: Connection[Any]) -> None:
    before = count(owner)
    owner.execute(
        "insert into public.domain_hosts (site_domain, host)"
        " select %s, 'bulk' || n || '.example' from generate_series(1, 500) as n",
        [SITE],
    )
    owner.execute("delete from public.domain_hosts where host like 'bulk%'")
    assert count(owner) == before + 1000
    assert broken(database) == []


def test_people_jobs_and_keys_are_told_apart(connect: Connect, owner: Connection[Any]) -> None:
    service = connect("service_role", {})
    person = connect("service_role", {"sub": ADMIN})
    for connection in (service, person):
        connection.execute(
            "update public.domains set name = name || '.' where site_domain = %s", [SITE]
        )
    with owner.transaction():
        owner.execute("select set_config('backoffice.actor', 'Nightly import', true)")
        owner.execute("update public.domains set name = 'AB Tasty' where site_domain = %s", [SITE])
    with owner.transaction():
        owner.execute("select set_config('backoffice.actor_id', %s, true)", [USER])
        owner.execute("update public.domains set name = 'AB' where site_domain = %s", [SITE])
    assert [row[6:] for row in entries(owner, last=4)] == [
        ("User", "user"),
        ("Nightly import", "system"),
        ("Admin", "admin"),
        ("Server key", "service"),
    ]


def test_what_is_no_write_can_be_put_down_by_who_may_see_it(connect: Connect) -> None:
    user, anonymous = connect("authenticated", {"sub": USER}), connect("anon", {})
    note = "select private.audit(%s, 'export', 'conversation', 'all', null, '{\"rows\": 3}')"
    user.execute(note, [SITE])
    assert entries(user)[0][:6] == ("export", "conversation", "all", [], None, {"rows": 3})
    with pytest.raises(psycopg.Error, match="There is no website other"):
        user.execute(note, ["other.example"])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        anonymous.execute(note, [SITE])


def test_writers_at_once_make_one_chain(database: TestDatabase, owner: Connection[Any]) -> None:
    """Each transaction writes two chains, half of them the other way round."""
    owner.execute("select private.create_domain('second.example', 'Second', 'UTC', 'Second')")
    before = count(owner)

    def write(number: int) -> None:
        sites = [SITE, "second.example"][:: 1 if number % 2 else -1]
        with database.connect("service_role") as connection:
            for turn in range(20):
                with connection.transaction():
                    for site in sites:
                        connection.execute(
                            "insert into public.domain_hosts (site_domain, host) values (%s, %s)",
                            [site, f"w{number}-{turn}.example"],
                        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert count(owner) == before + 8 * 20 * 2
    assert broken(database) == []


REFUSED = [
    "insert into public.audit_log select * from public.audit_log limit 1",
    "insert into public.audit_details select * from public.audit_details limit 1",
    "update public.audit_log set action = 'nothing'",
    "delete from public.audit_log where false",
    "truncate public.audit_log, public.audit_details",
    "update public.audit_details set actor_label = 'Somebody else'",
    "update public.audit_details set before = null",
    "delete from public.audit_details",
]


@pytest.mark.parametrize("statement", REFUSED)
@pytest.mark.parametrize("role", ["supabase_admin", "postgres", "service_role", "authenticated"])
def test_nobody_writes_the_log_itself(
    database: TestDatabase, connect: Connect, role: str, statement: str
) -> None:
    before = count(connect("postgres"))
    with pytest.raises(psycopg.Error) as refused:
        connect(role, {"sub": ADMIN}).execute(statement)  # type: ignore[arg-type]
    assert refused.value.sqlstate in ("PT403", "42501")
    assert count(connect("postgres")) == before
    assert broken(database) == []


def test_replaying_changes_does_not_get_around_it(connect: Connect) -> None:
    admin = connect("supabase_admin")
    admin.execute("set session_replication_role = replica")
    for statement in REFUSED[2:]:
        with pytest.raises(psycopg.Error, match=r"append-only|can be erased"):
            admin.execute(statement)  # type: ignore[arg-type]


LOG, DETAILS = "public.audit_log", "public.audit_details"
TAMPERED = {
    f"update {LOG} set actor_role = 'user' where position = 2": (2, "was altered"),
    f"update {LOG} set at = at + interval '1 microsecond' where position = 2": (2, "was altered"),
    f"update {LOG} set hash = sha256('') where position = 2": (2, "was altered"),
    f"update {LOG} set previous_hash = sha256('') where position = 2": (2, "does not follow"),
    f"delete from {DETAILS} where position = 2; delete from {LOG} where position = 2": (
        2,
        "missing",
    ),
    f"delete from {DETAILS} where position = 1; delete from {LOG} where position = 1": (
        1,
        "missing",
    ),
    f"delete from {DETAILS} where position = 2": (2, "details are missing"),
    f"delete from {DETAILS} where position >= 3; delete from {LOG} where position >= 3": (
        3,
        "end is missing",
    ),
    f"delete from {DETAILS}; delete from {LOG}": (1, "whole chain is missing"),
    f"update {DETAILS} set after = '{{}}' where position = 2": (2, "details were altered"),
    f"update {DETAILS} set before = null, after = null, salt = null where position = 2": (
        2,
        "no entry says so",
    ),
    f"update {DETAILS} set actor_label = 'X' where position = 2": (2, "actor was altered"),
    # Two entries in each other's place.
    f"update {LOG} set position = 1000 where position = 1; update {LOG} set position = 1 where"
    f" position = 2; update {LOG} set position = 2 where position = 1000": (1, "does not follow"),
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_whoever_alters_the_log_is_found(fresh_database: TestDatabase, tampering: str) -> None:
    """A superuser takes the guards away first."""
    position, reason = TAMPERED[tampering]
    assert broken(fresh_database) == []
    tamper(fresh_database, tampering)
    found = broken(fresh_database)
    assert (SITE, position) in {(site, place) for site, place, _ in found}, found
    assert all(reason in why for site, _, why in found if site == SITE), found


def tamper(database: TestDatabase, statement: str) -> None:
    with database.connect("supabase_admin") as admin:
        admin.execute(f"alter table {LOG} disable trigger all")  # type: ignore[arg-type]
        admin.execute(f"alter table {DETAILS} disable trigger all")  # type: ignore[arg-type]
        admin.execute(statement)  # type: ignore[arg-type]


def test_an_end_cut_off_with_its_head_is_found_by_who_kept_the_hash(
    fresh_database: TestDatabase,
) -> None:
    with fresh_database.connect("service_role") as connection:
        ends = verify(connection).ends
    end = next(each for each in ends if each.site_domain == SITE)
    tamper(
        fresh_database,
        f"delete from {DETAILS} where site_domain = '{SITE}' and position = {end.position};"
        f"delete from {LOG} where site_domain = '{SITE}' and position = {end.position};"
        "update private.audit_heads as head set position = last.position, hash = last.hash"
        f" from {LOG} as last where head.site_domain = '{SITE}' and last.site_domain = '{SITE}'"
        f" and last.position = {end.position - 1}",
    )
    assert broken(fresh_database) == []
    assert broken(fresh_database, *ends) == [
        (SITE, end.position, "the chain was longer: its end is missing")
    ]
    with fresh_database.connect("postgres") as owner:
        owner.execute("update public.domains set name = 'Grown over it'")
    assert broken(fresh_database, *ends) == [
        (SITE, end.position, "the entry is not the one that was there before")
    ]


def test_erasing_keeps_the_chain(fresh_database: TestDatabase) -> None:
    with fresh_database.connect("service_role", {"sub": USER}) as person:
        person.execute("update public.profiles set full_name = 'Ada' where id = %s", [USER])
        person.execute("update public.domains set name = 'By Ada'")
    with fresh_database.connect("service_role") as service:
        subject = service.execute("select private.erase_audit_subject('', 'profile', %s)", [USER])
        actor = service.execute("select private.erase_audit_actor(%s)", [USER])
        assert (subject.fetchone(), actor.fetchone()) == ((2,), (2,))
        report = verify(service)
        assert (report.breaks, report.erased) == ([], 3)
        left = service.execute(
            "select count(*) from public.audit_details"
            " where actor_label in ('User', 'Ada') or after ->> 'email' = 'user@user.com'"
        )
        assert left.fetchone() == (0,)
        # What was erased stays so, and is not erased twice.
        again = service.execute("select private.erase_audit_actor(%s)", [USER]).fetchone()
        assert again == (0,)


@given(
    st.lists(st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
)
def test_the_digest_is_the_databases(database: TestDatabase, values: list[str | None]) -> None:
    with database.connect("postgres") as connection:
        row = connection.execute(
            "select private.audit_digest('salt', variadic %s::text[])", [values]
        ).fetchone()
    assert row == (digest(b"salt", values),)
