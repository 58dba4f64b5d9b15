"""PKCE (RFC 7636): a link ends in a code that only who asked for it can exchange for a session."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import class_row

from backoffice.auth.errors import bad_request, forbidden, not_found, unprocessable
from backoffice.auth.errors import validation_failed as invalid
from backoffice.auth.queries import flows as queries
from backoffice.auth.requests import Params
from backoffice.database import Row

PREFIX = "pkce_"
CHALLENGE = re.compile(r"[a-zA-Z0-9._~-]{43,128}")
METHODS = ("plain", "s256")
# What Supabase Auth calls the way in, by the kind of link that ends it.
AUTHENTICATION_METHODS: Mapping[str, str] = {
    "signup": "email/signup",
    "invite": "invite",
    "recovery": "recovery",
    "magiclink": "magiclink",
    "email_change": "email_change",
}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the verifier must match later."""

    code: str
    method: str


class Challenged(Params):
    """A request that may begin a PKCE flow."""

    code_challenge: str = ""
    code_challenge_method: str = ""

    def challenge(self) -> Challenge | None:
        """The challenge, if there is one. Raises 400 `validation_failed`."""
        if not self.code_challenge and not self.code_challenge_method:
            return None
        if not self.code_challenge or not self.code_challenge_method:
            raise invalid("PKCE flow requires code_challenge_method and code_challenge")
        if not CHALLENGE.fullmatch(self.code_challenge):
            raise invalid(
                "code challenge has to be between 43 and 128 characters of a-z A-Z 0-9 . _ ~ -"
            )
        method = self.code_challenge_method.lower()
        if method not in METHODS:
            raise invalid(f"Invalid code challenge method: {method}")
        return Challenge(self.code_challenge, method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow whose link was opened."""

    user_id: UUID
    code_challenge: str
    code_challenge_method: str
    authentication_method: str
    provider_type: str
    provider_access_token: str
    provider_refresh_token: str
    is_alive: bool

    def provider_tokens(self) -> dict[str, str]:
        """The other service's own tokens, as a session carries them."""
        tokens = {
            "provider_token": self.provider_access_token,
            "provider_refresh_token": self.provider_refresh_token,
        }
        return {name: token for name, token in tokens.items() if token}


async def start_flow(
    connection: AsyncConnection[Row], user_id: UUID, kind: str, challenge: Challenge
) -> None:
    """Remember the challenge until the link of that kind is opened."""
    await connection.execute(
        queries.INSERT,
        {
            "id": uuid4(),
            "user_id": user_id,
            "code_challenge": challenge.code,
            "method": challenge.method,
            "authentication_method": AUTHENTICATION_METHODS[kind],
        },
    )


async def issue_code(connection: AsyncConnection[Row], user_id: UUID, kind: str) -> str:
    """The code to exchange, for the newest flow of that kind. Raises 403 `flow_state_not_found`."""
    code = secrets.token_urlsafe(32)
    issued = await connection.execute(
        queries.ISSUE,
        {
            "user_id": user_id,
            "auth_code": stored_code(code),
            "authentication_method": AUTHENTICATION_METHODS.get(kind, kind),
        },
    )
    if await issued.fetchone() is None:
        raise forbidden("flow_state_not_found", "invalid flow state, no valid flow state found")
    return code


async def take_flow(
    connection: AsyncConnection[Row], auth_code: str, code_verifier: str, lifetime: timedelta
) -> Flow:
    """The flow of that code, which works no more.

    Raises 404 `flow_state_not_found`, 422 `flow_state_expired` or 400 `bad_code_verifier`; a wrong
    verifier leaves the flow to whom it belongs.
    """
    async with connection.cursor(row_factory=class_row(Flow)) as cursor:
        await cursor.execute(
            queries.TAKE, {"auth_code": stored_code(auth_code), "lifetime": lifetime}
        )
        flow = await cursor.fetchone()
    if flow is None:
        raise not_found("flow_state_not_found", "invalid flow state, no valid flow state found")
    if not flow.is_alive:
        raise unprocessable("flow_state_expired", "invalid flow state, flow state has expired")
    if not _matches(flow, code_verifier):
        raise bad_request(
            "bad_code_verifier", "code challenge does not match previously saved code verifier"
        )
    return flow


def _matches(flow: Flow, verifier: str) -> bool:
    presented = verifier.encode()
    if flow.code_challenge_method == "s256":
        digest = hashlib.sha256(presented).digest()
        presented = base64.urlsafe_b64encode(digest).rstrip(b"=")
    return hmac.compare_digest(presented, flow.code_challenge.encode())


def stored_code(code: str) -> str:
    """Codes are kept as a digest, so that reading the table lets nobody in."""
    return hashlib.sha256(code.encode()).hexdigest()
