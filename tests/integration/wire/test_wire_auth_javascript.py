"""Points 14 to 22 of the protocol as supabase-js sees them."""

from __future__ import annotations

import pytest

from support.javascript import Report, points_of


@pytest.mark.parametrize("case", [*points_of("wire-auth.mjs"), *points_of("wire-auth-admin.mjs")])
def test_javascript(auth_report: Report, case: str) -> None:
    assert auth_report[case] is None, auth_report[case]
