"""A row in every table of the CRM."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

RUN = "40000000-0000-4000-8000-000000000016"
ACCOUNT = "40000000-0000-4000-8000-000000000002"
TODAY = "2026-05-05"


def fill_crm(connection: Connection[Any], domain: str) -> None:
    """A connection to a CRM, a run of it, and what came of it."""
    connection.execute(
        "insert into public.crm_connections"
        " (site_domain, state, portal_id, connected_at, changed_at)"
        " values (%s, 'paused', 1, %s, %s)",
        [domain, TODAY, TODAY],
    )
    connection.execute(
        "insert into private.crm_tokens values (%s, 'sealed', 'sealed', %s, %s)",
        [domain, TODAY, TODAY],
    )
    connection.execute(
        "insert into public.crm_mappings values (%s, 1, '[]', true, true, %s)", [domain, TODAY]
    )
    connection.execute(
        "insert into public.crm_runs (site_domain, id, kind, state, created_at)"
        " values (%s, %s, 'sync', 'done', %s)",
        [domain, RUN, TODAY],
    )
    connection.execute(
        "insert into public.crm_links values (%s, 'company', %s, '1', 'hash', %s)",
        [domain, ACCOUNT, TODAY],
    )
    connection.execute(
        "insert into public.crm_failures"
        " (site_domain, object, local_id, run_id, label, category, reason, failed_at)"
        " values (%s, 'company', %s, %s, %s, 'BAD', 'No', %s)",
        [domain, ACCOUNT, RUN, domain, TODAY],
    )
    connection.execute(
        "insert into public.crm_values (site_domain, object, local_id, owner, fetched_at)"
        " values (%s, 'company', %s, 'Nadia', %s)",
        [domain, ACCOUNT, TODAY],
    )
