"""Who downloaded which version last."""

from __future__ import annotations

from datetime import UTC, datetime

from backoffice.database import Database
from backoffice.seldom import SeldomWritten


class Fetches(SeldomWritten):
    """Notes downloads; the same version again is written once a minute at most."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "select private.note_config_fetches(%s)", "downloads")

    def note(self, site_domain: str, consumer: str, version: str) -> None:
        """`consumer` ("widget", or an agent) downloaded a version. Returns at once."""
        key = (site_domain, consumer)
        if self.is_news(key, version):
            at = datetime.now(UTC).isoformat()
            named = {"site_domain": site_domain, "consumer": consumer}
            self.put(key, {**named, "version": version, "fetched_at": at})
