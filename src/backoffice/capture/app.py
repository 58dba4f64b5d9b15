"""The routes through which data comes in: events from widgets, conversations from the backend."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from backoffice.capture import bots, docs
from backoffice.capture.agent import Agent
from backoffice.capture.batch import Outcome, capture_batch
from backoffice.capture.combining import Combiner
from backoffice.capture.decode import decode
from backoffice.capture.leads import Leads
from backoffice.capture.openapi import CAPTURE_PATHS
from backoffice.capture.recorder import Recorder
from backoffice.capture.sender import Origins, Sender
from backoffice.capture.store import Store
from backoffice.capture.wire import (
    cors_headers,
    json_response,
    preflight_headers,
    problem_response,
    read_body,
)
from backoffice.capture.writing import Writer
from backoffice.errors import Problem
from backoffice.key_uses import KeyUses
from backoffice.metrics import CAPTURED
from backoffice.site_keys import DomainKeys
from backoffice.state import State

_READERS: Final = 3
"""Connections of the pool that capture leaves to people who read."""

Handler = Callable[[Request], Awaitable[Response]]


class AddressListener(Protocol):
    """Whoever asks outside services about addresses, which are never stored."""

    def notice(self, site_domain: str, address: str, ip_hash: str) -> None:
        """Somebody's browser sent events from `address`. Returns at once."""
        ...


@dataclass(frozen=True, slots=True)
class Answering:
    """An ASGI app around a handler: every `Problem` becomes its answer."""

    handler: Handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that went away gets no answer."""
        request = Request(scope, receive)
        try:
            response = await self.handler(request)
        except Problem as problem:
            response = problem_response(problem, request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Capture:
    """PostHog's capture endpoints."""

    keys: DomainKeys
    origins: Origins
    combiner: Combiner
    listener: AddressListener | None = None

    async def handle(self, request: Request) -> Response:
        """Take one request's events from any origin."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=preflight_headers(request))
        try:
            return await self._capture(request)
        except Problem as problem:
            return problem_response(problem, request, cors_headers(request))

    async def _capture(self, request: Request) -> Response:
        body = await read_body(request)
        query = request.query_params
        envelope = decode(body, request.headers, query)
        site_domain = await self.keys.public(envelope.key)
        host, port = request.client or (None, None)
        # Nobody connects from port 0: uvicorn puts it where it replaced a trusted proxy's address.
        sender = self.origins.sender(site_domain, host, request.headers, resolved=port == 0)
        outcome = await capture_batch(envelope, sender, self.origins, self.combiner)
        _count(outcome)
        if self.listener and outcome.stored:
            self._tell(self.listener, sender)
        if outcome.rejected and not outcome.accepted:
            first = outcome.rejected[0]
            problem = Problem(
                f"{first['field']}: {first['message']}",
                code="invalid_event",
                field=first["field"],
            )
            return problem_response(
                problem,
                request,
                cors_headers(request),
                rejected_count=outcome.rejected_count,
                rejected=outcome.rejected,
            )
        if query.get("beacon") == "1":
            return Response(status_code=204, headers=cors_headers(request))
        return json_response(outcome.answer(), headers=cors_headers(request))

    def _tell(self, listener: AddressListener, sender: Sender) -> None:
        """Only of browsers, by the connection's own address: an event may claim any `$ip`."""
        if sender.is_program or sender.is_signed_in or bots.describe(sender.user_agent).is_bot:
            return
        ip_hash = self.origins.hash(sender.site_domain, sender.address)
        if sender.address and ip_hash:
            listener.notice(sender.site_domain, sender.address, ip_hash)


def _count(outcome: Outcome) -> None:
    if outcome.stored:
        CAPTURED.add("accepted", n=outcome.stored)
    if outcome.duplicates:
        CAPTURED.add("duplicate", n=outcome.duplicates)
    if outcome.rejected_count:
        CAPTURED.add("refused", n=outcome.rejected_count)


@dataclass(frozen=True, slots=True)
class Intake:
    """What the routes share, and an agent in this process besides."""

    keys: DomainKeys
    writer: Writer

    @classmethod
    def of(cls, state: State) -> Intake:
        """The one of an application."""
        writers = max(1, state.settings.pool_size - _READERS)
        keys = DomainKeys(state.database, uses=KeyUses(state.database))
        return cls(keys, Writer(state.database, writers))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep down when keys were used for as long as the block runs."""
        async with AsyncExitStack() as held:
            if self.keys.uses is not None:
                await held.enter_async_context(self.keys.uses.running())
            yield

    @property
    def recorder(self) -> Recorder:
        """Writes conversations as the agent API does."""
        return Recorder(Store(self.writer))


def capture_routes(
    state: State, listener: AddressListener | None = None, intake: Intake | None = None
) -> list[BaseRoute]:
    """Every route of this module, for an application that has others besides."""
    intake = intake or Intake.of(state)
    keys, writer = intake.keys, intake.writer
    origins = Origins.from_settings(state.settings, state.keys.ip_hash_key)
    capture = Answering(Capture(keys, origins, Combiner(writer), listener).handle)
    agent = Agent(keys, intake.recorder)
    leads = Leads(keys, state.database)
    conversation = "/agent/v1/conversations/{conversation_id}"
    return [
        *(
            Route(path + slash, capture, methods=["GET", "POST", "OPTIONS"])
            for path in CAPTURE_PATHS
            for slash in ("/", "")
        ),
        Route(conversation, Answering(agent.put), methods=["PUT"]),
        Route(conversation, Answering(agent.patch), methods=["PATCH"]),
        Route(f"{conversation}/messages", Answering(agent.add_messages), methods=["POST"]),
        Route("/agent/v1/visitors/{distinct_id:path}/lead", Answering(leads.get), methods=["GET"]),
        *docs.routes(),
    ]


def create_capture_app(state: State) -> Starlette:
    """Capture, the agent API and their documents as an application of their own."""
    return Starlette(routes=capture_routes(state))
