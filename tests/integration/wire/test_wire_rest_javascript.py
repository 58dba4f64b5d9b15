"""Points 1 to 13 of the protocol as supabase-js sees them."""

from __future__ import annotations

import pytest

from support.javascript import Report, points_of


@pytest.mark.parametrize(
    "case", [*points_of("wire-rest-read.mjs"), *points_of("wire-rest-write.mjs")]
)
def test_javascript(rest_report: Report, case: str) -> None:
    assert rest_report[case] is None, rest_report[case]
