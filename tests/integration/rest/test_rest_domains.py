"""Columns whose domain is over another domain."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("terms=fts(simple).the", [1]),
        ("terms=not.wfts(simple).ship or sea", [2]),
        ("grade=gt.2", [2]),
    ],
)
def test_they_are_filtered_as_what_they_are_at_last(
    api: httpx.Client, query: str, expected: list[int]
) -> None:
    answer = api.get(f"/reviews?select=id&order=id&{query}")
    assert answer.status_code == 200, answer.text
    assert [row["id"] for row in answer.json()] == expected


def test_they_are_described_as_what_they_are_at_last(api: httpx.Client) -> None:
    columns = api.get("/").json()["definitions"]["reviews"]["properties"]
    assert columns["grade"] == {"type": "integer", "format": "int32"}
    assert columns["terms"] == {"type": "string", "format": "tsvector"}
    assert columns["mood"]["enum"] == ["calm", "tense", "sad"]


def test_they_are_checked_when_written(api: httpx.Client) -> None:
    assert api.post("/reviews", json={"id": 3, "grade": 4}).status_code == 201
    assert api.post("/reviews", json={"id": 3, "grade": 1}).json()["code"] == "23514"
