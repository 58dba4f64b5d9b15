"""Switching the agents of a website."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row

from backoffice.content.configs_model import Switch
from backoffice.content.configs_store import Configs
from backoffice.errors import Problem
from backoffice.http.refused import Conflict

SWITCH = "select private.switch_agent(%s, %s, %s, %s, %s)"
_THEIRS = (
    "select version, enabled, reason, switched_by as author, switched_at as created_at"
    " from private.my_agents(%s) where slug = %s"
)


async def switch_agent(configs: Configs, slug: str, asked: Switch) -> dict[str, Any]:
    """Turn an agent on or off. Raises `Conflict` when somebody else did meanwhile."""
    try:
        async with configs.transaction() as connection:
            cursor = await connection.execute(
                SWITCH, [configs.site_domain, slug, asked.enabled, asked.reason, asked.version]
            )
            row = await cursor.fetchone()
    except Problem as problem:
        if problem.status != 409:
            raise
        async with (
            configs.transaction() as connection,
            connection.cursor(row_factory=dict_row) as found,
        ):
            await found.execute(_THEIRS, [configs.site_domain, slug])
            theirs = await found.fetchone()
        raise Conflict(problem.message, "version", asked.model_dump(), theirs) from problem
    return {
        "slug": slug,
        "enabled": asked.enabled,
        "reason": asked.reason.strip(),
        "version": row[0] if row else None,
    }
