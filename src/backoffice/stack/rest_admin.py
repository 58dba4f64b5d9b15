"""PostgREST's admin server: is it alive, is it ready, what does it know, how does it fare."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from backoffice.rest.schema_cache.dump import dump_schema_cache
from backoffice.stack.rest_app import ConfiguredRest

REACH_SECONDS = 1.0
_TEXT = b"text/plain; charset=utf-8"


def admin_app(rest: ConfiguredRest, listener: socket.socket) -> ASGIApp:
    """`/live`, `/ready`, `/schema_cache` and `/metrics` of what `listener` serves."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, kind, body = await _answer(scope["path"], rest, listener)
        headers = [(b"content-length", str(len(body)).encode())]
        if kind:
            headers.append((b"content-type", kind))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


async def _answer(
    path: str, rest: ConfiguredRest, listener: socket.socket
) -> tuple[int, bytes, bytes]:
    match path:
        case "/live":
            return 200 if await _is_reachable(listener) else 500, b"", b""
        case "/ready":
            if not await _is_reachable(listener):
                return 500, b"", b""
            return 200 if rest.is_ready else 503, b"", b""
        case "/schema_cache":
            cache = rest.schema_cache
            return 200, b"application/json", dump_schema_cache(cache) if cache else b""
        case "/metrics":
            return 200, _TEXT, _as_text(rest.metrics()).encode()
    return 404, b"", b""


async def _is_reachable(listener: socket.socket) -> bool:
    """Whether a client gets through to the listener."""
    with socket.socket(listener.family, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            await asyncio.wait_for(loop.sock_connect(client, listener.getsockname()), REACH_SECONDS)
        except (OSError, TimeoutError):
            return False
    return True


def _as_text(metrics: Mapping[str, tuple[str, str, float]]) -> str:
    """Prometheus' text format; a name may end in labels."""
    lines: list[str] = []
    described: set[str] = set()
    for name, (kind, about, value) in metrics.items():
        family = name.partition("{")[0]
        if family not in described:
            described.add(family)
            lines += [f"# HELP {family} {about}", f"# TYPE {family} {kind}"]
        lines.append(f"{name} {value:g}" if value < 1e6 else f"{name} {value:.0f}")
    return "\n".join(lines) + "\n"
