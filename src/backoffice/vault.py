"""Secrets at rest: tokens of outside services and secret settings are stored encrypted.

The keys are `Keys.encryption_keys` (or `BACKOFFICE_ENCRYPTION_KEYS`): the first encrypts, every one
decrypts, so that a key is changed by putting a new one in front and dropping the old one once
everything was written anew (`rotate`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from backoffice.errors import BackofficeError


class SealedError(BackofficeError):
    """A secret was encrypted with a key that is not among the keys any more, or was damaged."""


class Vault:
    """Encrypts and decrypts short texts (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        """`text` encrypted, as ASCII."""
        return self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was sealed. Raises `SealedError`."""
        return _opened(self._keys.decrypt, sealed)

    def rotate(self, sealed: str) -> str:
        """The same secret encrypted with the first key. Raises `SealedError`."""
        return _opened(self._keys.rotate, sealed)


def _opened(by: Callable[[bytes], bytes], sealed: str) -> str:
    try:
        return by(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealedError("A stored secret does not open with the present keys.") from error
