"""What one process of the server holds; passed explicitly, never a global."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backoffice.database import Database
from backoffice.keys import Keys
from backoffice.settings import Settings

if TYPE_CHECKING:
    from backoffice.vault import Vault


@dataclass(frozen=True, slots=True)
class State:
    """Settings, keys and the ways to the database.

    `database` logs in as `authenticator`, `auth_database` as `supabase_auth_admin`; on a database
    given by URL both log in as its user and take those roles.
    """

    settings: Settings
    keys: Keys
    database: Database
    auth_database: Database

    @property
    def vault(self) -> Vault:
        """What encrypts secrets before they are stored."""
        from backoffice.vault import Vault

        return Vault(self.keys.encryption_keys)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[State]:
        """Open both pools, and close them at the end."""
        await self.database.open()
        try:
            await self.auth_database.open()
            try:
                yield self
            finally:
                await self.auth_database.close()
        finally:
            await self.database.close()
