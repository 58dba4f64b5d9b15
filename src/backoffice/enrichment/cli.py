"""The commands `backoffice companies …` and `backoffice enrichment …`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Column, Table

from backoffice.database import Database, Row
from backoffice.enrichment.batch import Totals, enrich_due, requeue
from backoffice.enrichment.companies import import_companies
from backoffice.errors import NotFound
from backoffice.settings import get_settings

PIPED_WIDTH = 300
MOST_REPORTED = 20

companies_app = typer.Typer(help="The directory of companies.", no_args_is_help=True)
enrichment_app = typer.Typer(help="Whose visitors are.", no_args_is_help=True)

Result = TypeVar("Result")


@companies_app.command("import")
def import_command(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV: domain, company_id, company, website_url, country, tracker_category,"
            " description."
        ),
    ],
) -> None:
    """Read a list of companies into the directory; the same again changes nothing."""
    imported = _run(lambda database: import_companies(database, file))
    for bad in imported.bad[:MOST_REPORTED]:
        typer.echo(f"Line {bad.line} left out: {bad.reason}.", err=True)
    if len(imported.bad) > MOST_REPORTED:
        typer.echo(f"And {len(imported.bad) - MOST_REPORTED} more.", err=True)
    typer.echo(
        f"{imported.added} domains added, {imported.changed} changed, {imported.unchanged} as they"
        f" were; {imported.companies} companies. {len(imported.bad)} rows left out."
    )
    if imported.bad:
        raise typer.Exit(1)


@companies_app.command("list")
def list_command(
    search: Annotated[str | None, typer.Option(help="A part of a domain or name.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows at most.")] = 50,
) -> None:
    """List the directory, by domain."""

    async def read(database: Database) -> list[Row]:
        query = (
            "select domain, name, account_domain, country, industry, source, updated_at"
            " from private.companies where %(search)s::text is null"
            " or strpos(domain, lower(%(search)s)) > 0"
            " or strpos(lower(name), lower(%(search)s)) > 0"
            " order by domain limit %(limit)s"
        )
        return list(await database.fetch_all(query, {"search": search, "limit": limit}))

    names = ("Domain", "Company", "Account", "Country", "Industry", "Source", "Since")
    table = Table(*(Column(name, overflow="fold") for name in names))
    for row in _run(read):
        table.add_row(*(f"{value or ''}" for value in row[:-1]), f"{row[-1]:%Y-%m-%d}")
    console = Console()
    if not console.is_terminal:
        # Nobody reads it at a width: what is piped must find whole names.
        console = Console(width=PIPED_WIDTH)
    console.print(table)


@enrichment_app.command("run")
def run_command(
    site: Annotated[
        str | None, typer.Option(help="Look into all visitors of this website, also known ones.")
    ] = None,
) -> None:
    """Look into visitors who told something new now; with --site, into everybody there."""
    started = time.monotonic()

    async def work(database: Database) -> Totals:
        if site is not None:
            known = "select 1 from public.domains where site_domain = %s"
            if await database.fetch_value(known, [site]) is None:
                raise NotFound(f"There is no website {site}; see `backoffice keys list`.")
            await requeue(database, site)
        return await enrich_due(database, most=10_000_000)

    totals = _run(work)
    seconds = max(time.monotonic() - started, 0.001)
    typer.echo(
        f"{totals.visitors} visitors looked into in {seconds:.1f} s; {totals.changed} have another"
        " company now."
    )


def _run(work: Callable[[Database], Awaitable[Result]]) -> Result:
    from backoffice.stack.runtime import attach

    async def run() -> Result:
        state = attach(get_settings())
        async with state.opened():
            return await work(state.database)

    return asyncio.run(run())
