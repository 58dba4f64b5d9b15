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
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from psycopg import AsyncConnection

from backoffice.auth.queries import links as queries
from backoffice.database import Row

LinkType = Literal["signup", "invite", "recovery", "magiclink"]
LINK_TYPES: Sequence[str] = get_args(LinkType)
TOKEN_TYPES: Mapping[str, Sequence[str]] = {
    "signup": ["confirmation_token"],
    "invite": ["confirmation_token"],
    "recovery": ["recovery_token"],
    "magiclink": ["recovery_token"],
    "email": ["confirmation_token", "recovery_token"],
}
CODE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Link:
    """A fresh one-time token, as a code to type and as what a link carries."""

    code: str
    token_hash: str


def token_hash(email: str, code: str) -> str:
    """The token that `code` stands for at `email`."""
    return hashlib.sha224(f"{email}{code}".encode()).hexdigest()


async def make_link(
    connection: AsyncConnection[Row], user_id: UUID, email: str, kind: LinkType
) -> Link:
    """A new token of `kind`; the one before stops working."""
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    link = Link(code, token_hash(email, code))
    stamp = queries.STAMP_CONFIRMATION if kind in ("signup", "invite") else queries.STAMP_RECOVERY
    values = {
        "user_id": user_id,
        "token_type": TOKEN_TYPES[kind][0],
        "token_hash": link.token_hash,
        "email": email,
        "invited": kind == "invite",
    }
    await connection.execute(queries.PUT, values)
    await connection.execute(stamp, values)
    return link


async def take_token(
    connection: AsyncConnection[Row], presented: str, kind: str, lifetime: timedelta
) -> UUID | None:
    """Whose token it was; it works no more. None when there is none, or it came too late."""
    cursor = await connection.execute(
        queries.TAKE,
        {"token_hash": presented, "token_types": TOKEN_TYPES[kind], "lifetime": lifetime},
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    user_id, is_alive = row
    return user_id if is_alive else None


async def forget_tokens(connection: AsyncConnection[Row], user_id: UUID) -> None:
    """Every other pending token of the user goes too."""
    await connection.execute(queries.CLEAR, {"user_id": user_id})


def action_link(site: str, link: Link, kind: str, redirect_to: str) -> str:
    """The address to open."""
    query = {"token": link.token_hash, "type": kind, "redirect_to": redirect_to}
    return f"{site}/auth/v1/verify?{urlencode(query)}"


def allowed_redirect(wanted: str | None, site: str, others: Sequence[str]) -> str:
    """`wanted` if it leads to the site itself or starts with one of `others`, else the site.

    Only whole origins count, so that `https://site.example.evil.org` is not the site.
    """
    if not wanted or not wanted.isascii() or not wanted.isprintable() or "\\" in wanted:
        return site
    try:
        origin = _origin(wanted)
        known = {_origin(address) for address in (site, *others)}
    except ValueError:
        return site
    return wanted if origin is not None and origin in known else site


def _origin(address: str) -> tuple[str, str, int | None] | None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, parts.port
