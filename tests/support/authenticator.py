"""What the app on somebody's phone shows."""

from __future__ import annotations

import base64
import time

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from backoffice.auth import totp


def code_of(secret: str, *, step: int = 0) -> str:
    """The code of now, or of so many times 30 seconds later."""
    generator = TOTP(base64.b32decode(secret), totp.DIGITS, SHA1(), 30)  # noqa: S303
    return generator.generate(int(time.time()) + 30 * step).decode()
