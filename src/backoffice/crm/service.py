"""What staff do to a website's connection, as themselves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from backoffice.crm.acting import Acting, HubSpotFailed, shown, told, value_of
from backoffice.crm.failures import HubSpotError
from backoffice.crm.fields import SOURCES
from backoffice.crm.mapping import DEFAULT
from backoffice.crm.oauth import (
    OPTIONAL_SCOPES,
    SCOPES,
    OAuthApp,
    missing_settings,
    new_secret,
    portal,
    redirect_uri,
)
from backoffice.crm.tasks import NAMESPACE, defer_run
from backoffice.errors import Problem
from backoffice.jobs import defer

_SERVICE: Final = "select set_config('role', 'service_role', true)"
_CONNECTION: Final = (
    "select site_domain, state, reason, portal_id, portal_name, scopes, connected_at, changed_at,"
    " pushed_until, (select coalesce(nullif(person.full_name, ''), person.email)"
    "   from public.profiles as person where person.id = connected_by) as connected_by"
    " from public.crm_connections where site_domain = %s"
)


@dataclass(frozen=True, slots=True)
class Integration(Acting):
    """HubSpot for one website, as the person of `context`."""

    async def status(self) -> dict[str, Any]:
        """Everything the page shows but runs and failures, which are read over REST."""
        settings = self.syncs.state.settings
        async with self.transaction() as connection:
            await self._require_staff(connection)
            async with connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(_CONNECTION, [self.site_domain])
                found = await cursor.fetchone()
            mapping = await self.mapping(connection)
        return {
            "configured": not missing_settings(settings),
            "missing": missing_settings(settings),
            "redirect_uri": redirect_uri(settings),
            "app_url": settings.hubspot_app_url,
            "scopes": [
                {"name": name, "why": why, "optional": name in OPTIONAL_SCOPES}
                for name, why in {**SCOPES, **OPTIONAL_SCOPES}.items()
            ],
            "connection": found,
            "mapping": shown(mapping),
            "default_mapping": shown(DEFAULT),
            "sources": [
                {
                    "object": source.object,
                    "name": source.name,
                    "label": source.label,
                    "kind": source.kind,
                    "property": source.target,
                }
                for source in SOURCES
            ],
        }

    async def begin(self) -> str:
        """Where to consent. Raises `NotConfigured`."""
        app = OAuthApp.of(self.syncs.state.settings, self.syncs.transport)
        state, verifier = f"{self.site_domain}.{new_secret()}", new_secret()
        async with self.transaction() as connection:
            await connection.execute(
                "select private.begin_crm_authorization(%s, %s, %s)",
                [self.site_domain, hash_of(state), self.syncs.state.vault.seal(verifier)],
            )
        return app.authorization_url(state, verifier)

    async def finish(self, state: str, code: str) -> None:
        """Connect with the code that came back. Raises 400 for what this person did not begin."""
        vault = self.syncs.state.vault
        app = OAuthApp.of(self.syncs.state.settings, self.syncs.transport)
        async with self.transaction() as connection:
            sealed = await value_of(
                connection,
                "select private.finish_crm_authorization(%s, %s)",
                [self.site_domain, hash_of(state)],
            )
        with told():
            tokens = await app.exchange(code, vault.open(sealed))
            described = portal(await app.introspect(tokens.access_token))
        portal_id = described["portal_id"] or tokens.portal_id
        if portal_id is None:
            raise HubSpotFailed("HubSpot did not say which account was connected.")
        scopes = list(described["scopes"] or tokens.scopes)
        async with self.transaction() as connection:
            await connection.execute(
                "select private.connect_crm(%s, %s, %s, %s, %s, %s, %s)",
                [
                    self.site_domain,
                    portal_id,
                    described["portal_name"] or tokens.portal_name,
                    scopes,
                    vault.seal(tokens.access_token),
                    vault.seal(tokens.refresh_token),
                    tokens.expires_at,
                ],
            )

    async def pause(self, *, paused: bool) -> None:
        """Pause, or resume. Raises 409 when there is no connection."""
        async with self.transaction() as connection:
            await connection.execute("select private.pause_crm(%s, %s)", [self.site_domain, paused])

    async def disconnect(self) -> bool:
        """End the connection; gives whether HubSpot took its token back at once.

        When it cannot now, a job goes on trying.
        """
        async with self.transaction() as connection:
            await connection.execute("select private.disconnect_crm(%s)", [self.site_domain])
            await connection.execute(_SERVICE)
            await defer(
                connection,
                f"{NAMESPACE}:revoke",
                {"site_domain": self.site_domain},
                queueing_lock=f"crm:revoke:{self.site_domain}",
            )
        try:
            await self.syncs.tokens(self.site_domain).revoke()
        except (HubSpotError, Problem):
            return False
        return True

    async def start(
        self, kind: str, *, full: bool, records: list[dict[str, str]] | None = None
    ) -> UUID:
        """Begin a run; gives its id. Raises 409 when one is under way, or none can be."""
        OAuthApp.of(self.syncs.state.settings)
        async with self.transaction() as connection:
            run_id: UUID = await value_of(
                connection,
                "select private.start_crm_run(%s, %s, %s, %s)",
                [self.site_domain, kind, full, None if records is None else Jsonb(records)],
            )
            await connection.execute(_SERVICE)
            await defer_run(connection, self.site_domain, run_id)
        return run_id

    async def stop(self) -> None:
        """Stop what runs."""
        async with self.transaction() as connection:
            await connection.execute("select private.stop_crm_run(%s)", [self.site_domain])

    async def dismiss(self, kind: str, local_id: UUID) -> None:
        """Take a failed record off the list."""
        async with self.transaction() as connection:
            await connection.execute(
                "select private.dismiss_crm_failure(%s, %s, %s)", [self.site_domain, kind, local_id]
            )


def hash_of(state: str) -> bytes:
    """What is kept of a state."""
    return hashlib.sha256(state.encode()).digest()
