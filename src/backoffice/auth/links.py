"""Links, and codes to type, that sign somebody in once.

A token is `hex(sha224(email || code))`: a link carries it, a code is typed with the address.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args
from urllib.parse import urlencode
from uuid import UUID

from psycopg import AsyncConnection

from backoffice.auth.flows import PREFIX as PKCE_PREFIX
from backoffice.auth.queries import links as queries
from backoffice.database import Row

LinkType = Literal["signup", "invite", "recovery", "magiclink"]
ChangeType = Literal["email_change_current", "email_change_new"]
LINK_TYPES: Sequence[str] = get_args(LinkType)
CHANGE_TYPES: Sequence[str] = get_args(ChangeType)
TOKEN_TYPES: Mapping[str, Sequence[str]] = {
    "signup": ["confirmation_token"],
    "invite": ["confirmation_token"],
    "recovery": ["recovery_token"],
    "magiclink": ["recovery_token"],
    "email": ["confirmation_token", "recovery_token"],
    "email_change": ["email_change_token_current", "email_change_token_new"],
    "reauthentication": ["reauthentication_token"],
}
# What `/verify` opens; a reauthentication code only ever confirms a change of password.
VERIFIABLE = TOKEN_TYPES.keys() - {"reauthentication"}
Purpose = Literal[
    "signup",
    "invite",
    "recovery",
    "magiclink",
    "email_change_current",
    "email_change_new",
    "reauthentication",
]
STORED: Mapping[Purpose, tuple[str, str]] = {
    "signup": ("confirmation_token", queries.STAMP_CONFIRMATION),
    "invite": ("confirmation_token", queries.STAMP_CONFIRMATION),
    "recovery": ("recovery_token", queries.STAMP_RECOVERY),
    "magiclink": ("recovery_token", queries.STAMP_RECOVERY),
    "email_change_current": ("email_change_token_current", queries.STAMP_EMAIL_CHANGE_CURRENT),
    "email_change_new": ("email_change_token_new", queries.STAMP_EMAIL_CHANGE_NEW),
    "reauthentication": ("reauthentication_token", queries.STAMP_REAUTHENTICATION),
}
CODE_DIGITS = 6
# What a mailed invitation carries. It works for days, so no code of six digits stands behind it.
INVITATION_PREFIX = "invite_"
INVITATION_BYTES = 28


@dataclass(frozen=True, slots=True)
class Link:
    """A fresh one-time token, as a code to type and as what a link carries."""

    code: str
    token_hash: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Whose token was presented, and whether it began as a PKCE flow."""

    user_id: UUID
    pkce: bool


def token_hash(email: str, code: str) -> str:
    """The token that `code` stands for at `email`."""
    return hashlib.sha224(f"{email}{code}".encode()).hexdigest()


async def make_link(
    connection: AsyncConnection[Row],
    user_id: UUID,
    email: str,
    purpose: Purpose,
    *,
    pkce: bool = False,
) -> Link:
    """A new token for `purpose`; the one before stops working."""
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    hashed = token_hash(email, code)
    link = Link(code, f"{PKCE_PREFIX}{hashed}" if pkce else hashed)
    await _store(connection, user_id, email, purpose, link)
    return link


async def make_invitation(connection: AsyncConnection[Row], user_id: UUID, email: str) -> Link:
    """A new token for an invitation that is mailed; nothing can be typed in its place."""
    link = Link("", f"{INVITATION_PREFIX}{secrets.token_hex(INVITATION_BYTES)}")
    await _store(connection, user_id, email, "invite", link)
    return link


async def _store(
    connection: AsyncConnection[Row], user_id: UUID, email: str, purpose: Purpose, link: Link
) -> None:
    token_type, stamp = STORED[purpose]
    values = {
        "user_id": user_id,
        "token_type": token_type,
        "token_hash": link.token_hash,
        "email": email,
        "invited": purpose == "invite",
    }
    await connection.execute(queries.PUT, values)
    await connection.execute(stamp, values)


async def take_token(
    connection: AsyncConnection[Row], hashes: Sequence[str], kind: str, lifetime: timedelta
) -> Taken | None:
    """Whose token it was; it works no more. None when there is none, or it came too late."""
    cursor = await connection.execute(
        queries.TAKE,
        {"token_hashes": hashes, "token_types": TOKEN_TYPES[kind], "lifetime": lifetime},
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    user_id, stored, is_alive = row
    return Taken(user_id, stored.startswith(PKCE_PREFIX)) if is_alive else None


def typed_hashes(email: str, code: str) -> Sequence[str]:
    """What a typed code may be stored as: it works whichever flow the mail belongs to."""
    hashed = token_hash(email, code)
    return [hashed, f"{PKCE_PREFIX}{hashed}"]


async def forget_tokens(connection: AsyncConnection[Row], user_id: UUID) -> None:
    """Every other pending token of the user goes too."""
    await connection.execute(queries.CLEAR, {"user_id": user_id})


def action_link(site: str, link: Link, kind: str, redirect_to: str) -> str:
    """The address to open."""
    query = {"token": link.token_hash, "type": kind, "redirect_to": redirect_to}
    return f"{site}/auth/v1/verify?{urlencode(query, safe='/:')}"
