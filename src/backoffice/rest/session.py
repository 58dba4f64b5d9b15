"""What a transaction knows of its request: role, search path, claims, headers.

Source: PostgREST, "Transactions".
"""

from __future__ import annotations

from functools import lru_cache

import orjson

from backoffice.request_context import audit_settings
from backoffice.rest.authenticate import Identity
from backoffice.rest.config import RestConfig
from backoffice.rest.request import ApiRequest
from backoffice.rest.schema_cache.types import Routine, SchemaCache
from backoffice.rest.sql.fragments import identifier, literal

Settings = tuple[tuple[str, str], ...]


def transaction_settings(
    request: ApiRequest,
    identity: Identity,
    cache: SchemaCache,
    config: RestConfig,
    routine: Routine | None = None,
    *,
    read_only: bool,
) -> Settings:
    """Settings of this transaction, in the order they must be made.

    The role's own come after it: `set role` does not apply them.
    """
    headers = {name: v for name, v in request.headers.values.items() if name != "cookie"}
    settings = [
        ("search_path", search_path(request.target.schema, config.extra_search_path)),
        ("role", identity.role),
        *cache.role_settings.get(identity.role, ()),
        ("request.jwt.claims", identity.claims_json),
        ("request.method", request.method),
        ("request.path", request.path),
        ("request.headers", orjson.dumps(headers).decode()),
        ("request.cookies", orjson.dumps(request.cookies()).decode()),
        *config.app_settings.items(),
    ]
    if request.preferences.timezone is not None:
        settings.append(("timezone", request.preferences.timezone))
    if routine is not None:
        settings.extend(routine.settings)
    if read_only:
        settings.append(("transaction_read_only", "on"))
    else:
        settings.extend(audit_settings().items())
    return tuple(s for s in settings if s[0] != "default_transaction_isolation")


@lru_cache(maxsize=64)
def search_path(schema: str, extra: tuple[str, ...]) -> str:
    """The request's schema first, then the shared ones; plans show it, so twice if it is both."""
    return ", ".join(identifier(name) for name in (schema, *extra))


@lru_cache(maxsize=256)
def settings_statement(names: tuple[str, ...]) -> str:
    """One select that makes them all, transaction-local. Names are never a request's own."""
    calls = (f"set_config({literal(n)}, ${i}, true)" for i, n in enumerate(names, 1))
    return f"select {', '.join(calls)}"


def isolation_level(cache: SchemaCache, identity: Identity, routine: Routine | None) -> str | None:
    """What the function, or else the role, asks for; None for the database's default."""
    if routine is not None and routine.isolation:
        return routine.isolation
    return dict(cache.role_settings.get(identity.role, ())).get("default_transaction_isolation")
