"""`backoffice serve`: the database, HTTP, and the processes behind it, started and stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from importlib import import_module

import structlog
import uvicorn
import uvloop

from backoffice.errors import ConfigurationError
from backoffice.logging import configure_logging
from backoffice.settings import Settings
from backoffice.stack.address import Address
from backoffice.stack.banner import print_banner
from backoffice.stack.children import Child, keep_running
from backoffice.stack.demo_load import wants_demo
from backoffice.stack.runtime import load, make_state, prepare, running_database
from backoffice.state import State

GRACE_SECONDS = 3
# The heavy half of the imports, done while PostgreSQL starts.
APPLICATION = "backoffice.app"

log = structlog.get_logger("backoffice.serve")


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises `BackofficeError` when something keeps it from starting."""
    configure_logging(settings)
    with stoppable(), listening(settings) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        keys = load(settings)
        importing = threading.Thread(target=import_module, args=[APPLICATION], daemon=True)
        importing.start()
        with running_database(settings, keys) as address:
            prepare(address, settings)
            importing.join()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve_http(make_state(settings, keys, address), address, listener))


def stop_signals() -> list[signal.Signals]:
    """The signals that stop the server; a hang-up is not one under `nohup`, which has it ignored."""
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


class Server(uvicorn.Server):
    """uvicorn, with its signals handled by us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


async def _serve_http(state: State, address: Address, listener: socket.socket) -> None:
    from backoffice.app import create_app

    config = uvicorn.Config(
        create_app(state),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(state.settings.trusted_proxies),
        forwarded_allow_ips=state.settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = Server(config)
    loop = asyncio.get_running_loop()
    for number in stop_signals():
        loop.add_signal_handler(number, _stop, server)
    async with AsyncExitStack() as behind:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await _started(server, serving)
        if server.started:
            print_banner(state, address)
            await _start_children(state, address, behind)
        await serving


def _stop(server: uvicorn.Server) -> None:
    # Asked twice, it no longer waits for requests under way.
    server.force_exit = server.should_exit
    server.should_exit = True


async def _started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)


async def _start_children(state: State, address: Address, behind: AsyncExitStack) -> None:
    worker = Child("worker", ["worker", "--child"], state.settings)
    await behind.enter_async_context(keep_running(worker, restart=True))
    if address.embedded and state.settings.demo and await wants_demo(state.database):
        demo = Child("demo", ["demo", "--child"], state.settings)
        await behind.enter_async_context(keep_running(demo, restart=False))
