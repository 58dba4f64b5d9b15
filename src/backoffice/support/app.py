"""Everything under `/support/v1`: reporting, and Linear's webhook."""

from __future__ import annotations

from starlette.types import ASGIApp

from backoffice.http.signed_in import signed_in_app
from backoffice.state import State
from backoffice.support.routes import TicketRoutes
from backoffice.support.webhook import webhook_route


def create_support_app(state: State) -> ASGIApp:
    """The routes of this capability."""
    return signed_in_app(state.settings, [*TicketRoutes(state).routes(), webhook_route(state)])
