"""The access token of a website's connection: refreshed by one worker, used by all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from backoffice.crm.failures import NotConnectedError, RevokedError
from backoffice.crm.oauth import OAuthApp
from backoffice.database import Database
from backoffice.vault import Vault

LEEWAY: Final = timedelta(minutes=2)
_LOCKED: Final = "select access_token, refresh_token, expires_at from private.crm_tokens_of(%s)"
_KEEP: Final = "select private.keep_crm_tokens(%s, %s, %s, %s)"
_REVOKED: Final = (
    "update public.crm_connections"
    " set state = 'revoked', reason = %s, changed_at = clock_timestamp()"
    " where site_domain = %s and state in ('connected', 'paused')"
)


@dataclass(frozen=True, slots=True, repr=False)
class TokenStore:
    """The tokens of one website."""

    database: Database
    vault: Vault
    app: OAuthApp
    site_domain: str

    async def access_token(self, refused: str | None = None) -> str:
        """A token that holds for a while; another than `refused`, which HubSpot would not take.

        The row's lock is held while HubSpot is asked, so that a refresh token is used once; whoever
        waited for it finds the new one. Raises `RevokedError` (and says so on the connection),
        `NotConnectedError`, `LaterError`.
        """
        revoked: RevokedError | None = None
        async with self.database.transaction() as connection:
            await connection.execute("set local lock_timeout = '40s'")
            await connection.execute("set local idle_in_transaction_session_timeout = '40s'")
            cursor = await connection.execute(_LOCKED, [self.site_domain])
            row = await cursor.fetchone()
            if row is None:
                raise NotConnectedError("HubSpot is not connected.")
            access, refresh, expires_at = self.vault.open(row[0]), row[1], row[2]
            if access != refused and expires_at > datetime.now(UTC) + LEEWAY:
                return access
            try:
                fresh = await self.app.refresh(self.vault.open(refresh))
            except RevokedError as error:
                revoked = error
                await connection.execute(_REVOKED, [str(error), self.site_domain])
            else:
                sealed = self.vault.seal(fresh.access_token), self.vault.seal(fresh.refresh_token)
                await connection.execute(_KEEP, [self.site_domain, *sealed, fresh.expires_at])
                return fresh.access_token
        raise RevokedError(f"HubSpot accepts the connection no more: {revoked}")

    async def revoke(self) -> bool:
        """End a connection that was disconnected; gives whether there was a token to revoke.

        Safe to repeat: the token is deleted once HubSpot has taken it back.
        """
        async with self.database.transaction() as connection:
            cursor = await connection.execute(_LOCKED, [self.site_domain])
            row = await cursor.fetchone()
            cursor = await connection.execute(
                "select 1 from public.crm_connections where site_domain = %s"
                " and state = 'disconnected'",
                [self.site_domain],
            )
            if row is None or await cursor.fetchone() is None:
                return False
            await self.app.revoke(self.vault.open(row[1]))
            await connection.execute("select private.forget_crm_tokens(%s)", [self.site_domain])
        return True


async def rotate_tokens(database: Database, vault: Vault) -> int:
    """Encrypt every token anew with the first key; gives how many. Raises `SealedError`."""
    sites = await database.fetch_all("select * from private.crm_token_domains()")
    rotated = 0
    for (site_domain,) in sites:
        async with database.transaction() as connection:
            cursor = await connection.execute(_LOCKED, [site_domain])
            row = await cursor.fetchone()
            if row is None:
                continue
            sealed = vault.rotate(row[0]), vault.rotate(row[1])
            await connection.execute(_KEEP, [site_domain, *sealed, row[2]])
            rotated += 2
    return rotated
