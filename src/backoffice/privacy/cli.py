"""`backoffice privacy`: give a visitor's data out, erase it, delete texts kept long enough."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from backoffice.database import RequestContext
from backoffice.privacy.erasure import Erasures, as_document
from backoffice.privacy.export import VisitorExport
from backoffice.privacy.retention import Retention, delete_due_of
from backoffice.settings import get_settings
from backoffice.state import State

Result = TypeVar("Result")
# Whoever runs the command owns the server: the audit log says so.
CONTEXT = RequestContext(
    role="service_role",
    settings={"statement_timeout": "10min", "backoffice.actor": "Command line"},
)

privacy_app = typer.Typer(help="What is kept of visitors.", no_args_is_help=True)

Site = Annotated[str, typer.Option(help="The website.")]
Visitor = Annotated[UUID, typer.Option(help="The visitor's id, as in the address of its page.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")]


@privacy_app.command("export")
def export_command(
    site: Site,
    visitor: Visitor,
    file: Annotated[Path | None, typer.Option(help="Where to; else it is printed.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Write everything that is kept of a visitor as JSON."""
    if dry_run:
        _print_counts(_run(lambda state: _erasures(state, site).preview(visitor))["counts"])
        return

    async def write(state: State) -> None:
        export = VisitorExport(state.database, CONTEXT, site, visitor)
        await export.note()
        target = file.open("wb") if file else sys.stdout.buffer
        try:
            async for chunk in export.chunks():
                target.write(chunk)
        finally:
            if file:
                target.close()

    _run(write)


@privacy_app.command("erase")
def erase_command(
    site: Site,
    visitor: Visitor,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase a visitor for good, and print the receipt. Figures stay as they are."""
    found = _run(lambda state: _erasures(state, site).preview(visitor))
    if dry_run or not yes:
        _print_counts(found["counts"], to_stderr=not dry_run)
        others = len(found["same_email"])
        if others:
            typer.echo(f"{others} other visitors have the same e-mail address.", err=not dry_run)
    if dry_run:
        return
    if not yes:
        typer.confirm("Erase this visitor? It cannot be taken back.", abort=True, err=True)
    receipt = _run(lambda state: _erasures(state, site).erase([visitor]))
    typer.echo(json.dumps(as_document(receipt), indent=2))


@privacy_app.command("retention")
def retention_command(
    site: Annotated[str | None, typer.Option(help="Only this website.")] = None,
    days: Annotated[
        int | None, typer.Option(help="With --dry-run: as if texts were kept so many days.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Delete texts that were kept as long as their website wants, now instead of at night."""
    query = (
        "select site_domain, days from public.retention_policies"
        " where %(site)s::text is null or site_domain = %(site)s order by site_domain"
    )

    async def work(state: State) -> None:
        rows = await state.database.fetch_all(query, {"site": site}, CONTEXT)
        policies = dict(rows)
        if dry_run and days is not None and site is not None:
            policies = {site: days}
        if not policies:
            typer.echo("Texts are kept without a limit.")
        for name, limit in policies.items():
            if dry_run:
                found = await Retention(state.database, CONTEXT, name).preview(limit)
                _print_due(name, limit, found)
            elif deleted := await delete_due_of(state.database, name):
                typer.echo(
                    f"{name}: texts of {deleted.messages} messages in {deleted.conversations}"
                    f" conversations and of {deleted.events} events deleted."
                )

    _run(work)


def _print_due(site: str, days: int, found: Mapping[str, Any]) -> None:
    typer.echo(
        f"{site}, after {days} days: {found['messages']} messages in {found['conversations']}"
        f" conversations ({found['first_day'] or '–'} to {found['last_day'] or '–'}) and"
        f" {found['events']} events (from {found['first_event_day'] or '–'})."
    )


def _print_counts(counts: Mapping[str, int], *, to_stderr: bool = False) -> None:
    for name, count in counts.items():
        typer.echo(f"{count:>8}  {name.replace('_', ' ')}", err=to_stderr)


def _erasures(state: State, site: str) -> Erasures:
    return Erasures(state.database, CONTEXT, state.vault, site)


def _run(work: Callable[[State], Awaitable[Result]]) -> Result:
    from backoffice.stack.runtime import attach

    async def run() -> Result:
        state = attach(get_settings())
        async with state.opened():
            return await work(state)

    return asyncio.run(run())
