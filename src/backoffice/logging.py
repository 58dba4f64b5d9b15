"""Log lines: for people in a terminal, JSON elsewhere, each with the id of its request.

Nothing secret is logged: no query strings, headers or bodies are ever passed here, and values under
a telling name are hidden in case one is passed by mistake.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

from backoffice.settings import Settings

HIDDEN = "[hidden]"
HTTP_LOGGER = "backoffice.http"
TELLING_NAMES = ("password", "secret", "token", "authorization", "apikey", "api_key", "cookie")
# Libraries that speak at "info" about every request or job.
TALKATIVE = ("httpx", "httpcore", "procrastinate", "uvicorn", "psycopg.pool")

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def configure_logging(settings: Settings) -> None:
    """Send structlog's and the standard library's lines to standard error in one format."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        _add_request_id,
        _hide_secrets,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            # First: preparing a line that is not written costs as much as one that is.
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(as_json=writes_json(settings)),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    if not writes_json(settings) and settings.log_level == "info":
        # A line for every request would bury what the person at the terminal should read.
        logging.getLogger(HTTP_LOGGER).setLevel(logging.WARNING)


def writes_json(settings: Settings) -> bool:
    """Whether lines are JSON: asked for, or nobody sits at a terminal."""
    if settings.log_format == "auto":
        return not sys.stderr.isatty()
    return settings.log_format == "json"


def _rendering(*, as_json: bool) -> list[structlog.typing.Processor]:
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]


def _add_request_id(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    current = request_id.get()
    if current is not None:
        event.setdefault("request_id", current)
    return event


def _hide_secrets(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name in event:
        if any(part in name.lower() for part in TELLING_NAMES):
            event[name] = HIDDEN
    return event
