"""The agent API's models: what is wrong is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backoffice.capture.conversations import Changes, Conversation, Message, problem_of

ID = "0192f0c1-2a3b-7c4d-8e5f-6a7b8c9d0e1f"
MESSAGE = {"id": ID, "role": "visitor", "text": "Hello"}


def refused_field(model: Any, content: Any) -> str | None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(content)
    problem = problem_of(caught.value)
    assert problem.field is not None
    assert problem.message.startswith(problem.field)
    return problem.field


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({}, "distinct_id"),
        ({"distinct_id": 7}, "distinct_id"),
        ({"distinct_id": "undefined"}, "distinct_id"),
        ({"distinct_id": "x" * 201}, "distinct_id"),
        ({"distinct_id": "\0"}, "distinct_id"),
        ({"distinct_id": "d", "environment": "moon"}, "environment"),
        ({"distinct_id": "d", "email": "no"}, "email"),
        ({"distinct_id": "d", "country": "France"}, "country"),
        ({"distinct_id": "d", "language": "?"}, "language"),
        ({"distinct_id": "d", "started_at": "1999-01-01"}, "started_at"),
        ({"distinct_id": "d", "started_at": "2999-01-01"}, "started_at"),
        ({"distinct_id": "d", "demo_booked": "yes"}, "demo_booked"),
        ({"distinct_id": "d", "metadata": []}, "metadata"),
        ({"distinct_id": "d", "distinctId": "d"}, "distinctId"),
    ],
)
def test_conversation_fields(content: Any, field: str) -> None:
    assert refused_field(Conversation, content) == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "7"}, "id"),
        ({"id": None}, "id"),
        ({"role": "system"}, "role"),
        ({"text": None}, "text"),
        ({"text": "é" * 32_769}, "text"),
        ({"seq": -1}, "seq"),
        ({"seq": "1"}, "seq"),
        ({"latency_ms": 2**40}, "latency_ms"),
        ({"sent_at": "2014-12-31T00:00:00Z"}, "sent_at"),
        ({"sent_at": True}, "sent_at"),
        ({"metadata": {"a": "x" * 40_000}}, "metadata"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_message_fields(change: dict[str, Any], field: str) -> None:
    assert refused_field(Message, {**MESSAGE, **change}) == field


def test_only_what_was_sent_is_passed_on() -> None:
    content = Conversation.model_validate(
        {
            "distinct_id": " d ",
            "page": "https/pricing/?q=1",
            "language": "en-GB",
            "started_at": 1_749_985_200_000,
            "metadata": {"a\0": "b\0"},
        }
    ).content()
    assert content == {
        "distinct_id": "d",
        "page": "/https/pricing",
        "language": "en",
        "started_at": "2025-06-15T11:00:00Z",
        "metadata": {"a": "b"},
    }
    assert Changes.model_validate({"demo_booked": True}).content() == {"demo_booked": True}


def test_hostile_text_is_kept_as_text() -> None:
    text = '<script>alert(1)</script>[x](javascript:alert(1))\0"; drop table messages; --'
    assert Message.model_validate({**MESSAGE, "text": text}).text == text.replace("\0", "")


@given(
    st.dictionaries(
        st.sampled_from(["id", "role", "text", "seq", "sent_at", "latency_ms", "metadata", "x"]),
        st.none()
        | st.text(max_size=9)
        | st.integers()
        | st.lists(st.integers(), max_size=2)
        | st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
    )
)
def test_any_content_is_a_message_or_names_a_field(change: dict[str, Any]) -> None:
    try:
        Message.model_validate({**MESSAGE, **change})
    except ValidationError as error:
        assert problem_of(error).field
