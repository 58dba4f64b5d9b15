"""`backoffice rest`: PostgREST's protocol for any database, in one process or several."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
import uvloop
from starlette.types import ASGIApp

from backoffice.errors import ConfigurationError
from backoffice.logging import configure_logging
from backoffice.rest.environment import RestOptions, read_options
from backoffice.settings import get_settings
from backoffice.stack.children import Child, end_with_parent, keep_running
from backoffice.stack.http_server import Server
from backoffice.stack.rest_admin import admin_app
from backoffice.stack.rest_app import ConfiguredRest
from backoffice.stack.serve import stop_signals, stoppable

# What PostgREST calls any address, and only those of one protocol.
ANY_HOST = {"*": "::", "*4": "0.0.0.0", "!4": "0.0.0.0", "*6": "::", "!6": "::"}  # noqa: S104

log = structlog.get_logger("backoffice.rest")


@dataclass(frozen=True, slots=True)
class Sibling(Child):
    """Another process that serves the same; what the first is told it passes on."""

    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self) -> asyncio.subprocess.Process:
        """Start it, and remember which process it is now."""
        process = await Child.start(self)
        self.running[:] = [process]
        return process

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        for process in self.running:
            if process.returncode is None:
                process.send_signal(number)


def _sibling(file: Path | None) -> Sibling:
    return Sibling("rest", ["rest", "--child", *([str(file)] if file else [])], get_settings())


def serve_rest(processes: int, file: Path | None = None, *, child: bool) -> None:
    """Serve until told to stop. Raises `ConfigurationError` for options PostgREST would refuse."""
    options = read_options(os.environ, file=file)
    level = {"crit": "error", "warn": "warning"}.get(options.log_level, options.log_level)
    configure_logging(get_settings().model_copy(update={"log_level": level}))
    if processes > 1 and options.unix_socket is not None:
        raise ConfigurationError("A Unix socket is served by one process; leave out --processes")
    if child:
        end_with_parent()
    with ExitStack() as held:
        held.enter_context(stoppable())
        rest = ConfiguredRest(file=file)
        listener = held.enter_context(_listening(options, shared=child or processes > 1))
        admin = None
        if options.admin_port is not None and not child:
            admin = held.enter_context(_bound(options.admin_host, options.admin_port))
        runner = held.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        if processes > 1:
            os.environ["PGRST_SERVER_PORT"] = str(listener.getsockname()[1])
        siblings = 0 if child else processes - 1
        runner.run(_serve(rest, listener, admin, [_sibling(file) for _ in range(siblings)]))


@contextmanager
def _listening(options: RestOptions, *, shared: bool) -> Iterator[socket.socket]:
    if options.unix_socket is None:
        with _bound(options.host, options.port, shared=shared) as listener:
            yield listener
        return
    path = options.unix_socket
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(str(path))
        except OSError as error:
            raise ConfigurationError(f"Cannot listen on {path}: {error.strerror}.") from error
        path.chmod(options.unix_socket_mode)
        listener.listen(2048)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _bound(host: str, port: int, *, shared: bool = False) -> Iterator[socket.socket]:
    address = ANY_HOST.get(host, host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server(
            (address, port),
            family=family,
            backlog=2048,
            # With it the kernel spreads connections over the processes that listen.
            reuse_port=shared,
            dualstack_ipv6=host == "*" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {address} port {port}: {error.strerror}."
            " Choose another with PGRST_SERVER_PORT=…"
        ) from error
    with listener:
        yield listener


async def _serve(
    rest: ConfiguredRest,
    listener: socket.socket,
    admin: socket.socket | None,
    siblings: Sequence[Sibling],
) -> None:
    server = Server(rest)
    loop = asyncio.get_running_loop()
    for number in stop_signals():
        loop.add_signal_handler(number, server.stop)
    async with AsyncExitStack() as behind:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.listening.wait()
        if server.started:
            _reread_on_signals(rest, siblings)
            for sibling in siblings:
                await behind.enter_async_context(keep_running(sibling, restart=True))
            if admin is not None:
                behind.push_async_callback(_stopped(admin_app(rest, listener), admin))
            log.info("serving", address=listener.getsockname(), processes=1 + len(siblings))
        await serving


def _stopped(app: ASGIApp, listener: socket.socket) -> Callable[[], Awaitable[None]]:
    server = Server(app, lifespan="off")
    running = asyncio.create_task(server.serve(sockets=[listener]))

    async def stop() -> None:
        server.stop()
        await running

    return stop


def _reread_on_signals(rest: ConfiguredRest, siblings: Sequence[Sibling]) -> None:
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def on(number: signal.Signals, reread: Callable[[], Coroutine[Any, Any, None]]) -> None:
        def act() -> None:
            for sibling in siblings:
                sibling.tell(number)
            task = loop.create_task(reread())
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        loop.add_signal_handler(number, act)

    on(signal.SIGUSR1, rest.reload)
    on(signal.SIGUSR2, rest.reconfigure)
