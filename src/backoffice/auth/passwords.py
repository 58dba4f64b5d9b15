"""Passwords: bcrypt at cost 10, in threads of their own so that hashing never stalls the server."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeVar

import bcrypt
from anyio import CapacityLimiter, to_thread

from backoffice.auth.errors import validation_failed, weak_password

T = TypeVar("T")

COST = 10
SHORTEST = 6
LONGEST = 72  # bcrypt reads no further

# Compared with when there is no account: whoever asks waits as long as for a wrong password.
NOBODYS_HASH = "$2a$10$Yn.f2jgFepLe9iZHUEw3JOq9xRazZLBpPPV5UeBNko9xniFax0i0u"


def check_strength(password: str) -> None:
    """Raise unless `password` may be set: at least 6 characters, at most 72 bytes."""
    if len(password.encode()) < SHORTEST:
        raise weak_password(f"Password should be at least {SHORTEST} characters.", ["length"])
    if len(password.encode()) > LONGEST:
        raise validation_failed(f"Password cannot be longer than {LONGEST} characters")


async def hash_password(password: str) -> str:
    """The bcrypt hash to store."""
    salt = bcrypt.gensalt(COST, prefix=b"2a")
    return (await _in_thread(bcrypt.hashpw, password.encode(), salt)).decode()


async def verify_password(password: str, encrypted: str | None) -> bool:
    """Whether `password` is the one hashed in `encrypted`.

    Without a usable hash the work is done all the same, so that time tells nothing.
    """
    secret = password.encode()
    usable = len(secret) <= LONGEST and is_bcrypt(encrypted)
    compared = encrypted if usable and encrypted else NOBODYS_HASH
    matches = await _in_thread(bcrypt.checkpw, secret[:LONGEST], compared.encode())
    return matches and usable


def is_bcrypt(encrypted: str | None) -> bool:
    """Whether `encrypted` is a bcrypt hash of a cost worth computing."""
    if not encrypted or len(encrypted) != 60 or not encrypted.startswith(("$2a$", "$2b$", "$2y$")):
        return False
    return encrypted[4:6].isdecimal() and 4 <= int(encrypted[4:6]) <= 14


@lru_cache(maxsize=1)
def _threads() -> CapacityLimiter:
    return CapacityLimiter(max(2, os.cpu_count() or 2))


async def _in_thread(function: Callable[[bytes, bytes], T], first: bytes, second: bytes) -> T:
    return await to_thread.run_sync(partial(function, first, second), limiter=_threads())
