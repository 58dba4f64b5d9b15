"""As whom the auth protocol talks to PostgreSQL."""

from __future__ import annotations

from backoffice.database import RequestContext

ADMIN = RequestContext(
    role="supabase_auth_admin",
    settings={"lock_timeout": "5s", "statement_timeout": "10s"},
)
