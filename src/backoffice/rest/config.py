"""How the REST protocol is served; the names are PostgREST's, with `_` for `-`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

TransactionEnd = Literal["commit", "commit-allow-override", "rollback", "rollback-allow-override"]
OpenApiMode = Literal["follow-privileges", "ignore-privileges", "disabled"]


@dataclass(frozen=True, slots=True)
class RestConfig:
    """The options of PostgREST's configuration that have a meaning here.

    The defaults are what a Supabase project runs with.
    """

    schemas: tuple[str, ...] = ("public",)
    extra_search_path: tuple[str, ...] = ("public", "extensions")
    anon_role: str | None = "anon"
    max_rows: int | None = 1000
    tx_end: TransactionEnd = "commit"
    pre_request: str | None = None
    root_spec: str | None = None
    aggregates_enabled: bool = False
    plan_enabled: bool = False
    prepared_statements: bool = True
    jwt_aud: str | None = None
    role_claim_key: str = ".role"
    openapi_mode: OpenApiMode = "follow-privileges"
    openapi_security_active: bool = False
    openapi_server_proxy_uri: str | None = None
    openapi_host: str | None = None
    server_timing_enabled: bool = False
    server_trace_header: str | None = None
    cors_allowed_origins: tuple[str, ...] | None = None
    hoisted_tx_settings: tuple[str, ...] = (
        "statement_timeout",
        "plan_filter.statement_cost_limit",
        "default_transaction_isolation",
    )
    app_settings: dict[str, str] = field(default_factory=dict)
    channel: str | None = "pgrst"
    log_query: bool = False
    max_body_bytes: int = 32 * 1024 * 1024
    max_response_bytes: int = 64 * 1024 * 1024

    @property
    def tx_override_allowed(self) -> bool:
        """Whether `Prefer: tx=` is obeyed."""
        return self.tx_end.endswith("allow-override")

    @property
    def rolls_back_by_default(self) -> bool:
        """Whether a request without `Prefer: tx=` leaves nothing behind."""
        return self.tx_end.startswith("rollback")
