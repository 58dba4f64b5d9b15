"""Accounts and their e-mails, through Supabase Auth's admin API: our own here, or a hosted one.

The service role's key makes the call; who is behind it, the audit log knows from the transaction
that goes before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import structlog
from starlette.types import ASGIApp

from backoffice.errors import Problem, Unavailable
from backoffice.state import State

TIMEOUT = httpx.Timeout(20, connect=5)
VERSION = "2024-01-01"
ACCEPT_PAGE = "/accept-invitation"
RESET_PAGE = "/reset-password"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The admin API. `auth` is our own application; a Supabase project is asked over the net."""

    state: State
    auth: ASGIApp
    transport: httpx.AsyncBaseTransport | None = None

    async def create(self, email: str, full_name: str) -> UUID:
        """An account that nobody has confirmed, and no e-mail yet. Raises 409, field `email`."""
        body = {"email": email, "user_metadata": {"full_name": full_name} if full_name else {}}
        answer = await self._post("/admin/users", body)
        if answer.status_code == 422 and _code(answer) == "email_exists":
            raise Problem(
                "Somebody with this address is here already. Look for them in the list.",
                code="conflict",
                status=409,
                field="email",
            )
        return UUID(_checked(answer)["id"])

    async def invite(self, email: str) -> None:
        """Write to somebody who has not accepted yet; the link before stops working."""
        _checked(await self._post("/invite", {"email": email}, ACCEPT_PAGE))

    async def reset_password(self, email: str) -> None:
        """Write to somebody with a link to choose another password."""
        _checked(await self._post("/recover", {"email": email}, RESET_PAGE))

    async def _post(
        self, path: str, body: dict[str, Any], page: str | None = None
    ) -> httpx.Response:
        settings = self.state.settings
        base = f"{(settings.supabase_url or settings.url).rstrip('/')}/auth/v1"
        transport = self.transport
        if transport is None and not settings.supabase_url:
            # The application stands behind the mount; errors come back as answers.
            transport = httpx.ASGITransport(self.auth, raise_app_exceptions=False)
            base = "http://auth.internal"
        key = self.state.keys.service_role_key
        try:
            async with httpx.AsyncClient(transport=transport, timeout=TIMEOUT) as client:
                return await client.post(
                    f"{base}{path}",
                    json=body,
                    params={"redirect_to": f"{settings.url}{page}"} if page else {},
                    headers={
                        "apikey": key,
                        "Authorization": f"Bearer {key}",
                        "X-Supabase-Api-Version": VERSION,
                    },
                )
        except httpx.HTTPError as error:
            log.warning("users.auth_unreachable", error=type(error).__name__)
            raise Unavailable("The sign-in service does not answer; try again.") from error


def _code(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("code", "")) if isinstance(body, dict) else ""


def _checked(answer: httpx.Response) -> Any:
    """The body. Raises the `Problem` of who asked, in words for them."""
    if answer.is_success:
        return answer.json()
    code = _code(answer)
    log.warning("users.auth_refused", status=answer.status_code, code=code)
    match code:
        case "email_exists":
            raise Problem("This person has accepted already.", code="conflict", status=409)
        case "email_provider_disabled":
            raise Problem(
                "This server sends no e-mail: set BACKOFFICE_SMTP_HOST.",
                code="sends_no_mail",
                status=409,
            )
        case "over_email_send_rate_limit" | "over_request_rate_limit":
            raise Problem(
                "An e-mail was sent to this address a moment ago. Wait a minute.",
                code="too_many_requests",
                status=429,
            )
        case "bad_jwt" | "not_admin" | "no_authorization" | "invalid_api_key":
            raise Problem(
                "The sign-in service does not know this server's key: BACKOFFICE_JWT_SECRET must be"
                " the project's.",
                code="misconfigured",
                status=502,
            )
        case _:
            raise Problem(
                "The e-mail could not be sent. Try again in a few minutes.",
                code="not_sent",
                status=502,
            )
