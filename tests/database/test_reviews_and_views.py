"""Reviewing conversations and naming filters: who may, what is kept, what others see of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
USER = "a0000000-0000-4000-8000-000000000002"
STRANGER = "a0000000-0000-4000-8000-000000000003"
SITE = "abtasty.com"
TALK = "20000000-0000-4000-8000-000000000001"
QUESTION = "30000000-0000-4000-8000-000000000001"
ANSWER = "30000000-0000-4000-8000-000000000002"
DAY = "2026-05-05"
As = Callable[[str], Connection[Any]]


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> Iterator[TestDatabase]:
    with database.connect("postgres") as owner:
        owner.execute("select private.create_domain('other.example', 'Other', 'UTC', 'Other Inc')")
        owner.execute(
            "insert into auth.users (id, email, raw_user_meta_data)"
            " values (%s, 'sam@other.example', '{\"full_name\": \"Sam Stranger\"}')",
            [STRANGER],
        )
        owner.execute("insert into public.user_domains values (%s, 'other.example')", [STRANGER])
        owner.execute(
            "select private.put_conversation(%s, %s, %s)",
            [SITE, TALK, json.dumps({"distinct_id": "v"})],
        )
        said = [
            {"id": QUESTION, "role": "visitor", "text": "Price?", "sent_at": f"{DAY}T10:00:00Z"},
            {"id": ANSWER, "role": "agent", "text": "Cheap.", "sent_at": f"{DAY}T10:01:00Z"},
        ]
        owner.execute("select private.add_messages(%s, %s, %s)", [SITE, TALK, json.dumps(said)])
        found = {
            "conversation_id": TALK,
            "version": 1,
            "analyzed_at": f"{DAY}T11:00:00Z",
            "message_count": 2,
            "scorer": "rules",
            "quality_score": 4.2,
        }
        owner.execute("select private.store_insights(%s, %s)", [SITE, json.dumps([found])])
    yield database


@pytest.fixture
def as_user(filled: TestDatabase, connect: Callable[..., Connection[Any]]) -> As:
    return lambda user: connect("authenticated", {"sub": user})


def review(person: Connection[Any], thumb: str, **more: Any) -> None:
    named = {"p_site_domain": SITE, "p_conversation_id": TALK, "p_thumb": thumb, **more}
    arguments = ", ".join(f"{name} => %({name})s" for name in named)
    person.execute(f"select public.save_review({arguments})", named)  # type: ignore[arg-type]


def refusal(call: Callable[[], Any]) -> str | None:
    with pytest.raises(psycopg.Error) as refused:
        call()
    return refused.value.sqlstate


def shown(person: Connection[Any]) -> Any:
    row = person.execute("select review from public.list_conversations(%s)", [[SITE]]).fetchone()
    return row and row[0]


def test_a_review_is_one_per_person_and_the_latest_shows(as_user: As) -> None:
    admin, user = as_user(ADMIN), as_user(USER)
    review(
        user,
        "bad",
        p_note=" Not so. ",
        p_labels=["tone", "tone", " wrong "],
        p_message_id=ANSWER,
        p_corrected_answer="Dear.",
    )
    assert shown(user) == "bad"
    review(admin, "good")
    assert shown(user) == "good"
    query = (
        "select reviewer_name, is_mine, thumb, note, labels, message_id::text, corrected_answer"
        " from public.list_reviews(%s, %s)"
    )
    first, second = user.execute(query, [SITE, TALK]).fetchall()
    assert first[1:] == (False, "good", "", [], None, None)
    assert second[1:] == (True, "bad", "Not so.", ["tone", "wrong"], ANSWER, "Dear.")
    assert first[0] and second[0]

    # Reviewing again replaces, and is the latest.
    review(user, "bad", p_note="Still not.")
    assert shown(admin) == "bad"
    assert len(admin.execute(query, [SITE, TALK]).fetchall()) == 2
    user.execute("select public.delete_review(%s, %s)", [SITE, TALK])
    assert shown(admin) == "good"
    admin.execute("select public.delete_review(%s, %s)", [SITE, TALK])
    assert shown(admin) is None
    admin.execute("select public.delete_review(%s, %s)", [SITE, TALK])


def test_reviews_are_for_who_sees_the_domain(
    as_user: As, connect: Callable[..., Connection[Any]]
) -> None:
    review(as_user(USER), "good")
    stranger = as_user(STRANGER)
    assert refusal(lambda: review(stranger, "bad")) == "PT404"
    assert (
        refusal(lambda: stranger.execute("select public.delete_review(%s, %s)", [SITE, TALK]))
        == "PT404"
    )
    for query in (
        "select * from public.list_reviews(%s, %s)",
        "select * from private.reviewer_names(%s, %s)",
    ):
        assert stranger.execute(query, [SITE, TALK]).fetchall() == []  # type: ignore[arg-type]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect("anon", {}).execute(query, [SITE, TALK])  # type: ignore[arg-type]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        review(connect("anon", {}), "good")
    assert shown(as_user(USER)) == "good"


@pytest.mark.parametrize(
    ("thumb", "more"),
    [
        ("fine", {}),
        ("good", {"p_note": "x" * 5001}),
        ("good", {"p_corrected_answer": "x" * 10_001}),
        ("good", {"p_labels": ["x" * 51]}),
        ("good", {"p_labels": [str(n) for n in range(21)]}),
        ("good", {"p_message_id": QUESTION}),
        ("good", {"p_message_id": USER}),
    ],
)
def test_a_wrong_review_is_refused(as_user: As, thumb: str, more: dict[str, Any]) -> None:
    assert refusal(lambda: review(as_user(USER), thumb, **more)) == "PT400"


def test_a_review_of_nothing_is_refused(as_user: As) -> None:
    nothing = {"p_conversation_id": "20000000-0000-4000-8000-000000000099"}
    assert refusal(lambda: review(as_user(USER), "good", **nothing)) == "PT404"


def test_agreement_compares_the_score_with_the_latest_review(as_user: As) -> None:
    query = "select * from public.get_review_agreement(%s, %s, %s)"
    user = as_user(USER)
    review(user, "good")
    cell = {"score": 4, "thumb": "good", "count": 1}
    assert user.execute(query, [[SITE], DAY, DAY]).fetchone() == (1, 0, 1, 0, [cell])
    review(as_user(ADMIN), "bad")
    assert user.execute(query, [None, DAY, DAY]).fetchone() == (
        1,
        0,
        0,
        1,
        [cell | {"thumb": "bad"}],
    )
    nothing = (0, 0, 0, 0, [])
    assert user.execute(query, [[SITE], "2026-05-06", "2026-05-07"]).fetchone() == nothing
    assert as_user(STRANGER).execute(query, [[SITE], DAY, DAY]).fetchone() == nothing
    assert refusal(lambda: user.execute(query, [None, DAY, "2026-05-04"])) == "PT400"


def save(person: Connection[Any], name: str, domain: str | None = None) -> str:
    row = person.execute(
        "select public.save_view('conversations', %s, %s, %s)",
        [name, json.dumps({"scores": [4, 5]}), domain],
    ).fetchone()
    assert row is not None
    return str(row[0])


def views(person: Connection[Any]) -> list[tuple[Any, ...]]:
    return person.execute(
        "select name, search, site_domain, is_mine from public.list_saved_views('conversations')"
    ).fetchall()


def test_views_are_private_until_shared_with_a_domain(
    as_user: As, connect: Callable[..., Connection[Any]]
) -> None:
    admin, user, stranger = as_user(ADMIN), as_user(USER), as_user(STRANGER)
    mine = save(user, " Hot ones ")
    hot = ("Hot ones", {"scores": [4, 5]}, None, True)
    assert (views(user), views(admin), views(stranger)) == ([hot], [], [])
    assert refusal(lambda: save(user, "Theirs", "other.example")) == "PT404"

    share = "select public.update_view(%s, %s, %s)"
    user.execute(share, [mine, '{"page": "/pricing"}', SITE])
    shared = ("Hot ones", {"page": "/pricing"}, SITE)
    assert views(user) == [(*shared, True)]
    assert views(admin) == [(*shared, False)]
    assert views(stranger) == []

    # Others use it; its owner alone changes it.
    rename = "select public.rename_view(%s, %s)"
    assert refusal(lambda: admin.execute(rename, [mine, "Mine now"])) == "PT404"
    assert refusal(lambda: stranger.execute(share, [mine, "{}", None])) == "PT404"
    assert refusal(lambda: stranger.execute("select public.delete_view(%s)", [mine])) == "PT404"
    user.execute(rename, [mine, "Pricing"])
    assert [row[0] for row in views(admin)] == ["Pricing"]
    # Staff tidies up what is shared, and nothing else.
    private = save(user, "Only mine")
    assert refusal(lambda: admin.execute("select public.delete_view(%s)", [private])) == "PT404"
    admin.execute("select public.delete_view(%s)", [mine])
    user.execute("select public.delete_view(%s)", [private])
    assert views(user) == []
    for call in (
        "select * from public.list_saved_views('conversations')",
        "select public.save_view('conversations', 'x', '{}')",
        "select public.delete_view(gen_random_uuid())",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect("anon", {}).execute(call)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "name", "search"),
    [
        ("Conversations!", "x", "{}"),
        ("conversations", "  ", "{}"),
        ("conversations", "x" * 81, "{}"),
        ("conversations", "x", "[]"),
        ("conversations", "x", json.dumps({"q": "x" * 8000})),
    ],
)
def test_a_wrong_view_is_refused(as_user: As, page: str, name: str, search: str) -> None:
    query = "select public.save_view(%s, %s, %s)"
    assert refusal(lambda: as_user(USER).execute(query, [page, name, search])) == "PT400"


def test_somebody_disabled_saves_no_view_and_no_review(
    as_user: As, connect: Callable[..., Connection[Any]]
) -> None:
    owner = connect("postgres")
    user = as_user(USER)
    try:
        owner.execute("update public.profiles set disabled_at = now() where id = %s", [USER])
        assert refusal(lambda: save(user, "Late")) == "PT403"
        assert refusal(lambda: review(user, "good")) == "PT404"
    finally:
        owner.execute("update public.profiles set disabled_at = null where id = %s", [USER])
