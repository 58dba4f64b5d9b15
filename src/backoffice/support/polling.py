"""Asking Linear how its issues are, in case a webhook was not set up or did not arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

from backoffice.database import Database
from backoffice.support.failures import LinearError
from backoffice.support.linear import BATCH, Linear, ReadIssue

MOST_BATCHES: Final = 20
SEEN_LATELY: Final = timedelta(minutes=4)


async def read_news(database: Database, linear: Linear) -> int:
    """Look at every issue that may have changed; gives how many were looked at."""
    looked_at = 0
    before = datetime.now(UTC) - SEEN_LATELY
    for _ in range(MOST_BATCHES):
        rows = await database.fetch_all(
            "select linear_id from private.tickets_to_check(%s, %s)", [before, BATCH]
        )
        if not rows:
            break
        wanted = [row[0] for row in rows]
        asked_at = datetime.now(UTC)
        try:
            found = await linear.read(wanted)
        except LinearError as error:
            pause = asked_at + timedelta(seconds=error.wait or 60) if error.wait else None
            await database.fetch_value(
                "select private.note_linear_failure(%s, %s, %s)",
                [error.reason, error.detail, pause],
            )
            break
        await database.fetch_value("select private.note_linear_answer()")
        await _apply(database, wanted, found, asked_at)
        looked_at += len(wanted)
    return looked_at


async def _apply(
    database: Database, wanted: list[UUID], found: list[ReadIssue], asked_at: datetime
) -> None:
    async with database.transaction() as connection:
        for each in found:
            issue = each.issue
            if issue.trashed:
                await connection.execute(
                    "select private.remove_linear_issue(%s, %s)", [issue.id, issue.updated_at]
                )
                continue
            await connection.execute(
                "select private.apply_linear_issue(%s::jsonb)", [_json(issue.stored)]
            )
            for comment in each.comments:
                await connection.execute(
                    "select private.apply_linear_comment(%s, %s::jsonb)",
                    [issue.id, _json(comment.stored())],
                )
            if each.all_comments:
                public = [comment.id for comment in each.comments]
                await connection.execute(
                    "select private.withdraw_linear_comments(%s, %s::uuid[], %s)",
                    [issue.id, public, asked_at],
                )
        gone = set(wanted) - {each.issue.id for each in found}
        for missing in sorted(gone):
            await connection.execute(
                "select private.remove_linear_issue(%s, %s)", [missing, asked_at]
            )
        await connection.execute("select private.note_issue_checked(%s::uuid[])", [wanted])


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
