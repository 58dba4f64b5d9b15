"""Everything under `/users/v1`."""

from __future__ import annotations

from starlette.types import ASGIApp

from backoffice.http.signed_in import signed_in_app
from backoffice.state import State
from backoffice.users.accounts import Accounts
from backoffice.users.routes import user_routes


def create_users_app(state: State, auth: ASGIApp) -> ASGIApp:
    """The routes of this capability; `auth` is the auth protocol's application of this process."""
    return signed_in_app(state.settings, user_routes(state, Accounts(state, auth)))
