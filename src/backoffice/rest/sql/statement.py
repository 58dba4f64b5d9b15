"""A rendered statement."""

from __future__ import annotations

from dataclasses import dataclass

from backoffice.rest.sql.fragments import Fragment, Param, render


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text, and what its `$n` stand for."""

    sql: str
    params: tuple[Param, ...] = ()

    @classmethod
    def of(cls, fragment: Fragment) -> Statement:
        """The statement a fragment is."""
        return cls(*render(fragment))
