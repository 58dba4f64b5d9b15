"""Links that end a person's e-mails without signing in: signed, and good for nothing else.

RFC 8058: mail programs send the link `POST` with `List-Unsubscribe=One-Click`; a `GET` only asks,
since link checkers follow every link in an e-mail.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast
from uuid import UUID

PATH = "/notifications/v1/unsubscribe"
PURPOSE = b"backoffice unsubscribe"
Choice = Literal["digest", "alerts"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a link ends."""

    user_id: UUID
    site_domain: str
    choice: Choice


class Unsubscribing:
    """Makes links, and believes those that were made here.

    The keys are those that encrypt secrets at rest: the first signs, every one is believed, so that
    links outlive a change of keys for as long as the old key is kept.
    """

    def __init__(self, encryption_keys: Sequence[str]) -> None:
        self._keys = [hmac.digest(key.encode(), PURPOSE, "sha256") for key in encryption_keys]

    def token(self, subscription: Subscription) -> str:
        """The end of the link."""
        content = f"{subscription.choice} {subscription.user_id} {subscription.site_domain}"
        return f"{_text(content.encode())}.{_text(_signature(self._keys[0], content.encode()))}"

    def read(self, token: str) -> Subscription | None:
        """What a link ends; None for one that was not made here."""
        try:
            content, signature = (urlsafe_b64decode(f"{part}==") for part in token.split("."))
        except (ValueError, binascii.Error):
            return None
        if not any(hmac.compare_digest(_signature(key, content), signature) for key in self._keys):
            return None
        choice, user_id, site_domain = content.decode().split(" ")
        return Subscription(UUID(user_id), site_domain, cast("Choice", choice))

    def headers(self, url: str, subscription: Subscription) -> dict[str, str]:
        """The headers by which mail programs offer to unsubscribe."""
        return {
            "List-Unsubscribe": f"<{self.link(url, subscription)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def link(self, url: str, subscription: Subscription) -> str:
        """The whole address, at the server's `url`."""
        # In the query, which is never logged.
        return f"{url}{PATH}?token={self.token(subscription)}"


def _signature(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
