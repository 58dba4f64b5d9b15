"""AI Sections in the database: who writes them, on which version, and what visitors get."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase
from support.two_domains import ADMIN, STRANGER, USER

Connect = Callable[..., Connection[Any]]
SITE = "abtasty.com"
CONTENT = {
    "title": "Questions about prices",
    "questions": [{"id": "q1", "text": "What does it cost?"}],
    "search_bar": {"enabled": True, "placeholder": "Ask"},
    "layout": "list",
    "colors": {"background": "#ffffff", "text": "#111111"},
    "custom_css": ".rose-title { color: red }",
    "css": ".rose-section .rose-title{color:red}",
    "urls": {"include": ["/pricing*"], "exclude": []},
}


@pytest.fixture
def person(filled: TestDatabase, connect: Connect) -> Connection[Any]:
    return connect("authenticated", {"sub": USER})


def one(connection: Connection[Any], query: str, *parameters: Any) -> Any:
    row = connection.execute(query, parameters).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0] if len(row) == 1 else row


def create(connection: Connection[Any], slug: str | None = None, site: str = SITE) -> uuid.UUID:
    slug = slug or f"s{uuid.uuid4().hex[:12]}"
    return one(
        connection,
        "select id from private.create_section(%s, %s, %s)",
        site,
        slug,
        json.dumps(CONTENT | {"title": slug}),
    )


def save(connection: Connection[Any], section: uuid.UUID, version: int, **changed: Any) -> Any:
    slug = changed.pop("slug", None) or one(
        connection, "select slug from public.ai_sections where id = %s", section
    )
    return one(
        connection,
        "select version, slug from private.save_section(%s, %s, %s, %s, %s)",
        SITE,
        section,
        version,
        slug,
        json.dumps(CONTENT | {"title": slug} | changed),
    )


def publish(connection: Connection[Any], section: uuid.UUID, version: int | None) -> Any:
    query = "select published_version from private.publish_section(%s, %s, %s)"
    return one(connection, query, SITE, section, version)


def published(connect: Connect) -> dict[str, Any]:
    rows = one(connect("service_role"), "select private.published_sections(%s)", SITE)
    return {row["slug"]: row for row in rows}


def refused(connection: Connection[Any], state: str, column: str | None, call: Any) -> None:
    with pytest.raises(psycopg.Error) as raised:
        call()
    assert (raised.value.sqlstate, raised.value.diag.column_name) == (state, column)


def test_a_draft_reaches_visitors_when_it_is_published(
    person: Connection[Any], connect: Connect
) -> None:
    section = create(person, "prices")
    assert "prices" not in published(connect)
    assert publish(person, section, 1) == 1
    expected = {name: value for name, value in CONTENT.items() if name != "custom_css"}
    assert published(connect)["prices"] == expected | {
        "title": "prices",
        "slug": "prices",
        "version": 1,
    }
    assert save(person, section, 1, title="New") == (2, "prices")
    assert published(connect)["prices"]["title"] == "prices"
    publish(person, section, 2)
    assert published(connect)["prices"]["title"] == "New"
    person.execute("select private.switch_section(%s, %s, false)", [SITE, section])
    assert "prices" not in published(connect)
    person.execute("select private.switch_section(%s, %s, true)", [SITE, section])
    assert publish(person, section, None) is None
    assert "prices" not in published(connect)


def test_each_change_that_visitors_see_is_told(
    filled: TestDatabase, person: Connection[Any]
) -> None:
    section = create(person)
    with filled.connect("postgres") as listener:
        listener.execute("listen content_changed")

        def told() -> list[str]:
            return [each.payload for each in listener.notifies(timeout=0.2, stop_after=1)]

        save(person, section, 1, title="Draft")
        assert told() == []
        for change in (
            "select private.publish_section(%s, %s, 2)",
            "select private.switch_section(%s, %s, false)",
            "select private.archive_section(%s, %s, true)",
        ):
            person.execute(change, [SITE, section])
            assert told() == [SITE], change


def test_a_save_names_the_version_it_is_based_on(person: Connection[Any]) -> None:
    section = create(person)
    assert save(person, section, 1, layout="chips")[0] == 2
    refused(person, "PT409", "version", lambda: save(person, section, 1, layout="cards"))
    refused(person, "PT409", "version", lambda: publish(person, section, 1))
    assert save(person, section, 2, layout="chips")[0] == 2, "the same again is no new version"


def test_of_two_saves_at_once_one_is_refused(filled: TestDatabase, person: Connection[Any]) -> None:
    section = create(person)

    def attempt(title: str) -> str | None:
        with filled.connect("authenticated", {"sub": USER}) as connection:
            try:
                save(connection, section, 1, title=title)
            except psycopg.Error as error:
                return error.sqlstate
            return None

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(attempt, "abcd"))
    assert sorted(result or "" for result in results) == ["", "PT409", "PT409", "PT409"]
    query = "select count(*) from public.ai_section_versions where section_id = %s"
    assert one(person, query, section) == 2


def test_a_slug_is_one_sections_and_stays_while_it_is_published(person: Connection[Any]) -> None:
    section, other = create(person), create(person, "taken")
    refused(person, "PT409", "slug", lambda: create(person, "taken"))
    refused(person, "PT409", "slug", lambda: save(person, section, 1, slug="taken"))
    publish(person, other, 1)
    refused(person, "PT409", "slug", lambda: save(person, other, 1, slug="renamed"))
    publish(person, other, None)
    assert save(person, other, 1, slug="renamed", title="taken") == (1, "renamed")
    with pytest.raises(psycopg.errors.CheckViolation):
        create(person, "No Slug")


def test_an_archived_section_can_be_restored_or_deleted(
    person: Connection[Any], connect: Connect
) -> None:
    section = create(person, "old")
    publish(person, section, 1)
    delete = "select private.delete_section(%s, %s)"
    refused(person, "PT409", None, lambda: person.execute(delete, [SITE, section]))
    archive = "select archived_at is not null from private.archive_section(%s, %s, %s)"
    assert one(person, archive, SITE, section, True) is True
    assert "old" not in published(connect)
    refused(person, "PT409", None, lambda: save(person, section, 1, title="Later"))
    create(person, "old")
    refused(person, "PT409", "slug", lambda: one(person, archive, SITE, section, False))
    person.execute(delete, [SITE, section])
    left = "select count(*) from public.ai_section_versions where section_id = %s"
    assert one(person, left, section) == 0
    missing = create(person)
    assert one(person, archive, SITE, missing, True) is True
    assert one(person, archive, SITE, missing, False) is False


def test_sections_are_ordered_as_a_whole(person: Connection[Any], connect: Connect) -> None:
    create(person)
    create(person)
    ids = [
        row[0]
        for row in person.execute(
            "select id from public.ai_sections where site_domain = %s and archived_at is null"
            " order by position desc",
            [SITE],
        )
    ]
    order = "select id from private.order_sections(%s, %s::uuid[])"
    assert [row[0] for row in person.execute(order, [SITE, ids])] == ids
    for wrong in (ids[1:], [*ids, ids[0]], [*ids[1:], uuid.uuid4()], []):
        refused(person, "PT409", "ids", lambda wrong=wrong: person.execute(order, [SITE, wrong]))


@pytest.mark.parametrize(
    "call",
    [
        "private.create_section('{site}', 'mine', '{content}')",
        "private.save_section('{site}', '{id}', 1, 'mine', '{content}')",
        "private.publish_section('{site}', '{id}', 1)",
        "private.switch_section('{site}', '{id}', false)",
        "private.order_sections('{site}', '{{{id}}}')",
        "private.archive_section('{site}', '{id}', true)",
        "private.delete_section('{site}', '{id}')",
    ],
)
def test_sections_are_written_by_who_has_the_domain(
    call: str, person: Connection[Any], connect: Connect
) -> None:
    section = create(person)
    query = "select * from " + call.format(site=SITE, id=section, content=json.dumps(CONTENT))
    stranger = connect("authenticated", {"sub": STRANGER})
    refused(stranger, "PT404", None, lambda: stranger.execute(query))  # type: ignore[arg-type]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("anon", {}).execute(query)  # type: ignore[arg-type]
    if "order" not in call and "delete" not in call:
        admin = connect("authenticated", {"sub": ADMIN})
        with admin.transaction(force_rollback=True):
            assert admin.execute(query).fetchone()  # type: ignore[arg-type]


def test_every_change_is_in_the_audit_log(person: Connection[Any], connect: Connect) -> None:
    section = create(person)
    save(person, section, 1, title="Another")
    publish(person, section, 2)
    entries = connect("postgres").execute(
        "select action, actor_id::text, changed from public.audit_log"
        " where subject_type = 'ai_section' and subject_id = %s order by position",
        [str(section)],
    )
    assert entries.fetchall() == [
        ("create", USER, []),
        ("update", USER, ["title", "version"]),
        ("update", USER, ["published_at", "published_version"]),
    ]


def test_versions_name_their_author_and_clicks_their_section(
    person: Connection[Any], connect: Connect
) -> None:
    section = create(person)
    save(person, section, 1, title="Another")
    query = "select version, author, published_at from public.list_section_versions(%s, %s)"
    versions = person.execute(query, [SITE, section]).fetchall()
    assert [(row[0], bool(row[1]), row[2]) for row in versions] == [
        (2, True, None),
        (1, True, None),
    ]
    clicks = "select * from public.get_section_clicks(null, '2026-05-05', '2026-05-05')"
    assert person.execute(clicks).fetchall() == [(SITE, "pricing", 1)]
    before = "select * from public.get_section_clicks(null, '2026-05-01', '2026-05-04')"
    assert person.execute(before).fetchall() == []


def test_charts_mark_what_visitors_noticed(person: Connection[Any]) -> None:
    section = create(person, "marked")
    save(person, section, 1, title="Marked section")
    publish(person, section, 2)
    person.execute("select private.switch_section(%s, %s, false)", [SITE, section])
    person.execute("select private.archive_section(%s, %s, true)", [SITE, section])
    labels = person.execute(
        "select label from public.get_annotations(array[%s], current_date - 1, current_date + 1)"
        " where label like '%%: Marked section'",
        [SITE],
    )
    assert [row[0] for row in labels] == [
        "AI Section published: Marked section",
        "AI Section turned off: Marked section",
        "AI Section archived: Marked section",
    ]


def test_the_snippets_key_is_for_who_has_the_domain(
    person: Connection[Any], connect: Connect
) -> None:
    query = "select public.get_widget_key(%s)"
    key = one(connect("postgres"), "select key from private.mint_key(%s, 'public')", SITE)
    assert one(person, query, SITE) == key
    connect("postgres").execute(
        "update public.domain_keys set revoked_at = now() where public_key = %s", [key]
    )
    assert one(person, query, SITE) != key
    assert one(connect("authenticated", {"sub": STRANGER}), query, SITE) is None
