"""Everything under `/notifications/v1`."""

from __future__ import annotations

from starlette.types import ASGIApp

from backoffice.http.signed_in import signed_in_app
from backoffice.notifications.routes import notification_routes
from backoffice.state import State


def create_notifications_app(state: State) -> ASGIApp:
    """The routes of this capability."""
    return signed_in_app(state.settings, notification_routes(state), methods=["GET", "POST"])
