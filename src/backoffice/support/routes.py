"""`/support/v1/tickets/…`: reporting. Lists and tickets are read over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backoffice.errors import NotFound
from backoffice.http.bodies import DOMAIN, json_answer, read_json
from backoffice.http.callers import Callers
from backoffice.state import State
from backoffice.support.model import parse_report
from backoffice.support.store import Tickets, send_soon
from backoffice.support.webhook import WEBHOOK_PATH


class TicketRoutes:
    """What signed-in people ask of tickets."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._callers = Callers(state)

    def routes(self) -> list[BaseRoute]:
        """Every route, relative to `/support/v1`."""
        return [
            Route("/tickets/{domain}", self.create, methods=["POST"]),
            Route("/tickets/{domain}/{id}/retry", self.retry, methods=["POST"]),
            Route("/linear", self.linear, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """A report becomes a ticket. 201 `{"ticket"}`, also when it is sent again."""
        tickets = self._tickets(request)
        domain = _domain(request)
        report = parse_report(await read_json(request))
        answer = json_answer({"ticket": await tickets.create(domain, report)}, 201)
        return self._then_send(answer)

    async def retry(self, request: Request) -> Response:
        """Sends a ticket now. `{"ticket"}`."""
        tickets = self._tickets(request)
        try:
            ticket = UUID(request.path_params["id"])
        except ValueError as error:
            raise NotFound("There is no such ticket.") from error
        answer = json_answer({"ticket": await tickets.retry(_domain(request), ticket)})
        return self._then_send(answer)

    async def linear(self, request: Request) -> Response:
        """Whether tickets go out, and to staff what is missing when they do not."""
        health = await self._tickets(request).health()
        settings = self._state.settings
        configured: dict[str, Any] = {"configured": not settings.linear_missing}
        if health.get("is_admin"):
            configured |= {
                "missing": settings.linear_missing,
                "has_webhook": settings.linear_webhook_secret is not None,
                "webhook_url": f"{settings.url}{WEBHOOK_PATH}",
            }
        return json_answer(health | configured)

    def _tickets(self, request: Request) -> Tickets:
        return Tickets(self._state.database, self._callers.context(request))

    def _then_send(self, answer: Response) -> Response:
        if not self._state.settings.linear_missing:
            answer.background = BackgroundTask(send_soon, self._state.database)
        return answer


def _domain(request: Request) -> str:
    domain = str(request.path_params["domain"])
    if not DOMAIN.fullmatch(domain):
        raise NotFound("There is no such domain for you.")
    return domain
