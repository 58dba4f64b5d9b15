"""What the commands print: tables of counts, and a bar while they work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from backoffice.demo.load import Loaded
from backoffice.demo.replay import Outcome


@contextmanager
def progress(console: Console, title: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A bar in a terminal, nothing elsewhere; gives what to call with (done, total)."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def print_outcome(console: Console, outcome: Outcome, *, asked_to_shift: bool) -> None:
    """What a replay did."""
    if outcome.lines:
        lines = Table("line", "count", title="The log")
        lines.columns[1].justify = "right"
        for kind, count in outcome.lines.most_common():
            lines.add_row(kind, str(count))
        lines.add_section()
        lines.add_row("lines", str(outcome.lines.total()))
        console.print(lines)
    table = Table("", "sent", "stored", "already there", "edited", "rejected")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, tally in outcome.tallies.items():
        counts = (tally.sent, tally.stored, tally.already_there, tally.edited, tally.rejected)
        table.add_row(name, *map(str, counts))
    console.print(table)
    for tally in outcome.tallies.values():
        for reason in tally.reasons:
            console.print(f"Rejected: {reason}", soft_wrap=True, markup=False)
    if outcome.counted is not None:
        console.print(
            f"Of these page views {outcome.counted} are people's and count;"
            f" {outcome.apart} are robots' and are stored apart.",
            soft_wrap=True,
        )
    site = outcome.site
    made = "made by this run" if site.created else "which existed"
    console.print(
        f"Domain {site.domain}, {made}; its days are those of {site.timezone}.", soft_wrap=True
    )
    if outcome.shift:
        console.print(f"Times are shifted by {_days(outcome.shift)}.")
    if outcome.repeated:
        console.print("Replayed before: what is there keeps its times, what was missing joined it.")
    elif asked_to_shift:
        console.print("The last one is now. Another replay keeps these times.")


def print_loaded(console: Console, loaded: Loaded, seconds: float) -> None:
    """What a load of demo traffic did."""
    console.print(
        f"Demo traffic: {loaded.events} events, {loaded.conversations} conversations and"
        f" {loaded.messages} messages stored in {seconds:.0f} s;"
        f" {loaded.days_known} of {loaded.days} days were there already.",
        soft_wrap=True,
    )


def _days(shift: timedelta) -> str:
    return f"{shift.days} days and {timedelta(seconds=shift.seconds)} hours"
