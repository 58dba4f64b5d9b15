"""Round trips to other services, while somebody is away."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import class_row

from backoffice.auth.flows import Challenge, stored_code
from backoffice.auth.handshake import Returned
from backoffice.auth.queries import flows as queries
from backoffice.database import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFlow:
    """Where somebody went, where they want to go after, and for which account if it is known."""

    id: UUID
    provider: str
    redirect_to: str
    linking_target: UUID | None
    code_challenge: str | None
    code_challenge_method: str | None

    @property
    def ends_in_code(self) -> bool:
        """Whether the application exchanges a code (PKCE) instead of reading a fragment."""
        return self.code_challenge is not None


async def start_provider_flow(
    connection: AsyncConnection[Row],
    provider: str,
    redirect_to: str,
    challenge: Challenge | None,
    linking_target: UUID | None = None,
) -> UUID:
    """Remember who leaves; the id of the round trip."""
    await connection.execute(queries.SWEEP)
    flow_id = uuid4()
    await connection.execute(
        queries.INSERT_PROVIDER,
        {
            "id": flow_id,
            "provider": provider,
            "redirect_to": redirect_to,
            "linking_target": linking_target,
            "code_challenge": challenge.code if challenge else None,
            "method": challenge.method if challenge else None,
        },
    )
    return flow_id


async def take_provider_flow(
    connection: AsyncConnection[Row], flow_id: UUID, provider: str
) -> ProviderFlow | None:
    """The round trip of that id, over now; None when it ended before."""
    async with connection.cursor(row_factory=class_row(ProviderFlow)) as cursor:
        await cursor.execute(queries.TAKE_PROVIDER, {"id": flow_id, "provider": provider})
        return await cursor.fetchone()


async def issue_provider_code(
    connection: AsyncConnection[Row], flow: ProviderFlow, user_id: UUID, returned: Returned
) -> str:
    """The code the application exchanges for a session."""
    code = secrets.token_urlsafe(32)
    await connection.execute(
        queries.INSERT_RETURNED,
        {
            "id": flow.id,
            "user_id": user_id,
            "auth_code": stored_code(code),
            "code_challenge": flow.code_challenge,
            "method": flow.code_challenge_method,
            "provider": flow.provider,
            "access_token": returned.access_token,
            "refresh_token": returned.refresh_token,
        },
    )
    return code
