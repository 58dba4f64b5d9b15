"""What a ticket says in Linear, whatever people wrote."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backoffice.support.issue_text import issue_description, issue_title

TICKET: dict[str, Any] = {
    "site_domain": "abtasty.com",
    "id": "t-1",
    "kind": "chatbot",
    "verdict": "accurate_but_not_ok",
    "conversation_id": "c-1",
    "session_id": "s-1",
    "message_id": "m-1",
    "question": "What does it\n cost?",
    "answer": "Nothing.",
    "expected_answer": "100 euros.",
    "reporter": "Ada",
}


def test_an_answer_s_issue_says_what_was_asked_answered_and_expected() -> None:
    assert issue_title(TICKET) == "[abtasty.com] Accurate, but not OK: What does it cost?"
    text = issue_description(TICKET, "https://backoffice.example")
    for part in ("Nothing", "100 euros", "What does it", "Ada", "session s-1", "message m-1"):
        assert part in text
    assert "(https://backoffice.example/conversations/abtasty.com/c-1)" in text
    assert "(https://backoffice.example/support/abtasty.com/t-1)" in text


def test_another_issue_has_its_own_title() -> None:
    ticket = TICKET | {"kind": "other", "title": "It is slow", "description": "Very."}
    assert issue_title(ticket) == "It is slow"
    assert "Very" in issue_description(ticket, "https://backoffice.example")


def test_a_long_question_is_cut_in_the_title() -> None:
    title = issue_title(TICKET | {"question": "x" * 500})
    assert len(title) == 200
    assert title.endswith("…")


def test_what_was_erased_leaves_no_trace_and_no_error() -> None:
    bare = TICKET | {"question": None, "answer": None, "reporter": None}
    assert issue_title(bare) == "[abtasty.com] Accurate, but not OK: "
    assert "a former member" in issue_description(bare, "https://backoffice.example")


@given(st.text(alphabet="<>[]()!*_`#@-~|\\\n ahtps:/.", max_size=80))
def test_nothing_anybody_wrote_is_markup(text: str) -> None:
    description = issue_description(TICKET | {"answer": text}, "https://backoffice.example")
    quoted = [line for line in description.splitlines() if line.startswith("> ")]
    for line in quoted:
        bare = line[2:].replace("\\\\", "")
        for mark in "*_`[]()<>#!~|@":
            assert bare.count(mark) == bare.count(f"\\{mark}"), line
