"""Time-based one-time passwords (RFC 6238) as every authenticator app makes them."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
import time
from urllib.parse import quote, urlencode

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20


def new_secret() -> str:
    """A fresh secret in base 32, without padding."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode().rstrip("=")


def enrolment_uri(secret: str, *, issuer: str, account: str) -> str:
    """The `otpauth:` address an authenticator app reads."""
    parameters = urlencode(
        {
            "algorithm": "SHA1",
            "digits": DIGITS,
            "issuer": issuer,
            "period": STEP_SECONDS,
            "secret": secret,
        },
        quote_via=quote,
    )
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='')}?{parameters}"


def qr_code(uri: str) -> str:
    """The address as an SVG picture."""
    picture = io.BytesIO()
    segno.make(uri, micro=False).save(
        picture, kind="svg", xmldecl=False, scale=4, border=2, light="#fff"
    )
    # Clients put the picture into a `data:` address as it is, where `#` would end it.
    return picture.getvalue().decode().strip().replace("#fff", "white").replace("#000", "black")


def matching_step(secret: str, code: str, *, now: float | None = None) -> int | None:
    """The step `code` belongs to: this one, the one before or the one after; None if no other."""
    if len(code) != DIGITS or not code.isascii() or not code.isdecimal():
        return None
    padded = secret + "=" * (-len(secret) % 8)
    generator = TOTP(base64.b32decode(padded), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
    current = int((time.time() if now is None else now) // STEP_SECONDS)
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(generator.generate(step * STEP_SECONDS), code.encode()):
            return step
    return None
