"""Everything that is stored encrypted, for when the encryption key changes.

Whoever stores something sealed with the vault adds how it is sealed anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from backoffice.crm.tokens import rotate_tokens
from backoffice.database import Database
from backoffice.privacy.erasure import reseal
from backoffice.state import State
from backoffice.vault import Vault

Rotation = Callable[[Database, Vault], Awaitable[int]]

ROTATIONS: Final[Mapping[str, Rotation]] = {
    "HubSpot tokens": rotate_tokens,
    "addresses of erasures that HubSpot waits for": reseal,
}
"""By what they are called; each gives how many secrets it sealed anew. Raises `SealedError`."""


async def rotate_secrets(state: State) -> dict[str, int]:
    """Encrypt everything stored with the first key; gives how many, by what they are."""
    return {name: await rotate(state.database, state.vault) for name, rotate in ROTATIONS.items()}
