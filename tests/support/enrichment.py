"""Sending a domain what tells whose its visitors are, and looking at what was found."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from psycopg import Connection

from backoffice.database import Database
from backoffice.enrichment.batch import Totals, enrich_due
from support.database import TestDatabase

SITE = "abtasty.com"


@dataclass(frozen=True)
class Visitors:
    """The visitors of a domain, by what they tell."""

    database: TestDatabase
    pool: Database
    owner: Connection[Any]
    site: str = SITE

    def send(
        self,
        distinct_id: str,
        *,
        at: str = "2026-05-05T10:00:00Z",
        email: str | None = None,
        ip_hash: str | None = None,
        reveal: dict[str, Any] | None = None,
        was: str | None = None,
        **more: Any,
    ) -> None:
        """One event of a visitor; `was` identifies an earlier, anonymous one with them."""
        event = {
            "uuid": str(uuid4()),
            "name": "$identify" if was else "$pageview",
            "distinct_id": distinct_id,
            "anon_distinct_id": was,
            "session_id": f"session of {was or distinct_id}",
            "occurred_at": at,
            "page": "/",
            "email": email,
            "ip_hash": ip_hash,
            "properties": {"$reveal": reveal} if reveal else {},
            **more,
        }
        self.owner.execute(
            "select private.capture_events(%s, %s)", [self.site, json.dumps([event])]
        )

    async def enrich(self) -> Totals:
        """Look into everybody who is due."""
        return await enrich_due(self.pool)

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """What the database holds."""
        return self.owner.execute(query.encode(), params).fetchall()

    def visitor(self, distinct_id: str) -> Any:
        """The visitor's id."""
        query = "select visitor_id from visitor_ids where site_domain = %s and distinct_id = %s"
        return self.rows(query, self.site, distinct_id)[0][0]

    def company(self, distinct_id: str) -> tuple[Any, ...]:
        """The account's domain and name, the source of the answer, and the visitor's status."""
        query = (
            "select account.domain, account.name,"
            " visitor.enrichment_data -> 'domain' ->> 'source', visitor.status"
            " from visitors visitor left join accounts account"
            " on account.site_domain = visitor.site_domain and account.id = visitor.account_id"
            " where visitor.site_domain = %s and visitor.id = %s"
        )
        return self.rows(query, self.site, self.visitor(distinct_id))[0]

    def history(self, distinct_id: str, field: str = "domain") -> list[tuple[Any, ...]]:
        """The visitor's answers of one field: value, source, what was before, whether it holds."""
        query = (
            "select value, source, previous_value, previous_source, is_current from enrichments"
            " where site_domain = %s and visitor_id = %s and field = %s order by recorded_at"
        )
        return self.rows(query, self.site, self.visitor(distinct_id), field)

    def know(self, *companies: dict[str, Any]) -> None:
        """Put companies into the directory."""
        bare = {"company_id": "x", "website": None, "country": None, "industry": None}
        rows = [
            {**bare, "size": None, "description": None, "account_domain": given["domain"], **given}
            for given in companies
        ]
        self.owner.execute(
            "select private.import_companies('test', %s, clock_timestamp())", [json.dumps(rows)]
        )


@asynccontextmanager
async def visitors_of(database: TestDatabase) -> AsyncIterator[Visitors]:
    """A domain's visitors, in a database of the test's own."""
    pool = Database(database.url("authenticator"), pool_size=4)
    await pool.open()
    try:
        with database.connect("postgres") as owner:
            yield Visitors(database, pool, owner)
    finally:
        await pool.close()
