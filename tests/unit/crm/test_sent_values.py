"""What is written of a value, and of a conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from backoffice.crm.fields import OBJECTS, SOURCES, own_properties
from backoffice.crm.hashing import content_hash
from backoffice.crm.mapping import DEFAULT, mistakes, write
from backoffice.crm.notes import note_of
from backoffice.crm.records import split_name

CONVERSATION: dict[str, Any] = {
    "id": "c-1",
    "started_at": datetime(2026, 5, 5, 10, tzinfo=UTC),
    "last_message_at": None,
    "total_turns": 1,
    "interest_score": 3,
    "quality_score": None,
    "intent": "LEARN",
    "topic": "Prices & plans",
    "email_captured": True,
    "demo_proposed": False,
    "cta_clicked": False,
    "demo_booked": False,
    "unanswered_count": 1,
    "asked": ["<script>alert(1)</script>", "x" * 500],
}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        ("", None),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        ("a\0b", "ab"),
        (datetime(2026, 5, 5, 12, tzinfo=timezone(timedelta(hours=2))), "2026-05-05T10:00:00Z"),
    ],
)
def test_values_as_hubspot_takes_them(value: Any, written: str | None) -> None:
    assert write(value) == written


def test_the_default_mapping_has_no_mistakes_and_our_properties_are_in_it() -> None:
    assert mistakes(DEFAULT.fields, None) == []
    own = {made["name"] for kind in OBJECTS for made in own_properties(kind)}
    assert own == {source.target for source in SOURCES if source.is_own}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (None, (None, None)),
        ("Ada", ("Ada", None)),
        (" Ada  King Lovelace ", ("Ada", "King Lovelace")),
    ],
)
def test_names(name: str | None, parts: tuple[str | None, str | None]) -> None:
    assert split_name(name) == parts


def test_a_note_quotes_visitors_and_lets_them_do_nothing() -> None:
    body = note_of(CONVERSATION, "abtasty.com", "https://rose.example")["hs_note_body"]
    assert "<script>" not in body
    assert "&lt;script&gt;" in body
    assert "asked about Prices &amp; plans" in body
    assert "got no answer to 1 question" in body
    assert "x" * 300 not in body
    assert 'href="https://rose.example/conversations/abtasty.com/c-1"' in body


def test_a_hash_is_of_the_content_in_any_order() -> None:
    assert content_hash({"a": "1", "b": "2"}) == content_hash({"b": "2", "a": "1"})
    assert content_hash({"a": "1"}) != content_hash({"a": "2"})
