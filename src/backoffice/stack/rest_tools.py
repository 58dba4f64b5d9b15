"""What `backoffice rest` does instead of serving: show its options, tables or health."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import httpx
import psycopg

from backoffice.errors import BackofficeError, ConfigurationError
from backoffice.logging import configure_logging
from backoffice.rest.config_dump import dump_config
from backoffice.rest.errors import RestError
from backoffice.rest.schema_cache.dump import dump_schema_cache
from backoffice.settings import get_settings
from backoffice.stack.rest_app import ConfiguredRest

READY_SECONDS = 5


class NotReadyError(BackofficeError):
    """The server is not ready."""


def show_config(file: Path | None) -> str:
    """Every option, as a configuration file."""
    return asyncio.run(_config(file))


def show_schema_cache(file: Path | None) -> str:
    """The schema cache as JSON. Raises `ConfigurationError` if it cannot be read."""
    # Standard output is for the answer.
    configure_logging(get_settings())
    return asyncio.run(_schema(file)).decode()


async def _configured(file: Path | None) -> ConfiguredRest:
    rest = ConfiguredRest(os.environ, file)
    try:
        await rest.read_database_options()
    except psycopg.Error as error:
        raise ConfigurationError(f"The database cannot be asked: {str(error).strip()}") from error
    return rest


async def _config(file: Path | None) -> str:
    return dump_config((await _configured(file)).options)


async def _schema(file: Path | None) -> bytes:
    rest = await _configured(file)
    await rest.database.open()
    try:
        return dump_schema_cache(await rest.load_schema_cache())
    except RestError as error:
        raise ConfigurationError(f"The schema cache cannot be read: {error.message}") from error
    finally:
        await rest.database.close()


def check_ready(file: Path | None) -> str:
    """Ask the admin server of a running one. Raises `NotReadyError`."""
    options = ConfiguredRest(os.environ, file).options
    host, port = options.admin_host, options.admin_port
    if port is None:
        raise NotReadyError(
            "ERROR: Admin server is not running. Please check admin-server-port config."
        )
    if host[0] in "*!":
        raise NotReadyError(
            f'ERROR: The `--ready` flag cannot be used when server-host is configured as "{host}".'
            ' Please update your server-host config to "localhost".'
        )
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/ready"
    try:
        answer = httpx.get(url, timeout=READY_SECONDS)
    except httpx.InvalidURL as error:
        raise NotReadyError(f"ERROR: invalid url - {url}") from error
    except httpx.TransportError as error:
        raise NotReadyError(f"ERROR: connection refused to {url}") from error
    if not answer.is_success:
        raise NotReadyError(f"ERROR: {url}")
    return f"OK: {url}"


EXAMPLE = """\
## The database, and the roles a request may run as
db-uri = "postgresql://authenticator:…@localhost:5432/shop"
db-schemas = "public"
# db-anon-role = "web_anon"
# db-extra-search-path = "public"
# db-pre-request = "check_request"
# db-max-rows = 1000
# db-tx-end = "commit"
# db-pool = 10

## Tokens: a text of at least 32 characters, a JSON Web Key or a set of them, or @file
# jwt-secret = "…"
# jwt-secret-is-base64 = false
# jwt-aud = "shop"
# jwt-role-claim-key = ".role"

## Where to listen
server-host = "!4"
server-port = 3000
# server-unix-socket = "/run/rest.sock"
# server-cors-allowed-origins = "https://shop.example"
# admin-server-port = 3001

## crit, error, warn, info or debug
log-level = "error"
# app.settings.flavour = "vanilla"
"""
