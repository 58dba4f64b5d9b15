"""The Dashboard's figures in an e-mail: the same metrics, named, rounded and compared as there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Literal

from backoffice.settings import PROJECT_ROOT

Unit = Literal["count", "rate", "average"]
NONE = "–"
# Past tenfold a percentage is hard to read, and says no more than the factor.
TENFOLD = 9

# The tiles in their order, and the row of get_dashboard_summary each is read from.
TILES: dict[str, str] = {
    "widget_displays": "widget_displays",
    "visitors": "visitors",
    "engaged_visitors": "engaged_visitors",
    "engagement_rate": "engaged_visitors",
    "conversations": "conversations",
    "turns_per_conversation": "turns",
    "emails_captured": "emails_captured",
    "demos_proposed": "demos_proposed",
    "cta_clicks": "cta_clicks",
    "demos_booked": "demos_booked",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of a week and of the week before; None: there is nothing to divide by."""

    metric: str
    label: str
    unit: Unit
    value: Decimal | None
    previous: Decimal | None

    @property
    def shown(self) -> str:
        """The number as it reads."""
        return shown(self.value, self.unit)

    @property
    def change(self) -> str:
        """`+12.5%`, `−0.4 pp`, `±0%`, or `–` without anything to compare with."""
        return change(self.value, self.previous, self.unit)

    @property
    def shown_before(self) -> str:
        """The number of the week before."""
        return shown(self.previous, self.unit)


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """The metrics of `config/metrics.json`."""
    text = (PROJECT_ROOT / "config" / "metrics.json").read_text(encoding="utf-8")
    metrics: dict[str, dict[str, str]] = json.loads(text)["metrics"]
    return metrics


def figures_of(summary: dict[str, dict[str, Any]]) -> list[Figure]:
    """The tiles, from the rows of get_dashboard_summary by metric."""
    found = []
    for metric, source in TILES.items():
        row = summary.get(source, {})
        unit: Unit = catalogue()[metric]["unit"]  # type: ignore[assignment]
        now, before = ("value", "previous_value") if unit == "count" else ("rate", "previous_rate")
        found.append(
            Figure(
                metric,
                catalogue()[metric]["label"],
                unit,
                _decimal(row.get(now)),
                _decimal(row.get(before)),
            )
        )
    return found


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def shown(value: Decimal | None, unit: Unit) -> str:
    """A number as the Dashboard writes it in English."""
    if value is None:
        return NONE
    if unit == "rate":
        return f"{_rounded(value * 100)}%"
    return f"{int(value):,}" if unit == "count" else f"{_rounded(value)}"


def change(value: Decimal | None, before: Decimal | None, unit: Unit) -> str:
    """How a number moved: percentage points for a rate, percent for everything else."""
    if value is None or before is None:
        return NONE
    if unit == "rate":
        return _signed((value - before) * 100, " pp")
    if before == 0:
        return "±0%" if value == 0 else NONE
    growth = (value - before) / before
    if growth >= TENFOLD:
        return f"{int((growth + 1).quantize(Decimal(1), ROUND_HALF_UP)):,}×"
    return _signed(growth * 100, "%")


def _signed(value: Decimal, unit: str) -> str:
    rounded = _rounded(value)
    if rounded == 0:
        return f"±0{unit}"
    return f"{'+' if rounded > 0 else '−'}{abs(rounded)}{unit}"


def _rounded(value: Decimal) -> Decimal:
    tenths = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return tenths.quantize(Decimal(1)) if tenths == tenths.to_integral_value() else tenths
