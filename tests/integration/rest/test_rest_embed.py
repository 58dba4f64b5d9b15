"""Embedded resources: every kind of relationship, chosen, filtered, ordered and spread."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(
            "books?select=id,publishers(name)&id=eq.1",
            [{"id": 1, "publishers": {"name": "North"}}],
            id="to one",
        ),
        pytest.param(
            "books?select=id,publishers(name)&id=eq.4",
            [{"id": 4, "publishers": None}],
            id="to none",
        ),
        pytest.param(
            "publishers?select=name,books(id)&order=id&books.order=id.desc",
            [
                {"name": "North", "books": [{"id": 2}, {"id": 1}]},
                {"name": "South", "books": [{"id": 3}]},
                {"name": "Idle", "books": []},
            ],
            id="to many",
        ),
        pytest.param(
            "books?select=id,authors(name)&id=eq.1&authors.order=name",
            [{"id": 1, "authors": [{"name": "Ada"}, {"name": "Ben"}]}],
            id="many to many",
        ),
        pytest.param(
            "books?select=id,covers(colour)&id=in.(1,2)&order=id",
            [{"id": 1, "covers": {"colour": "blue"}}, {"id": 2, "covers": None}],
            id="one to one",
        ),
        pytest.param(
            "covers?select=colour,books(title)",
            [{"colour": "blue", "books": {"title": "The Quiet Sea"}}],
            id="one to one, backwards",
        ),
        pytest.param(
            "authors?select=name,mentor:mentor_id(name)&id=eq.2",
            [{"name": "Ben", "mentor": {"name": "Ada"}}],
            id="self, to one by column",
        ),
        pytest.param(
            "authors?select=name,pupils:authors(name)&id=eq.1&authors.order=id",
            [{"name": "Ada", "pupils": [{"name": "Ben"}, {"name": "Cleo"}]}],
            id="self, to many by table",
        ),
        pytest.param(
            "authors?select=name,authors!mentor_id(name,authors!mentor_id(name))"
            "&id=eq.1&authors.id=eq.2",
            [{"name": "Ada", "authors": [{"name": "Ben", "authors": [{"name": "Dan"}]}]}],
            id="self, twice",
        ),
        pytest.param(
            "books?select=id,first_author(name)&id=eq.2",
            [{"id": 2, "first_author": {"name": "Ben"}}],
            id="computed, to one",
        ),
        pytest.param(
            "publishers?select=name,bestsellers(title)&id=lt.3&order=id",
            [
                {"name": "North", "bestsellers": [{"title": "The Quiet Sea"}]},
                {"name": "South", "bestsellers": [{"title": "Running Rivers"}]},
            ],
            id="computed, to many",
        ),
        pytest.param(
            "book_list?select=name,publishers(name)&book=eq.1",
            [{"name": "The Quiet Sea", "publishers": {"name": "North"}}],
            id="view to table",
        ),
        pytest.param(
            "publishers?select=name,short_list(name)&id=eq.1&short_list.order=name",
            [
                {
                    "name": "North",
                    "short_list": [{"name": "A Loud Hill"}, {"name": "The Quiet Sea"}],
                }
            ],
            id="table to view of a view",
        ),
        pytest.param(
            "draft_list?select=text,book_list(name)",
            [{"text": "first", "book_list": {"name": "The Quiet Sea"}}],
            id="view of a hidden table to a view",
        ),
        pytest.param(
            "letters?select=body,from:authors!sender_id(name),to:authors!letters_receiver_id_fkey"
            "(name)&id=eq.1",
            [{"body": "Dear Ben", "from": {"name": "Ada"}, "to": {"name": "Ben"}}],
            id="hint by column and by constraint",
        ),
        pytest.param(
            "letters?select=body,from:sender_id(name),letters_receiver_id_fkey(name)&id=eq.3",
            [
                {
                    "body": "To nobody",
                    "from": {"name": "Cleo"},
                    "letters_receiver_id_fkey": None,
                }
            ],
            id="target by column and by constraint",
        ),
        pytest.param(
            "books?select=id,authors!book_authors(id)&id=eq.2",
            [{"id": 2, "authors": [{"id": 2}]}],
            id="hint by junction",
        ),
        pytest.param(
            "publishers?select=name,books(title,authors(name,authors(name)))&id=eq.2",
            [
                {
                    "name": "South",
                    "books": [
                        {
                            "title": "Running Rivers",
                            "authors": [{"name": "Cleo", "authors": []}],
                        }
                    ],
                }
            ],
            id="nested",
        ),
        pytest.param(
            "books?select=id,publishers!inner(name)&publishers.city=eq.Rome",
            [{"id": 3, "publishers": {"name": "South"}}],
            id="inner",
        ),
        pytest.param(
            "publishers?select=id,books!left(id)&books.pages=gt.200&order=id",
            [{"id": 1, "books": [{"id": 1}]}, {"id": 2, "books": []}, {"id": 3, "books": []}],
            id="left with filter",
        ),
        pytest.param(
            "publishers?select=id,books!inner(id,authors!inner(name))&books.authors.name=eq.Cleo",
            [{"id": 2, "books": [{"id": 3, "authors": [{"name": "Cleo"}]}]}],
            id="inner, nested",
        ),
        pytest.param(
            "publishers?select=id,books(id)&books.or=(pages.lt.100,pages.gt.300)&order=id"
            "&books.order=id",
            [{"id": 1, "books": [{"id": 1}]}, {"id": 2, "books": [{"id": 3}]},
             {"id": 3, "books": []}],
            id="logic within",
        ),
        pytest.param(
            "publishers?select=id,books(id)&books.not.or=(pages.lt.100,pages.gt.300)&id=eq.1",
            [{"id": 1, "books": [{"id": 2}]}],
            id="negated logic within",
        ),
        pytest.param(
            "publishers?select=id,books(id)&books.order=id&books.limit=1&books.offset=1&id=eq.1",
            [{"id": 1, "books": [{"id": 2}]}],
            id="range within",
        ),
        pytest.param(
            "publishers?select=id,b:books(id)&b.pages=gt.200&id=eq.1",
            [{"id": 1, "b": [{"id": 1}]}],
            id="filtered by alias",
        ),
        pytest.param(
            "publishers?select=id,books()&books=not.is.null&order=id",
            [{"id": 1}, {"id": 2}],
            id="those with some",
        ),
        pytest.param(
            "publishers?select=id,books(id)&books=is.null",
            [{"id": 3, "books": []}],
            id="those without",
        ),
        pytest.param(
            "publishers?select=id,books(),bestsellers()&or=(books.is.null,bestsellers.is.null)",
            [{"id": 3}],
            id="those without, in logic",
        ),
        pytest.param(
            "books?select=id,...publishers(publisher:name,city)&id=eq.1",
            [{"id": 1, "publisher": "North", "city": "Oslo"}],
            id="spread to one",
        ),
        pytest.param(
            "publishers?select=name,...books(titles:title,pages)&books.order=pages&id=eq.1",
            [{"name": "North", "titles": ["A Loud Hill", "The Quiet Sea"], "pages": [120, 320]}],
            id="spread to many",
        ),
        pytest.param(
            "publishers?select=name,...books(titles:title)&id=eq.3",
            [{"name": "Idle", "titles": []}],
            id="spread to none",
        ),
        pytest.param(
            "covers?select=colour,...books(title,...publishers(city))",
            [{"colour": "blue", "title": "The Quiet Sea", "city": "Oslo"}],
            id="spread, nested",
        ),
        pytest.param(
            "books?select=id,book_authors(share,...authors(name))&id=eq.1&book_authors.order=share",
            [
                {
                    "id": 1,
                    "book_authors": [
                        {"share": 40, "name": "Ben"},
                        {"share": 60, "name": "Ada"},
                    ],
                }
            ],
            id="junction's own columns",
        ),
        pytest.param(
            "books?select=publisher_id,...publishers(city),pages.sum()&publisher_id=eq.1",
            [{"publisher_id": 1, "city": "Oslo", "sum": 440}],
            id="grouped by a spread column",
        ),
        pytest.param(
            "book_authors?select=author_id,...books(pages.sum(),n:count())&order=author_id",
            [
                {"author_id": 1, "sum": 320, "n": 1},
                {"author_id": 2, "sum": 440, "n": 2},
                {"author_id": 3, "sum": 80, "n": 1},
            ],
            id="aggregates of spread rows",
        ),
        pytest.param(
            "covers?select=...books(...publishers(count()))",
            [{"count": 1}],
            id="aggregates of twice spread rows",
        ),
        pytest.param(
            "covers?select=...books(publishers(name),pages.sum())",
            [{"publishers": {"name": "North"}, "sum": 320}],
            id="grouped by an embed of a spread row",
        ),
        pytest.param(
            "publishers?select=name,books(count)&order=id",
            [
                {"name": "North", "books": [{"count": 2}]},
                {"name": "South", "books": [{"count": 1}]},
                {"name": "Idle", "books": [{"count": 0}]},
            ],
            id="counted, as supabase-js writes it",
        ),
        pytest.param(
            "letters?select=id,authors!receiver_id(name)&order=authors(name).desc.nullslast,id",
            [
                {"id": 1, "authors": {"name": "Ben"}},
                {"id": 2, "authors": {"name": "Ada"}},
                {"id": 3, "authors": None},
            ],
            id="ordered by the embed",
        ),
    ],
)  # fmt: skip
def test_embeds(api: httpx.Client, path: str, expected: list[dict[str, Any]]) -> None:
    answer = api.get(f"/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.json() == expected


def test_an_ambiguous_embed_lists_the_choices(api: httpx.Client) -> None:
    answer = api.get("/letters?select=*,authors(*)")
    assert answer.status_code == 300
    assert answer.json() == {
        "code": "PGRST201",
        "details": [
            {
                "cardinality": "many-to-one",
                "embedding": "letters with authors",
                "relationship": "letters_receiver_id_fkey using letters(receiver_id)"
                " and authors(id)",
            },
            {
                "cardinality": "many-to-one",
                "embedding": "letters with authors",
                "relationship": "letters_sender_id_fkey using letters(sender_id) and authors(id)",
            },
        ],
        "hint": "Try changing 'authors' to one of the following:"
        " 'authors!letters_receiver_id_fkey', 'authors!letters_sender_id_fkey'."
        " Find the desired relationship in the 'details' key.",
        "message": "Could not embed because more than one relationship was found for"
        " 'letters' and 'authors'",
    }


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        (
            "books?select=id,publisher(*)",
            "PGRST200",
            "Could not find a relationship between 'books' and 'publisher' in the schema cache",
        ),
        (
            "books?select=id,publishers!nowhere(*)",
            "PGRST200",
            "Could not find a relationship between 'books' and 'publishers' in the schema cache",
        ),
        (
            "books?select=id&publishers.name=eq.x",
            "PGRST108",
            "'publishers' is not an embedded resource in this request",
        ),
        (
            "publishers?select=id,books(id)&order=books(id)",
            "PGRST118",
            "A related order on 'books' is not possible",
        ),
        (
            "publishers?select=name,...books(pages.sum())",
            "PGRST127",
            "Feature not implemented",
        ),
    ],
)
def test_impossible_embeds_say_why(api: httpx.Client, path: str, code: str, message: str) -> None:
    answer = api.get(f"/{path}")
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["message"] == message


def test_a_missing_embed_is_hinted_at(api: httpx.Client) -> None:
    body = api.get("/books?select=id,publisher(*)").json()
    assert body["hint"] == "Perhaps you meant 'publishers' instead of 'publisher'."
    assert body["details"] == (
        "Searched for a foreign key relationship between 'books' and 'publisher' in the schema"
        " 'api', but no matches were found."
    )


def test_a_wrong_hint_is_not_answered_with_another_table(api: httpx.Client) -> None:
    body = api.get("/books?select=id,publishers!readers(*)").json()
    assert body["code"] == "PGRST200"
    assert body["hint"] is None


def test_the_hidden_schema_cannot_be_embedded(api: httpx.Client) -> None:
    assert api.get("/books?select=id,drafts(*)").json()["code"] == "PGRST200"


def test_csv_shows_an_embed_as_json(api: httpx.Client) -> None:
    answer = api.get("/books?select=id,publishers(name)&id=eq.1", headers={"Accept": "text/csv"})
    assert answer.text == 'id,publishers\n1,"{""name"": ""North""}"'


def test_very_long_names_stay_apart(api: httpx.Client) -> None:
    one, two = "a" * 60 + "1", "a" * 60 + "2"
    answer = api.get(
        f"/letters?select={one}:authors!sender_id(id),{two}:authors!receiver_id(name)&id=eq.1"
    )
    assert list(answer.json()[0].values()) == [{"id": 1}, {"name": "Ben"}]
