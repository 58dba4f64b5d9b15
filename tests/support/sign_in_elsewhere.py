"""A browser's way to another service and back, as a test walks it."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

VERIFIER = "a-verifier-of-the-application-that-is-long-enough-for-all"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "s256"}


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query))


def fragment_of(address: str) -> dict[str, str]:
    """What stands behind its `#`."""
    return dict(parse_qsl(urlsplit(address).fragment))


async def come_back(address: str) -> dict[str, str]:
    """Let the service have the browser; what it sends it back with."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
    assert answer.status_code == 302, answer.text
    return query_of(answer.headers["location"])


async def leave(client: httpx.AsyncClient, **query: str) -> str:
    """Where `/authorize` sends the browser."""
    answer = await client.get("/authorize", params={"provider": "google", **query})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


async def arrive(client: httpx.AsyncClient, back: dict[str, Any]) -> str:
    """Where `/callback` sends the browser."""
    answer = await client.get("/callback", params=back)
    assert answer.status_code in (302, 303), answer.text
    return str(answer.headers["location"])


async def round_trip(client: httpx.AsyncClient, **query: str) -> str:
    """All of it."""
    return await arrive(client, await come_back(await leave(client, **query)))
