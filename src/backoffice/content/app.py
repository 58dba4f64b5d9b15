"""Everything under `/content/v1`: what signed-in people change of their websites' content."""

from __future__ import annotations

from starlette.types import ASGIApp

from backoffice.content.configs_routes import config_routes
from backoffice.content.sections_routes import section_routes
from backoffice.http.signed_in import signed_in_app
from backoffice.state import State


def create_content_app(state: State) -> ASGIApp:
    """The routes of this capability."""
    return signed_in_app(state.settings, [*section_routes(state), *config_routes(state)])
