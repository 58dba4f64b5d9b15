"""Which comments are for the reporter, and what of Linear's data is believed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from backoffice.support.news import MAX_COMMENT, Comment, Issue, public_text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("#public We are on it.", "We are on it."),
        ("#Public: We are on it.", "We are on it."),
        ("#public\n\n- one\n- two", "- one\n- two"),
        ("#public", None),
        ("#public   ", None),
        ("#publicity matters", None),
        ("#public-ish", None),
        ("We are on it. #public", None),
        (" #public hidden by a blank", None),
        ("", None),
        ("#public a\0b", "ab"),
    ],
)
def test_a_comment_is_public_when_it_begins_with_the_mark(body: str, said: str | None) -> None:
    assert public_text(body) == said


def test_a_comment_is_cut_at_its_limit() -> None:
    said = public_text("#public " + "x" * (MAX_COMMENT + 5))
    assert said is not None
    assert len(said) == MAX_COMMENT
    assert said.endswith("…")


def test_a_removed_comment_keeps_nothing_but_its_times() -> None:
    comment = Comment.model_validate(
        {
            "id": "20000000-0000-4000-8000-000000000001",
            "body": "#public Hello",
            "createdAt": "2026-11-20T09:00:00Z",
            "updatedAt": "2026-11-20T09:00:00Z",
            "user": {"name": "Rosa"},
        }
    )
    assert comment.stored()["author"] == "Rosa"
    removed = comment.stored(removed_at=comment.updated_at)
    assert (removed["author"], removed["body"]) == (None, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "javascript:alert(1)"},
        {"url": "https://linear.app/a b"},
        {"id": "no id"},
        {"updatedAt": "2026-11-20T09:00:00"},
        {"state": {"name": "Todo"}},
        {"identifier": ""},
    ],
)
def test_an_issue_that_is_not_as_linear_writes_it_is_not_believed(
    changed: dict[str, object],
) -> None:
    good = {
        "id": "20000000-0000-4000-8000-000000000001",
        "identifier": "ROSE-1",
        "url": "https://linear.app/rose/issue/ROSE-1",
        "updatedAt": "2026-11-20T09:00:00Z",
        "state": {"name": "Todo", "type": "unstarted"},
    }
    assert Issue.model_validate(good).identifier == "ROSE-1"
    with pytest.raises(ValidationError):
        Issue.model_validate(good | changed)
