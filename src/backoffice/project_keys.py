"""Supabase's newer project keys, which are no tokens: `sb_publishable_…` and `sb_secret_…`."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

PUBLISHABLE_PREFIX = "sb_publishable_"
SECRET_PREFIX = "sb_secret_"  # noqa: S105 - what every secret key begins with


def opaque_key(prefix: str, jwt_secret: str) -> str:
    """The project's key that begins with `prefix`.

    A Supabase project makes such keys up and looks them up. Here they follow from the secret, so
    that every process knows them and changing the secret changes them.
    """
    digest = hmac.digest(jwt_secret.encode(), prefix.encode(), "sha256")
    text = urlsafe_b64encode(digest).decode()
    return f"{prefix}{text[:22]}_{text[22:30]}"
