"""PostgREST's own options: the database's `pgrst.*` settings, its environment names, its files.

Source: PostgREST 14, "Configuration". Defaults are PostgREST's, not those of a Supabase project.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from backoffice.errors import ConfigurationError
from backoffice.rest.claim_path import parse_claim_path
from backoffice.rest.config import OpenApiMode, RestConfig, TransactionEnd
from backoffice.rest.config_file import read_config_file
from backoffice.rest.option_values import OptionValues

# RFC 3986, as far as its characters go.
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
)
# How PostgREST's OpenAPI document names the hosts that stand for any address.
_SHOWN_HOST = {"*": "0.0.0.0", "*4": "0.0.0.0", "!4": "0.0.0.0", "*6": "0.0.0.0", "!6": "0.0.0.0"}  # noqa: S104
LogLevel = Literal["crit", "error", "warn", "info", "debug"]


@dataclass(frozen=True, slots=True)
class RestOptions:
    """What `backoffice rest` serves, and where."""

    uri: str
    config: RestConfig
    in_database: bool
    pre_config: str | None
    jwt_secret: bytes | None
    remembered_tokens: int
    pool_size: int
    acquire_timeout: int
    max_lifetime: int
    max_idle: int
    host: str
    port: int
    unix_socket: Path | None
    unix_socket_mode: int
    admin_host: str
    admin_port: int | None
    log_level: LogLevel
    secret_is_base64: bool
    channel: str


def read_options(
    environment: Mapping[str, str],
    in_database: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> RestOptions:
    """The options; those found in the database (`db_schemas`, …) win over the environment's.

    What stands in the file counts where neither says anything.

    Raises `ConfigurationError` naming the option PostgREST would refuse to start with.
    """
    written = read_config_file(file, environment) if file else {}
    values = OptionValues(environment, in_database or {}, written)
    host = values.text("server_host") or "!4"
    port = values.number("server_port", 3000)
    admin_port = values.optional_number("admin_server_port")
    if admin_port is not None and admin_port == port:
        raise ConfigurationError("admin-server-port cannot be the same as server-port")
    socket_path = values.text("server_unix_socket")
    return RestOptions(
        uri=_from_file(values.text("db_uri") or "postgresql://"),
        config=_config(values, host, port),
        in_database=values.flag("db_config", True),
        pre_config=values.text("db_pre_config"),
        jwt_secret=_secret(values),
        remembered_tokens=max(values.number("jwt_cache_max_entries", 1000), 0),
        pool_size=max(values.number("db_pool", 10), 1),
        acquire_timeout=values.number("db_pool_acquisition_timeout", 10),
        max_lifetime=values.number("db_pool_max_lifetime", 1800),
        max_idle=values.number("db_pool_max_idletime", 30),
        host=host,
        port=port,
        unix_socket=Path(socket_path) if socket_path else None,
        unix_socket_mode=_socket_mode(values.text("server_unix_socket_mode")),
        admin_host=values.text("admin_server_host") or host,
        admin_port=admin_port,
        log_level=values.choice("log_level", get_args(LogLevel), "error"),
        secret_is_base64=values.flag("jwt_secret_is_base64", False),
        channel=_channel(values),
    )


def _config(values: OptionValues, host: str, port: int) -> RestConfig:
    schemas = values.names("db_schemas", ("public",))
    for forbidden in ("pg_catalog", "information_schema"):
        if forbidden in schemas:
            raise ConfigurationError(f"db-schemas does not allow schema: '{forbidden}'")
    tx_end: TransactionEnd = values.choice("db_tx_end", get_args(TransactionEnd), "commit")
    mode: OpenApiMode = values.choice("openapi_mode", get_args(OpenApiMode), "follow-privileges")
    default = RestConfig()
    return RestConfig(
        schemas=schemas,
        extra_search_path=values.names("db_extra_search_path", ("public",), emptyable=True),
        anon_role=values.text("db_anon_role"),
        max_rows=values.optional_number("db_max_rows"),
        tx_end=tx_end,
        pre_request=values.text("db_pre_request"),
        root_spec=_unqualified(values.text("db_root_spec")),
        aggregates_enabled=values.flag("db_aggregates_enabled", False),
        plan_enabled=values.flag("db_plan_enabled", False),
        prepared_statements=values.flag("db_prepared_statements", True),
        jwt_aud=_audience(values.text("jwt_aud")),
        role_claim_key=_claim_key(values.text("jwt_role_claim_key")),
        openapi_mode=mode,
        openapi_security_active=values.flag("openapi_security_active", False),
        openapi_host=f"{_SHOWN_HOST.get(host, host)}:{port}",
        openapi_server_proxy_uri=_proxy_uri(values.text("openapi_server_proxy_uri")),
        server_timing_enabled=values.flag("server_timing_enabled", False),
        server_trace_header=values.text("server_trace_header"),
        cors_allowed_origins=values.names("server_cors_allowed_origins", ()) or None,
        hoisted_tx_settings=values.names("db_hoisted_tx_settings", default.hoisted_tx_settings),
        app_settings=values.app_settings(),
        channel=_channel(values) if values.flag("db_channel_enabled", True) else None,
        log_query=values.text("log_query") == "main-query" or values.flag("log_query", False),
    )


def _channel(values: OptionValues) -> str:
    return values.text("db_channel") or "pgrst"


def _from_file(value: str) -> str:
    if not value.startswith("@"):
        return value
    return _read(value[1:]).decode().strip()


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}") from error


def _secret(values: OptionValues) -> bytes | None:
    text = values.text("jwt_secret")
    if text is None:
        return None
    secret = _read(text[1:]).removesuffix(b"\n") if text.startswith("@") else text.encode()
    if values.flag("jwt_secret_is_base64", False):
        standard = secret.strip().translate(bytes.maketrans(b"-_.", b"+/="))
        try:
            return b64decode(standard, validate=True)
        except ValueError as error:
            raise ConfigurationError("PGRST_JWT_SECRET is not base64") from error
    return secret


def _claim_key(value: str | None) -> str:
    key = value or ".role"
    try:
        parse_claim_path(key)
    except ValueError as error:
        raise ConfigurationError(f"failed to parse role-claim-key value ({key})") from error
    return key


def _audience(value: str | None) -> str | None:
    if value is not None and ":" in value and not _URI.fullmatch(value):
        raise ConfigurationError("jwt-aud should be a string or a valid URI")
    return value


def _unqualified(name: str | None) -> str | None:
    return name.rpartition(".")[2] if name else None


def _proxy_uri(value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or "@" in value:
        raise ConfigurationError(
            "Malformed proxy uri, a correct example: https://example.com:8443/basePath"
        )
    return value


def _socket_mode(value: str | None) -> int:
    if value is None:
        return 0o660
    try:
        mode = int(value, 8)
    except ValueError as error:
        raise ConfigurationError("Invalid server-unix-socket-mode: not an octal") from error
    if not 0o600 <= mode <= 0o777:
        raise ConfigurationError("Invalid server-unix-socket-mode: needs to be between 600 and 777")
    return mode
