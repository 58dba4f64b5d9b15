"""What every answer of the server has: a request id, safe headers, a last word on failure."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import partial
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backoffice.logging import HTTP_LOGGER, request_id
from backoffice.metrics import REQUESTS
from backoffice.problems import UNEXPECTED, problem_response
from backoffice.request_context import CallerAddress, address_hash

HEADER = "x-request-id"
RAW_HEADER = HEADER.encode("latin-1")
# What a proxy may send; anything else would let a caller write into the log.
ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,128}")
QUIET_PATHS = ("/assets/", "/health", "/metrics", "/widget/")

log = structlog.get_logger(HTTP_LOGGER)


class RequestEnvelope:
    """Outermost: gives the request its id, logs it once, and answers when nothing inside did."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], address: CallerAddress) -> None:
        self.app = app
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers.items()
        ]
        self.address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        identifier = given if ACCEPTABLE.fullmatch(given) else str(uuid4())
        scope.setdefault("state", {})["request_id"] = identifier
        binding = request_id.set(identifier)
        address_binding = address_hash.set(partial(self.address.hash, scope))
        try:
            await self._answer(scope, receive, send, identifier)
        finally:
            address_hash.reset(address_binding)
            request_id.reset(binding)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, identifier: str) -> None:
        started = time.perf_counter()
        # 499 is what nginx logs for a caller who left before the answer.
        status = 499

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                # Names are in lower case, says ASGI; this runs for every answer there is.
                given = [each for each in message.get("headers", ()) if each[0] != RAW_HEADER]
                names = {name for name, _ in given}
                message["headers"] = [
                    *given,
                    *(each for each in self.headers if each[0] not in names),
                    (RAW_HEADER, identifier.encode("latin-1")),
                ]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            log.error("request failed", exc_info=error, path=scope["path"])
            if status == 499:
                await problem_response(UNEXPECTED)(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            REQUESTS.observe(scope["path"], scope["method"], status, seconds)
            self._log(scope, status, seconds)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        path = scope["path"]
        write = log.debug if path.startswith(QUIET_PATHS) and status < 400 else log.info
        # The path alone: query strings carry filters with e-mail addresses, and one-time tokens.
        write(
            "request",
            method=scope["method"],
            path=path,
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )
