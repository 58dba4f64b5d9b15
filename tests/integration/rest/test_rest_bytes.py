"""What is sent, to the byte: caches and `Content-Length` see more than the JSON's meaning."""

from __future__ import annotations

import httpx
import pytest

FULL = {"Prefer": "return=representation"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "books?select=id,publishers(name,id),covers(colour)&id=eq.1",
            '[{"id":1,"publishers":{"id": 1, "name": "North"},"covers":{"colour": "blue"}}]',
        ),
        (
            "publishers?select=id,books(title,id)&id=eq.1&books.order=id",
            '[{"id":1,"books":[{"id": 1, "title": "The Quiet Sea"}, '
            '{"id": 2, "title": "A Loud Hill"}]}]',
        ),
        (
            "publishers?select=id,books(id,covers(colour))&id=eq.1&books.order=id",
            '[{"id":1,"books":[{"id": 1, "covers": {"colour": "blue"}}, '
            '{"id": 2, "covers": null}]}]',
        ),
        ("publishers?select=id,books(id)&id=eq.3", '[{"id":3,"books":[]}]'),
        (
            "publishers?select=id,...books(id,covers(colour))&id=eq.1&books.order=id",
            '[{"id":1,"id":[1, 2],"covers":[{"colour": "blue"}, null]}]',
        ),
        ("publishers?select=id&id=lt.3&order=id", '[{"id":1}, \n {"id":2}]'),
    ],
)
def test_rows_and_what_they_embed(api: httpx.Client, path: str, body: str) -> None:
    answer = api.get(f"/{path}")
    assert answer.text == body
    assert answer.headers["content-length"] == str(len(body.encode()))


def test_written_rows_and_called_functions_embed_alike(api: httpx.Client) -> None:
    shown = "select=id,publishers(name,id)"
    written = api.patch(f"/books?id=eq.1&{shown}", json={"pages": 3}, headers=FULL)
    called = api.get(f"/rpc/all_books?id=eq.1&{shown}")
    expected = '[{"id":1,"publishers":{"id": 1, "name": "North"}}]'
    assert (written.text, called.text) == (expected, expected)
