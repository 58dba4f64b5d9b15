"""Who sees what: every table and RPC as admin, user of the domain, user of another, and nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from support.database import TestDatabase
from support.two_domains import (
    ACCOUNT,
    ADMIN,
    DOMAINS,
    OTHER_TOPIC,
    QUESTIONS,
    SECTION,
    STRANGER,
    TICKET,
    TODAY,
    TOPIC,
    USER,
    fill_two_domains,
)

Connect = Callable[..., Connection[Any]]


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> Iterator[TestDatabase]:
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
    yield database


@pytest.fixture
def as_user(filled: TestDatabase, connect: Connect) -> Callable[[str], Connection[Any]]:
    return lambda user: connect("authenticated", {"sub": user})


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


RPCS = {
    "get_dashboard_summary": "%(domains)s, %(day)s, %(day)s",
    "get_engagement_rate": "%(domains)s, %(day)s, %(day)s",
    "get_widget_display_stats": "%(domains)s, %(day)s, %(day)s",
    "get_conversation_funnel": "%(domains)s, %(day)s, %(day)s",
    "get_conversations_over_time": "%(domains)s, %(day)s, %(day)s",
    "get_metric_over_time": "%(domains)s, %(day)s, %(day)s, 'engaged_visitors'",
    "get_top_values": "%(domains)s, %(day)s, %(day)s, 'page'",
    "list_conversations": "%(domains)s",
    "count_conversations": "%(domains)s",
    "get_review_agreement": "%(domains)s, %(day)s, %(day)s",
    "list_audit_log": "%(domains)s",
    "count_audit_log": "%(domains)s",
    "list_tickets": "%(domains)s",
    "count_tickets": "%(domains)s",
    "get_annotations": "%(domains)s, current_date - 1, current_date + 1",
    "get_visitor_stats_with_intent": "%(domains)s, %(range)s",
    "count_visitors": "%(domains)s, %(range)s",
    "get_account_stats_with_intent": "%(domains)s, %(range)s",
    "count_accounts": "%(domains)s, %(range)s",
    "get_account_values": "%(domains)s, 'industry'",
    "get_topic_stats": "%(domains)s, %(day)s, %(day)s",
    "get_topics_over_time": "%(domains)s, %(day)s, %(day)s",
    "get_heat_map": "%(domains)s, %(day)s, %(day)s",
    "get_unanswered_questions": "%(domains)s, %(day)s, %(day)s",
    "get_section_clicks": "%(domains)s, %(day)s, %(day)s",
}
# RPCs about one thing of one domain.
SINGLE = {
    "get_visitor_timeline": "%(domain)s, %(visitor)s",
    "get_visitor_sessions": "%(domain)s, %(visitor)s",
    "get_account_timeline": "%(domain)s, %(account)s",
    "get_account_topics": "%(domain)s, %(account)s",
    "get_topic_over_time": "%(domain)s, %(topic)s, %(day)s, %(day)s",
    "get_questions_of_group": "%(domain)s, %(questions)s, %(day)s, %(day)s",
    "list_section_versions": "%(domain)s, %(section)s",
    "get_ticket": "%(domain)s, %(ticket)s",
}
WRITERS = {
    "rename_topic": "%(domain)s, %(topic)s, 'Prices'",
    "hide_topic": "%(domain)s, %(topic)s, true",
    "merge_topics": "%(domain)s, %(topic)s, %(other)s",
    "resolve_questions": "%(domain)s, %(questions)s, true",
}
# Reviews, views, sessions and configurations have tests of their own.
TRIED_ELSEWHERE = {
    "get_clients",
    "count_clients",
    "get_metric_beginning",
    "get_my_notifications",
    "save_notification_choice",
    "get_access_settings",
    "get_my_access",
    "get_users",
    "count_users",
    "note_transcript_view",
    "get_agent_status",
    "get_configuration",
    "get_resolved_config",
    "list_config_versions",
    "get_visitor_for_lead_intelligence",
    "list_my_sessions",
    "end_my_session",
    "save_review",
    "delete_review",
    "list_reviews",
    "list_saved_views",
    "save_view",
    "update_view",
    "get_widget_key",
    "rename_view",
    "delete_view",
}


def call(connection: Connection[Any], name: str, domains: list[str] | None) -> list[Any]:
    query = f"select * from public.{name}({RPCS[name]})"
    day_range = json.dumps({"from": TODAY, "to": TODAY})
    parameters = {"domains": domains, "day": TODAY, "range": day_range}
    return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]


def call_about_one(connection: Connection[Any], name: str, domain: str, visitor: Any) -> list[Any]:
    query = f"select * from public.{name}({(SINGLE | WRITERS)[name]})"
    parameters = {
        "domain": domain,
        "visitor": visitor,
        "account": ACCOUNT,
        "topic": TOPIC,
        "other": OTHER_TOPIC,
        "questions": QUESTIONS,
        "section": SECTION,
        "ticket": TICKET,
        "day": TODAY,
    }
    return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]


def test_every_rpc_is_tried_here(connect: Connect) -> None:
    known = connect("postgres").execute(
        "select proname from pg_proc where pronamespace = 'public'::regnamespace"
    )
    assert {row[0] for row in known} == {
        *RPCS,
        *SINGLE,
        *WRITERS,
        *TRIED_ELSEWHERE,
    }


@pytest.fixture
def visitors(connect: Connect) -> dict[str, Any]:
    """The visitor of each domain."""
    rows = connect("postgres").execute("select site_domain, id from public.visitors")
    return dict(rows.fetchall())


@pytest.mark.parametrize("name", SINGLE)
def test_rpcs_about_one_thing_answer_who_may_see_its_domain(
    name: str,
    as_user: Callable[[str], Connection[Any]],
    visitors: dict[str, Any],
    connect: Connect,
) -> None:
    for domain in DOMAINS:
        assert call_about_one(as_user(ADMIN), name, domain, visitors[domain])
    assert call_about_one(as_user(USER), name, "abtasty.com", visitors["abtasty.com"])
    assert call_about_one(as_user(USER), name, "other.example", visitors["other.example"]) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call_about_one(connect("anon", {}), name, "abtasty.com", visitors["abtasty.com"])


@pytest.mark.parametrize("name", WRITERS)
def test_writing_rpcs_write_where_their_caller_may(
    name: str, as_user: Callable[[str], Connection[Any]], connect: Connect
) -> None:
    for user, domain in ((ADMIN, "other.example"), (USER, "abtasty.com")):
        person = as_user(user)
        with person.transaction(force_rollback=True):
            assert call_about_one(person, name, domain, None)
    for user, domain in ((USER, "other.example"), (STRANGER, "abtasty.com")):
        with pytest.raises(psycopg.Error) as raised:
            call_about_one(as_user(user), name, domain, None)
        assert raised.value.sqlstate == "PT404"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call_about_one(connect("anon", {}), name, "abtasty.com", None)


@pytest.mark.parametrize("name", RPCS)
def test_rpcs_answer_of_the_callers_domains_alone(
    name: str, as_user: Callable[[str], Connection[Any]]
) -> None:
    both = call(as_user(ADMIN), name, DOMAINS)
    assert both == call(as_user(ADMIN), name, None)
    own = call(as_user(USER), name, ["abtasty.com"])
    assert own == call(as_user(ADMIN), name, ["abtasty.com"])
    assert own != both
    # Asking for more gives no more, and asking for another's gives what an empty domain would.
    assert call(as_user(USER), name, DOMAINS) == own
    assert call(as_user(USER), name, None) == own
    assert call(as_user(USER), name, ["other.example"]) == call(as_user(ADMIN), name, [])


@pytest.mark.parametrize("name", RPCS)
def test_rpcs_refuse_nobody_in_particular(
    name: str, filled: TestDatabase, connect: Connect
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call(connect("anon", {}), name, DOMAINS)


def test_one_visitor_in_full_is_for_those_who_may_see_the_domain(
    as_user: Callable[[str], Connection[Any]], connect: Connect
) -> None:
    owner = connect("postgres")
    visitors = dict(
        owner.execute("select site_domain, visitor_id from public.visitor_ids").fetchall()
    )
    query = (
        "select site_domain, account ->> 'domain', enrichment -> 'domain' ->> 'source',"
        " session_count, conversions ? 'cta_clicked'"
        " from public.get_visitor_for_lead_intelligence(%s, %s)"
    )

    def seen(person: Connection[Any], domain: str) -> list[tuple[Any, ...]]:
        return person.execute(query.encode(), [domain, visitors[domain]]).fetchall()

    row = {domain: [(domain, f"company-of-{domain}", "email", 1, True)] for domain in DOMAINS}
    for domain in DOMAINS:
        assert seen(as_user(ADMIN), domain) == row[domain]
        assert seen(connect("service_role"), domain) == row[domain]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            seen(connect("anon", {}), domain)
    assert seen(as_user(USER), "abtasty.com") == row["abtasty.com"]
    assert seen(as_user(USER), "other.example") == []
    assert seen(as_user(STRANGER), "abtasty.com") == []
    mixed = [("other.example", visitors["abtasty.com"]), ("abtasty.com", visitors["other.example"])]
    for parameters in mixed:
        assert as_user(ADMIN).execute(query.encode(), parameters).fetchall() == []


def test_search_does_not_reach_other_domains(as_user: Callable[[str], Connection[Any]]) -> None:
    query = 'select count(*) from private.search_conversations(%s, \'{"search": "question"}\')'
    assert as_user(ADMIN).execute(query, [DOMAINS]).fetchone() == (2,)
    assert as_user(USER).execute(query, [DOMAINS]).fetchone() == (1,)


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
