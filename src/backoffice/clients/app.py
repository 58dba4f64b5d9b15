"""Everything under `/clients/v1`: staff's side of clients."""

from __future__ import annotations

from starlette.types import ASGIApp

from backoffice.clients.routes import client_routes
from backoffice.http.signed_in import signed_in_app
from backoffice.state import State


def create_clients_app(state: State) -> ASGIApp:
    """The routes of this capability."""
    return signed_in_app(state.settings, client_routes(state))
