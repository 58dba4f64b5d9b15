"""Everything under `/privacy/v1`."""

from __future__ import annotations

from starlette.types import ASGIApp

from backoffice.http.signed_in import signed_in_app
from backoffice.privacy.routes import privacy_routes
from backoffice.state import State


def create_privacy_app(state: State) -> ASGIApp:
    """The routes of this capability."""
    return signed_in_app(
        state.settings, privacy_routes(state), exposed_headers=["content-disposition"]
    )
