"""Reading what is sent: known visitors by e-mail address, accounts by domain, their conversations.

Only what counts goes out: no bots, no internal traffic, nothing but production. Visitors of one
address are one contact, since HubSpot knows contacts by it. Pages are read by keyset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg.rows import dict_row

from backoffice.crm import record_queries as queries
from backoffice.crm.fields import INTERESTS
from backoffice.database import Database

PAGE: Final = 100

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """Something to send: its ids here, what HubSpot knows it by, its values by source name."""

    ids: tuple[UUID, ...]
    key: str
    label: str
    values: Mapping[str, Any]
    account_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """The visitor first seen, or the account."""
        return self.ids[0]


@dataclass(frozen=True, slots=True)
class Records:
    """What a website has to send. `url` is where its pages are linked to."""

    database: Database
    site_domain: str
    url: str

    async def contacts(
        self,
        after: str = "",
        since: datetime | None = None,
        ids: Sequence[UUID] | None = None,
        limit: int = PAGE,
    ) -> list[Record]:
        """A page of known visitors, by address."""
        wanted = {
            "site": self.site_domain,
            "after": after,
            "since": since,
            "ids": None if ids is None else list(ids),
            "limit": limit,
        }
        async with (
            self.database.transaction() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(queries.CONTACTS, wanted)
            rows = await cursor.fetchall()
            asked = _json(
                [
                    {"email": r["email"], "ids": r["ids"], "account_id": r["account_id"]}
                    for r in rows
                ]
            )
            await cursor.execute(queries.LATEST, {"site": self.site_domain, "asked": asked})
            latest = {row["email"]: row for row in await cursor.fetchall()}
        return [self._contact(row, latest[row["email"]]) for row in rows]

    async def companies(
        self,
        after: str = "",
        since: datetime | None = None,
        ids: Sequence[UUID] | None = None,
        limit: int = PAGE,
    ) -> list[Record]:
        """A page of accounts, by id."""
        rows = await self._rows(
            queries.COMPANIES,
            {
                "site": self.site_domain,
                "after": after or str(UUID(int=0)),
                "since": since,
                "ids": None if ids is None else list(ids),
                "limit": limit,
            },
        )
        return [self._company(row) for row in rows]

    async def conversations(
        self, visitors: Sequence[UUID], ids: Sequence[UUID] | None = None
    ) -> list[Row]:
        """The conversations of visitors, those that are analysed, oldest first."""
        return await self._rows(
            queries.CONVERSATIONS,
            {
                "site": self.site_domain,
                "visitors": list(visitors),
                "ids": None if ids is None else list(ids),
            },
        )

    async def count(self, since: datetime | None) -> tuple[int, int]:
        """How many contacts and companies there are to look at, for the progress."""
        row = await self.database.fetch_one(
            "select"
            " (select count(*) from (select 1 from public.visitors as visitor"
            "   where visitor.site_domain = %(site)s and visitor.email is not null"
            "   and visitor.counts group by visitor.email"
            "   having %(since)s::timestamptz is null or max(visitor.last_seen_at) >= %(since)s)"
            "   as known),"
            " (select count(*) from public.accounts as account"
            "   where account.site_domain = %(site)s and account.domain is not null"
            "   and exists (select 1 from public.visitors as visitor"
            "     where visitor.site_domain = %(site)s and visitor.account_id = account.id"
            "     and visitor.counts and (%(since)s::timestamptz is null"
            "       or visitor.last_seen_at >= %(since)s)))",
            {"site": self.site_domain, "since": since},
        )
        assert row is not None
        return int(row[0]), int(row[1])

    async def visitors_of(self, conversations: Sequence[UUID]) -> list[UUID]:
        """The visitors of conversations."""
        rows = await self.database.fetch_all(
            "select distinct visitor_id from public.conversations"
            " where site_domain = %s and id = any (%s)",
            [self.site_domain, list(conversations)],
        )
        return [row[0] for row in rows]

    async def _rows(self, query: Any, wanted: Row) -> list[Row]:
        async with (
            self.database.transaction() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(query, wanted)
            return await cursor.fetchall()

    def _contact(self, row: Row, latest: Row) -> Record:
        first, last = split_name(row["name"])
        ids = tuple(row["ids"])
        names = ("country", "language", "first_seen_at", "last_seen_at", "sessions", "page_views")
        values = {
            "email": row["email"],
            "first_name": first,
            "last_name": last,
            "website": self.site_domain,
            "url": f"{self.url}/visitors/{self.site_domain}/{ids[0]}",
            "interest": INTERESTS[row["interest_score"]],
            **{name: row[name] for name in (*names, "conversations", "interest_score")},
            **{name: value for name, value in latest.items() if name != "email"},
        }
        return Record(ids, row["email"], row["name"] or row["email"], values, row["account_id"])

    def _company(self, row: Row) -> Record:
        values = {
            **row,
            "interest": INTERESTS[row["interest_score"]],
            "website_visited": self.site_domain,
            "url": f"{self.url}/accounts/{self.site_domain}/{row['id']}",
        }
        return Record((row["id"],), row["domain"], row["name"], values)


def split_name(name: str | None) -> tuple[str | None, str | None]:
    """First and last name of a whole one; a single word is the first."""
    first, _, last = (name or "").strip().partition(" ")
    return first or None, last.strip() or None


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
