"""Listing, counting and annotating by the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
USER = "a0000000-0000-4000-8000-000000000002"
SITE = "abtasty.com"
TOPIC = "70000000-0000-4000-8000-000000000001"
BOTH = [SITE, "tokyo.example"]


@pytest.fixture(scope="module")
def admin(database: TestDatabase) -> Iterator[Connection[Any]]:
    """Some entries, then entries of two days ago in the hours where Tokyo is a day ahead."""
    with database.connect("service_role", {"sub": ADMIN}) as writer:
        writer.execute("select private.create_domain('tokyo.example', 'T', 'Asia/Tokyo', 'T')")
        for n in range(150):
            writer.execute(
                "insert into public.domain_hosts (site_domain, host) values (%s, %s)",
                [BOTH[n % 2], f"h{n}.example"],
            )
    with database.connect("supabase_admin") as owner:
        owner.execute("alter table public.audit_log disable trigger user")
        owner.execute(
            "update public.audit_log set at = '2026-03-01T20:00Z' where subject_id = 'h1.example'"
        )
        owner.execute(
            "update public.audit_log set at = '2026-03-01T10:00Z' where subject_id = 'h0.example'"
        )
        owner.execute("alter table public.audit_log enable trigger user")
        owner.execute("alter table public.audit_log enable always trigger refuse_change")
    with database.connect("authenticated", {"sub": ADMIN}) as connection:
        yield connection


def counted(connection: Connection[Any], filters: dict[str, Any], sites: list[str] = BOTH) -> int:
    row = connection.execute(
        "select public.count_audit_log(%s, %s)", [sites, Jsonb(filters)]
    ).fetchone()
    assert row is not None
    listed = connection.execute(
        "select * from public.list_audit_log(%s, %s, 200)", [sites, Jsonb(filters)]
    ).fetchall()
    assert row[0] == len(listed)
    return int(row[0])


def test_pages_follow_each_other(admin: Connection[Any]) -> None:
    seen: list[Any] = []
    cursor = None
    while True:
        page = admin.execute(
            "select site_domain, position, at, cursor from public.list_audit_log(%s, '{}', 20, %s)",
            [[*BOTH, ""], Jsonb(cursor) if cursor else None],
        ).fetchall()
        if not page:
            break
        seen += page
        cursor = page[-1][3]
    keys = [(row[2], row[0], row[1]) for row in seen]
    assert keys == sorted(keys, reverse=True)
    assert len(seen) == len(set(keys)) == counted(admin, {}, [*BOTH, ""]) > 150


def test_filters(admin: Connection[Any]) -> None:
    assert counted(admin, {"subject_type": "domain_host", "actor": ADMIN}) == 152
    assert counted(admin, {"subject_type": "domain_host", "actor": "system"}) == 4
    assert counted(admin, {"action": "delete"}) == 0
    assert counted(admin, {"subject_id": "h7.example"}) == 1
    assert counted(admin, {"search": "H7.EXAMPLE"}) == 1
    assert counted(admin, {"search": "100%"}) == 0
    assert counted(admin, {"search": "admin", "subject_id": "h7.example", "from": None}) == 1


def test_days_are_the_websites_own(admin: Connection[Any]) -> None:
    for day, sites in (("2026-03-01", [SITE]), ("2026-03-02", ["tokyo.example"])):
        assert counted(admin, {"from": day, "to": day}) == 1
        assert counted(admin, {"from": day, "to": day}, sites) == 1
        found = admin.execute(
            "select day::text, site_domain, kind, label, actor_label"
            " from public.get_annotations(%s, %s, %s)",
            [BOTH, day, day],
        ).fetchall()
        host = "h0.example" if sites == [SITE] else "h1.example"
        assert found == [(day, sites[0], "domain", f"Host added: {host}", "Admin")]


def test_clients_see_their_website_and_nothing_of_none(
    admin: Connection[Any], database: TestDatabase
) -> None:
    with database.connect("authenticated", {"sub": USER}) as user:
        assert counted(user, {}, [*BOTH, ""]) == counted(admin, {}, [SITE])
        assert counted(user, {"search": "tokyo.example"}, [*BOTH, ""]) == 0
    assert counted(admin, {}, [""]) > 0


def test_annotations_are_sentences_about_what_moves_figures(database: TestDatabase) -> None:
    day = "current_date - 1, current_date + 1"
    with database.connect("service_role", {"sub": USER}) as writer:
        writer.execute("select private.create_domain('words.example', 'W', 'UTC', 'W')")
        writer.execute("update public.domains set timezone = 'Asia/Tokyo' where name = 'W'")
        writer.execute("update public.domains set name = 'Words' where name = 'W'")
        writer.execute("insert into public.user_domains values (%s, 'words.example')", [USER])
        writer.execute("select private.audit('words.example', 'export', 'export', 'visitors')")
        writer.execute("update public.domains set archived_at = now() where name = 'Words'")
        writer.execute(
            "insert into public.internal_addresses values ('words.example', 'h', 'Office')"
        )
        writer.execute("delete from public.domain_hosts where host = 'www.words.example'")
    with database.connect("authenticated", {"sub": ADMIN}) as reader:
        labels = reader.execute(
            f"select label from public.get_annotations(array['words.example'], {day})"  # type: ignore[arg-type]
        ).fetchall()
    assert [label for (label,) in labels] == [
        "Website added: W",
        "Host added: words.example",
        "Host added: www.words.example",
        "Timezone changed from UTC to Asia/Tokyo",
        "Website archived",
        "Internal address added: Office",
        "Host removed: www.words.example",
    ]


def test_what_people_do_to_a_topic_is_marked(database: TestDatabase) -> None:
    with database.connect("service_role") as writer:
        writer.execute(
            "insert into public.topics (site_domain, id, label) values (%s, %s, 'price cost')",
            [SITE, TOPIC],
        )
        # Found anew with other words, by a job.
        writer.execute("update public.topics set label = 'cost price', keywords = '{cost}'")
    with database.connect("authenticated", {"sub": USER}) as user:
        user.execute("select public.rename_topic(%s, %s, 'Prices')", [SITE, TOPIC])
        user.execute("select public.hide_topic(%s, %s, true)", [SITE, TOPIC])
        marks = user.execute(
            "select label, kind, actor_label"
            " from public.get_annotations(null, current_date - 1, current_date + 1)"
            " where kind = 'content'"
        ).fetchall()
    assert marks == [
        ("Topic changed: Prices", "content", "User"),
        ("Topic hidden: Prices", "content", "User"),
    ]


def test_a_chart_gets_the_latest_two_hundred(database: TestDatabase) -> None:
    with database.connect("service_role", {"sub": ADMIN}) as writer:
        writer.execute(
            "insert into public.domain_hosts (site_domain, host)"
            " select %s, 'many' || n from generate_series(1, 210) as n",
            [SITE],
        )
    with database.connect("authenticated", {"sub": USER}) as reader:
        rows = reader.execute(
            "select label from public.get_annotations(null, current_date - 1, current_date + 1)"
        ).fetchall()
    assert len(rows) == 200
    assert rows[-1] == ("Host added: many210",)


def test_what_a_seed_wrote_is_no_change(database: TestDatabase) -> None:
    days = "select label from public.get_annotations(array['seeded.example'], %s, %s)"
    with database.connect("supabase_admin") as seed:
        seed.execute("select private.create_domain('seeded.example', 'S', 'UTC', 'S')")
        with seed.transaction():
            seed.execute("select set_config('backoffice.actor', 'Nightly import', true)")
            seed.execute(
                "insert into public.domain_hosts (site_domain, host)"
                " values ('seeded.example', 'named.example')"
            )
        day = seed.execute("select (now() at time zone 'UTC')::date").fetchall()[0][0]
    with database.connect("authenticated", {"sub": ADMIN}) as reader:
        assert reader.execute(days, [day, day]).fetchall() == [("Host added: named.example",)]


def test_an_export_reads_as_a_sentence(admin: Connection[Any]) -> None:
    sentence = "select private.audit_sentence('export', 'export', %s, '{}', null, %s)"
    for name, after, said in (
        ("audit_log", {"rows": 1, "format": "csv"}, "Audit log exported: 1 row as CSV"),
        ("topics", {"rows": 20, "format": "json"}, "Topics exported: 20 rows as JSON"),
        ("topics", None, "Topics exported"),
    ):
        row = admin.execute(sentence, [name, Jsonb(after) if after else None]).fetchone()
        assert row == (said,)
