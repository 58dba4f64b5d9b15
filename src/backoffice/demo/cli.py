"""The commands `backoffice demo` and `backoffice replay …`."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from backoffice.demo.load import Order as LoadOrder
from backoffice.demo.load import load
from backoffice.demo.plan import DEFAULT_SEED
from backoffice.demo.replay import (
    Advance,
    Order,
    Outcome,
    replay_access_log,
    replay_conversations,
)
from backoffice.demo.report import print_loaded, print_outcome, progress
from backoffice.settings import get_settings
from backoffice.state import State

LONGEST_LOAD_DAYS = 730
INTERRUPTED = 130

replay_app = typer.Typer(
    name="replay",
    help="Send real files through the public HTTP API of a running server.",
    no_args_is_help=True,
)

Result = TypeVar("Result")
Replay = Callable[[State, Order, Advance], Coroutine[Any, Any, Outcome]]
File = Annotated[Path, typer.Argument(help="The file, gzip or plain.")]
SiteName = Annotated[str, typer.Option("--site", help="The domain; made when it is missing.")]
ShiftToNow = Annotated[
    bool,
    typer.Option(
        "--shift-to-now", help="Shift times so that the last is now; a repetition keeps them."
    ),
]
Server = Annotated[str | None, typer.Option(help="The server's address; by default this one's.")]
Timezone = Annotated[
    str | None, typer.Option(help="The timezone of a domain this makes, for example Europe/Paris.")
]
BatchSize = Annotated[int, typer.Option(min=1, max=1000, help="Messages or events in a request.")]


@replay_app.command("conversations")
def replay_conversations_command(
    file: File,
    site: SiteName,
    shift_to_now: ShiftToNow = False,
    server: Server = None,
    timezone: Timezone = None,
    batch_size: BatchSize = 500,
) -> None:
    """Replay dialogues in STAR's format as conversations."""
    order = _order(file, site, shift_to_now, server, timezone, batch_size)
    _replay(replay_conversations, order, "conversations")


@replay_app.command("access-log")
def replay_access_log_command(
    file: File,
    site: SiteName,
    shift_to_now: ShiftToNow = False,
    server: Server = None,
    timezone: Timezone = None,
    batch_size: BatchSize = 500,
) -> None:
    """Replay the page views of an nginx access log (combined format)."""
    order = _order(file, site, shift_to_now, server, timezone, batch_size)
    _replay(replay_access_log, order, "page views")


demo_app = typer.Typer(name="demo", help="Load made-up traffic, or stand in for HubSpot.")


@demo_app.command("hubspot")
def demo_hubspot(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on 127.0.0.1.")] = 54380,
) -> None:
    """Stand in for HubSpot, so that everything can be tried without an account there."""
    from backoffice.demo.hubspot.serve import serve

    serve(port)


@demo_app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    days: Annotated[
        int | None, typer.Option(min=1, max=LONGEST_LOAD_DAYS, help="Days until now.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed makes another world.")] = DEFAULT_SEED,
    scale: Annotated[float, typer.Option(min=0.01, max=100, help="Times as many visits.")] = 1.0,
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
) -> None:
    """Load made-up traffic of three clients; what is there already stays as it is."""
    from backoffice.stack.children import end_with_parent
    from backoffice.stack.runtime import attach

    if context.invoked_subcommand is not None:
        return
    settings = get_settings()
    if child:
        end_with_parent()
    order = LoadOrder(days=days or settings.demo_days, seed=seed, scale=scale)
    console = Console(stderr=child)
    started = time.monotonic()

    async def run() -> None:
        state = attach(settings)
        async with state.opened():
            with progress(console, "Demo traffic", "visits") as advance:
                loaded = await load(state.database, order, advance)
        print_loaded(console, loaded, time.monotonic() - started)

    _run(run())


def _order(
    file: Path,
    site: str,
    shift_to_now: bool,
    server: str | None,
    timezone: str | None,
    batch_size: int,
) -> Order:
    return Order(
        path=file,
        site=site.strip().lower(),
        server=(server or get_settings().url).rstrip("/"),
        timezone=timezone,
        batch_size=batch_size,
        shift_to_now=shift_to_now,
    )


def _replay(work: Replay, order: Order, unit: str) -> None:
    from backoffice.stack.runtime import attach

    console = Console()

    async def run() -> Outcome:
        state = attach(get_settings())
        async with state.opened():
            with progress(console, order.path.name, unit) as advance:
                return await work(state, order, advance)

    outcome = _run(run())
    print_outcome(console, outcome, asked_to_shift=order.shift_to_now)
    if any(tally.rejected for tally in outcome.tallies.values()):
        raise typer.Exit(1)


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end; Ctrl-C and SIGTERM stop the work in order, so that keys are revoked."""

    async def supervised() -> Result:
        task = asyncio.ensure_future(work)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    try:
        return asyncio.run(supervised())
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.stderr.write("Stopped. What was acknowledged is stored; run it again to go on.\n")
        raise SystemExit(INTERRUPTED) from None
