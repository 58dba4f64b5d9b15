"""`backoffice insights`: analyse stored conversations, and find or list topics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from backoffice.errors import NotFound
from backoffice.settings import get_settings
from backoffice.state import State

insights_app = typer.Typer(
    name="insights",
    help="What visitors wanted, and how good the answers were.",
    no_args_is_help=True,
)

SiteName = Annotated[str | None, typer.Option("--site", help="One domain; by default every one.")]
Result = TypeVar("Result")

LISTED = """
select topic.site_domain, topic.label, topic.status, count(conversation.id), topic.keywords
from public.topics as topic
left join public.conversations as conversation
  on conversation.site_domain = topic.site_domain and conversation.topic_id = topic.id
where %(site)s::text is null or topic.site_domain = %(site)s
group by topic.site_domain, topic.id, topic.label, topic.status, topic.keywords
order by topic.site_domain, count(conversation.id) desc, topic.label
"""
KNOWN = "select 1 from public.domains where site_domain = %s"


@insights_app.command("run")
def run(
    site: SiteName = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also what was analysed already and has not changed.")
    ] = False,
) -> None:
    """Analyse conversations now: what is new or went on, also what is not quiet yet."""
    from backoffice.insights.quality.judge import judge_of
    from backoffice.insights.run import Analyst

    settings = get_settings()

    async def work(state: State) -> int:
        await _require(state, site)
        analyst = Analyst(state.database, timedelta(0), judge_of(settings))
        columns = (TextColumn("Conversations"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(), transient=True) as progress:
            task = progress.add_task("", total=None)

            def advance(done: int) -> None:
                progress.advance(task, done)

            if every:
                return await analyst.analyze_all(site, advance=advance)
            done = await analyst.analyze_quiet(site, advance=advance)
            return done + await analyst.analyze_outdated(site, advance=advance)

    typer.echo(f"Analysed {_with_state(work)} conversations.")


@insights_app.command("topics")
def topics(
    site: SiteName = None,
    refit: Annotated[
        bool, typer.Option("--refit", help="Find them anew first; those found again stay.")
    ] = False,
) -> None:
    """List topics with their conversations and keywords."""

    async def work(state: State) -> Table:
        from backoffice.insights.queries import SITES
        from backoffice.insights.refit import refit as find_anew
        from backoffice.insights.run import CONTEXT

        await _require(state, site)
        if refit:
            for (name,) in await state.database.fetch_all(SITES, {"site": site}, CONTEXT):
                done = await find_anew(state.database, name)
                typer.echo(
                    f"{name}: {done.topics} topics, {done.known} known before,"
                    f" from {done.conversations} conversations; {done.moved} moved."
                    if done
                    else f"{name}: too little was said for topics."
                )
        table = Table("domain", "topic", "status", "conversations", "keywords", box=None)
        for name, label, status, count, keywords in await state.database.fetch_all(
            LISTED, {"site": site}, CONTEXT
        ):
            table.add_row(name, label, status, str(count), ", ".join(keywords))
        return table

    Console().print(_with_state(work))


async def _require(state: State, site: str | None) -> None:
    """Raises `NotFound` for a domain that does not exist."""
    if site and not await state.database.fetch_value(KNOWN, [site]):
        raise NotFound(f"There is no domain {site}.")


def _with_state(work: Callable[[State], Coroutine[Any, Any, Result]]) -> Result:
    from backoffice.stack.runtime import attach

    async def opened() -> Result:
        async with attach(get_settings()).opened() as state:
            return await work(state)

    return asyncio.run(opened())
