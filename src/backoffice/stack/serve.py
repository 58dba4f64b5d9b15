"""`backoffice serve`: the database, HTTP and the processes behind it, in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from importlib import import_module

import uvloop

from backoffice.errors import ConfigurationError
from backoffice.logging import configure_logging
from backoffice.settings import Settings
from backoffice.stack.address import Address
from backoffice.stack.banner import print_banner
from backoffice.stack.children import Child, keep_running
from backoffice.stack.cluster import Cluster
from backoffice.stack.demo_load import wants_demo
from backoffice.stack.http_server import Server
from backoffice.stack.runtime import load, locked, make_state, prepare, running_database
from backoffice.stack.supervise import supervised
from backoffice.state import State

# The heavy half of the imports, done while PostgreSQL starts.
APPLICATION = "backoffice.app"


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises `BackofficeError` when something keeps it from starting."""
    configure_logging(settings)
    with ExitStack() as held:
        held.enter_context(stoppable())
        keys = load(settings)
        held.enter_context(locked(settings))
        listener = held.enter_context(listening(settings))
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        importing = threading.Thread(target=import_module, args=[APPLICATION], daemon=True)
        importing.start()
        address, cluster = held.enter_context(running_database(settings, keys))
        prepare(address, settings)
        importing.join()
        runner = held.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        runner.run(_serve_http(make_state(settings, keys, address), address, cluster, listener))


def stop_signals() -> list[signal.Signals]:
    """The signals that stop the server; a hang-up is not one under `nohup`."""
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        return [signal.SIGINT, signal.SIGTERM]
    return [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@contextmanager
def stoppable() -> Iterator[None]:
    """Until HTTP is up, a signal to stop unwinds what was started, as Ctrl-C does."""

    def unwind(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    previous = {number: signal.signal(number, unwind) for number in stop_signals()}
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket of the server, taken before anything is started for it.

    Raises `ConfigurationError` when the address is in use or not ours.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}."
            " Choose another port with PORT=…"
        ) from error
    with listener:
        yield listener


async def _serve_http(
    state: State, address: Address, cluster: Cluster | None, listener: socket.socket
) -> None:
    from backoffice.app import create_app

    server = Server(create_app(state))
    loop = asyncio.get_running_loop()
    for number in stop_signals():
        loop.add_signal_handler(number, server.stop)
    async with AsyncExitStack() as behind:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.listening.wait()
        if server.started:
            print_banner(state, address)
            await _start_children(state, address, behind)
            if cluster:
                await behind.enter_async_context(supervised(cluster))
        await serving


async def _start_children(state: State, address: Address, behind: AsyncExitStack) -> None:
    worker = Child("worker", ["worker", "--child"], state.settings)
    await behind.enter_async_context(keep_running(worker, restart=True))
    if address.embedded and state.settings.demo and await wants_demo(state.database):
        demo = Child("demo", ["demo", "--child"], state.settings)
        await behind.enter_async_context(keep_running(demo, restart=False))
