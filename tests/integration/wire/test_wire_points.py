"""Every point of the protocol is asked of the server by the official clients of both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.javascript import FOLDER, points_of

HERE = Path(__file__).parent
POINTS = range(1, 23)
_TEST = re.compile(r"^    def test_point_(\d\d)_\w+", re.MULTILINE)


def in_javascript() -> set[int]:
    names = [name for file in FOLDER.glob("wire-*.mjs") for name in points_of(file.name)]
    return {int(name.split("_")[1]) for name in names}


def in_python() -> set[int]:
    return {int(n) for file in HERE.glob("test_wire_*.py") for n in _TEST.findall(file.read_text())}


@pytest.mark.parametrize("point", POINTS)
def test_both_languages_ask(point: int) -> None:
    assert point in in_javascript()
    assert point in in_python()


def test_no_other_points_are_named() -> None:
    assert in_javascript() | in_python() == set(POINTS)
