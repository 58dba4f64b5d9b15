"""Cases of the official JavaScript client: one process runs a whole file and reports as JSON."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from backoffice.settings import PROJECT_ROOT

FOLDER = Path(__file__).parents[1] / "integration" / "js"
_DECLARED = re.compile(r"^point\((\d+), '(\w+)'", re.MULTILINE)

Report = dict[str, str | None]


def points_of(file: str) -> list[str]:
    """The names of a file's cases, each of which begins with its point of the protocol."""
    declared = _DECLARED.findall((FOLDER / file).read_text())
    return [f"point_{int(number):02}_{name}" for number, name in declared]


def run_points(file: str, **given: object) -> Report:
    """What went wrong, by case: a stack or nothing."""
    web = str(PROJECT_ROOT / "web")
    done = subprocess.run(
        ["node", str(FOLDER / file), json.dumps({"web": web, **given})],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: Report = json.loads(done.stdout)
    assert list(report) == points_of(file), "every case is declared at the start of a line"
    return report
