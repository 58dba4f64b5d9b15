"""`Prefer:` (RFC 7240): what a request would like, and `Preference-Applied`, what it got."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Resolution = Literal["merge-duplicates", "ignore-duplicates"]
Return = Literal["representation", "headers-only", "minimal"]
Count = Literal["exact", "planned", "estimated"]
Transaction = Literal["commit", "rollback"]
Missing = Literal["default", "null"]
Handling = Literal["strict", "lenient"]

_ACCEPTED: dict[str, tuple[str, ...]] = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact", "planned", "estimated"),
    "tx": ("commit", "rollback"),
    "missing": ("default", "null"),
    "handling": ("strict", "lenient"),
}
# The order PostgREST echoes them in.
_ECHO_ORDER = (
    "resolution",
    "missing",
    "return",
    "count",
    "tx",
    "handling",
    "timezone",
    "max-affected",
)


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences of one request; None where it named none, or none that is known."""

    resolution: Resolution | None = None
    returning: Return | None = None
    count: Count | None = None
    transaction: Transaction | None = None
    missing: Missing | None = None
    handling: Handling | None = None
    timezone: str | None = None
    max_affected: int | None = None
    invalid: tuple[str, ...] = ()

    @property
    def is_strict(self) -> bool:
        """Whether an unknown preference is an error."""
        return self.handling == "strict"

    def applied(self, *names: str) -> str | None:
        """The `Preference-Applied` value, of those of `names` that were asked for."""
        values = {
            "resolution": self.resolution,
            "missing": self.missing,
            "return": self.returning,
            "count": self.count,
            "tx": self.transaction,
            "handling": self.handling,
            "timezone": self.timezone,
            "max-affected": self.max_affected if self.is_strict else None,
        }
        echoed = [
            f"{name}={values[name]}"
            for name in _ECHO_ORDER
            if name in names and values[name] is not None
        ]
        return ", ".join(echoed) or None


@lru_cache(maxsize=256)
def parse_preferences(
    headers: tuple[str, ...], tx_allowed: bool, timezones: frozenset[str] = frozenset()
) -> Preferences:
    """The preferences of all `Prefer` headers; the first of each kind counts."""
    found: dict[str, str] = {}
    invalid: list[str] = []
    timezone: str | None = None
    max_affected: int | None = None
    for preference in (p.strip() for header in headers for p in header.split(",")):
        name, _, value = preference.partition("=")
        if name == "timezone":
            if value not in timezones:
                invalid.append(preference)
            elif timezone is None:
                timezone = value
        elif name == "max-affected":
            if value.isascii() and value.isdigit() and len(value) < 19:
                max_affected = int(value) if max_affected is None else max_affected
        elif value in _ACCEPTED.get(name, ()):
            found.setdefault(name, value)
        elif preference:
            invalid.append(preference)
    if not tx_allowed:
        found.pop("tx", None)
    return Preferences(
        found.get("resolution"),  # type: ignore[arg-type]
        found.get("return"),  # type: ignore[arg-type]
        found.get("count"),  # type: ignore[arg-type]
        found.get("tx"),  # type: ignore[arg-type]
        found.get("missing"),  # type: ignore[arg-type]
        found.get("handling"),  # type: ignore[arg-type]
        timezone,
        max_affected,
        tuple(invalid),
    )
