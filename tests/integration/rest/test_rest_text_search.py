"""Text search, through `to_tsvector` where a column is none."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("plain_words=fts(simple).the", [1]),
        ("plain_words=not.fts(simple).the", [2, 3, 4]),
        ("slug=fts.quiet", [1]),
        ("or=(plain_words.fts(simple).the,words.fts.loud)", [1, 2]),
    ],
)
def test_a_computed_column_is_searched_as_it_is(
    api: httpx.Client, query: str, expected: list[int]
) -> None:
    answer = api.get(f"/books?select=id&order=id&{query}")
    assert answer.status_code == 200, answer.text
    assert [row["id"] for row in answer.json()] == expected


def test_what_a_function_gives_is_searched_by_its_columns(api: httpx.Client) -> None:
    answer = api.get("/rpc/all_books?select=id&title=fts(english).seas")
    assert [row["id"] for row in answer.json()] == [1]
