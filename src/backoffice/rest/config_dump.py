"""The options in force, in the form of a configuration file (PostgREST's `--dump-config`)."""

from __future__ import annotations

import re
from base64 import b64encode

from backoffice.rest.claim_path import parse_claim_path, show_claim_path
from backoffice.rest.environment import RestOptions

# A dollar sign that a file's reader would take for the name of a variable.
_REFERENCE = re.compile(r"\$(?=[$(])")


def dump_config(options: RestOptions) -> str:
    """One line an option, secrets among them; reading it again gives the same options."""
    config = options.config
    rows = "" if config.max_rows is None else config.max_rows
    entries: list[tuple[str, str | int | bool]] = [
        ("db-aggregates-enabled", config.aggregates_enabled),
        ("db-anon-role", config.anon_role or ""),
        ("db-channel", options.channel),
        ("db-channel-enabled", config.channel is not None),
        ("db-extra-search-path", ",".join(config.extra_search_path)),
        ("db-hoisted-tx-settings", ",".join(config.hoisted_tx_settings)),
        ("db-max-rows", rows),
        ("db-plan-enabled", config.plan_enabled),
        ("db-pool", options.pool_size),
        ("db-pool-acquisition-timeout", options.acquire_timeout),
        ("db-pool-max-lifetime", options.max_lifetime),
        ("db-pool-max-idletime", options.max_idle),
        ("db-pre-request", config.pre_request or ""),
        ("db-prepared-statements", config.prepared_statements),
        ("db-root-spec", config.root_spec or ""),
        ("db-schemas", ",".join(config.schemas)),
        ("db-config", options.in_database),
        ("db-pre-config", options.pre_config or ""),
        ("db-tx-end", config.tx_end),
        ("db-uri", options.uri),
        ("jwt-aud", config.jwt_aud or ""),
        ("jwt-role-claim-key", show_claim_path(parse_claim_path(config.role_claim_key))),
        ("jwt-secret", _secret(options)),
        ("jwt-secret-is-base64", options.secret_is_base64),
        ("jwt-cache-max-entries", options.remembered_tokens),
        ("log-level", options.log_level),
        ("log-query", config.log_query),
        ("openapi-mode", config.openapi_mode),
        ("openapi-security-active", config.openapi_security_active),
        ("openapi-server-proxy-uri", config.openapi_server_proxy_uri or ""),
        ("server-cors-allowed-origins", ",".join(config.cors_allowed_origins or ())),
        ("server-host", options.host),
        ("server-port", options.port),
        ("server-trace-header", config.server_trace_header or ""),
        ("server-timing-enabled", config.server_timing_enabled),
        ("server-unix-socket", str(options.unix_socket or "")),
        ("server-unix-socket-mode", f"{options.unix_socket_mode:o}"),
        ("admin-server-host", options.admin_host),
        ("admin-server-port", "" if options.admin_port is None else options.admin_port),
        *config.app_settings.items(),
    ]
    return "".join(f"{name} = {_written(value)}\n" for name, value in entries)


def _secret(options: RestOptions) -> str:
    secret = options.jwt_secret or b""
    return (b64encode(secret) if options.secret_is_base64 else secret).decode(errors="replace")


def _written(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _REFERENCE.sub("$$", escaped) + '"'
