"""When keys came with requests."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from backoffice.database import Database
from backoffice.seldom import SeldomWritten


class KeyUses(SeldomWritten):
    """Notes that keys were used; each one is written once a minute at most."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "select private.note_key_uses(%s)", "uses of keys")

    def note(self, site_domain: str, key: UUID) -> None:
        """`key` came with a request. Returns at once."""
        if self.is_news(key):
            at = datetime.now(UTC).isoformat()
            self.put(key, {"site_domain": site_domain, "id": str(key), "used_at": at})
