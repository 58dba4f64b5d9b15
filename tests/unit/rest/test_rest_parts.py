"""The small parts: media types, preferences, ranges, view definitions, suggestions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.rest.media import parse_accept, parse_media_type
from backoffice.rest.preferences import parse_preferences
from backoffice.rest.ranges import RowRange, content_range, from_header, intersect, status_of
from backoffice.rest.schema_cache.views import base_columns, column_origins
from backoffice.rest.suggestions import closest


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("application/json", ["application/json"]),
        ("text/html,application/xml;q=0.9,image/png,*/*;q=0.8",
         ["text/html", "image/png", "application/xml", "*/*"]),
        ("*/*, text/csv", ["text/csv", "*/*"]),
        ("ApplicatIon/vnd.PgRsT.object+json", ["application/vnd.pgrst.object+json"]),
        ("application/json; charset=utf-8", ["application/json"]),
        ("", ["*/*"]),
    ],
)  # fmt: skip
def test_accept(header: str, names: list[str]) -> None:
    assert [media.name for media in parse_accept(header)] == names


def test_plan_media_types() -> None:
    media = parse_media_type('application/vnd.pgrst.plan+json; for="text/csv"; options=wal|analyze')
    assert media.plan_for is not None
    assert (media.plan_format, media.plan_for.name) == ("json", "text/csv")
    assert media.plan_options == ("analyze", "wal")
    assert media.content_type() == (
        b'application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|wal; charset=utf-8'
    )


def test_preferences() -> None:
    headers = ("return=representation, count=exact", "tx=rollback,tx=commit", "other, timezone=UTC")
    found = parse_preferences(headers, True, frozenset({"UTC"}))
    assert (found.returning, found.count, found.transaction) == (
        "representation",
        "exact",
        "rollback",
    )
    assert (found.timezone, found.invalid) == ("UTC", ("other",))
    assert (
        found.applied("return", "count", "tx") == "return=representation, count=exact, tx=rollback"
    )
    assert parse_preferences(headers, False).transaction is None


@given(st.text(max_size=60))
def test_any_preference_header_is_read(header: str) -> None:
    parse_preferences((header,), True)
    parse_accept(header)
    parse_media_type(header)


def test_ranges() -> None:
    assert from_header("2-5") == RowRange(2, 4)
    assert from_header("7-") == RowRange(7)
    assert from_header("bytes=0-1") == RowRange()
    assert intersect(RowRange(1, 5), RowRange(3)) == RowRange(3, 3)
    assert intersect(RowRange(0, 2), RowRange(5)).limit == 0
    assert content_range(0, 9, 40) == b"0-9/40"
    assert content_range(0, -1, None) == b"*/*"
    assert [status_of(0, 2, None), status_of(0, 2, 5), status_of(9, 0, 5)] == [200, 206, 416]


TREE = (
    r"({QUERY :commandType 1 :rtable ({RANGETBLENTRY :targetList <> :eref {ALIAS :aliasname a\ b"
    r" :colnames (\"x\" \"y\")}}) :targetList ({TARGETENTRY :expr {VAR :varno 1} :resno 1"
    r" :resname :resno :ressortgroupref 0 :resorigtbl 11 :resorigcol 3 :resjunk false}"
    r" {TARGETENTRY :expr {FUNCEXPR :args ({VAR :resno 9})} :resno 2 :resname up\}per"
    r" :resorigtbl 0 :resorigcol 0 :resjunk false}) :override 0"
    r" :jointree {FROMEXPR :fromlist ({TARGETENTRY :resno 5 :resorigtbl 5 :resorigcol 5})}})"
)


def test_a_view_knows_where_its_columns_come_from() -> None:
    assert column_origins(TREE) == {1: (11, 3)}


def test_views_of_views_are_followed() -> None:
    origins = {1: {1: (2, 1), 2: (2, 2)}, 2: {1: (9, 4), 2: (9, 4)}}
    assert base_columns(1, origins)[(9, 4)] == [1, 2]
    assert base_columns(7, {7: {1: (7, 1)}}) == {(7, 1): [1]}, "a cycle ends"


@pytest.mark.parametrize(
    ("name", "candidates", "expected"),
    [
        ("film", ["films", "actors"], "films"),
        ("sayhell", ["sayhello", "add"], "sayhello"),
        ("xqzw", ["films", "actors"], None),
        ("", ["films"], None),
        ("films2", ["Films", "films"], "films"),
        ("Films2", ["films", "Films"], "Films"),
    ],
)
def test_suggestions(name: str, candidates: list[str], expected: str | None) -> None:
    assert closest(name, candidates) == expected
