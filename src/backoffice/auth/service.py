"""What every route of the auth protocol works with."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from starlette.requests import Request

from backoffice.addresses import Network, parse_networks
from backoffice.auth.config import AuthConfig
from backoffice.auth.database import ADMIN
from backoffice.auth.disabled import DisabledUsers
from backoffice.auth.limits import RateLimiter
from backoffice.auth.openid import ProviderClient
from backoffice.auth.redirects import allowed_redirect
from backoffice.auth.sessions import Granted
from backoffice.auth.users import User
from backoffice.auth.viewing import ViewingSessions
from backoffice.database import Row
from backoffice.mail import Mailer, make_mailer
from backoffice.state import State
from backoffice.tokens import AUDIENCE, Tokens


@dataclass(frozen=True, slots=True)
class Auth:
    """The state of the server, as the auth protocol needs it."""

    state: State
    config: AuthConfig
    tokens: Tokens
    limiter: RateLimiter
    disabled: DisabledUsers
    viewing: ViewingSessions
    trusted_proxies: Sequence[Network]
    mailer: Mailer | None
    provider_clients: Mapping[str, ProviderClient]

    @classmethod
    def build(cls, state: State, config: AuthConfig | None = None) -> Auth:
        """The state of a process that serves the protocol or does its jobs."""
        config = config or AuthConfig.of(state.settings)
        return cls(
            state=state,
            config=config,
            tokens=Tokens(state.keys),
            limiter=RateLimiter(state.auth_database, state.keys.ip_hash_key),
            disabled=DisabledUsers(state.database),
            viewing=ViewingSessions(state.database),
            mailer=make_mailer(state.settings),
            provider_clients={
                name: ProviderClient(provider) for name, provider in config.providers.items()
            },
            trusted_proxies=parse_networks(state.settings.trusted_proxies),
        )

    @classmethod
    def of(cls, request: Request) -> Auth:
        """The one the application was made with."""
        auth: Auth = request.app.state.auth
        return auth

    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection[Row]]:
        """One transaction as `supabase_auth_admin`."""
        return self.state.auth_database.transaction(ADMIN)

    @property
    def issuer(self) -> str:
        """Who issues the access tokens."""
        return f"{self.state.settings.url}/auth/v1"

    @property
    def callback_url(self) -> str:
        """Where other services send people back to; each is told of it when it is set up."""
        return f"{self.issuer}/callback"

    def allowed_redirect(self, wanted: str | None) -> str:
        """`wanted` if a link may lead there, else the server itself."""
        settings = self.state.settings
        own: list[str] = []
        if settings.is_loopback and not settings.public_url:
            # Whatever is being built on this machine may use this server to sign people in.
            own = [f"http://[::1]:{settings.port}", "http://localhost:*", "http://127.0.0.1:*"]
        return allowed_redirect(wanted, settings.url, [*own, *self.config.redirect_urls])

    async def is_disabled(self, user: User) -> bool:
        """Whether the user may not sign in, or go on being signed in."""
        return user.is_banned or user.deleted_at is not None or await self.disabled.holds(user.id)

    def grant(self, user: User, granted: Granted) -> dict[str, Any]:
        """What a successful sign-in or refresh answers, with a fresh access token."""
        issued_at = int(time.time())
        lifetime = int(self.config.access_token_lifetime.total_seconds())
        claims = {
            "iss": self.issuer,
            "sub": str(user.id),
            "aud": user.aud or AUDIENCE,
            "exp": issued_at + lifetime,
            "iat": issued_at,
            "email": user.email,
            "phone": user.phone,
            "app_metadata": user.app_metadata,
            "user_metadata": user.user_metadata,
            "role": user.role,
            "aal": granted.session.aal or "aal1",
            "amr": list(granted.session.amr),
            "session_id": str(granted.session.id),
            "is_anonymous": user.is_anonymous,
        }
        return {
            "access_token": self.tokens.sign(claims),
            "token_type": "bearer",
            "expires_in": lifetime,
            "expires_at": issued_at + lifetime,
            "refresh_token": granted.refresh_token,
            "user": user.to_json(),
        }
