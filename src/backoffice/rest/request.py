"""An HTTP request as the REST protocol reads it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal
from urllib.parse import unquote

from backoffice.rest.config import RestConfig
from backoffice.rest.errors import (
    invalid_path,
    invalid_rpc_method,
    unacceptable_schema,
    unsupported_method,
)
from backoffice.rest.media import (
    ANY_TYPE,
    JSON_TYPE,
    MediaType,
    parse_accept,
    parse_media_type,
)
from backoffice.rest.preferences import Preferences, parse_preferences
from backoffice.rest.ranges import ALL_ROWS, RowRange, from_header
from backoffice.rest.schema_cache.types import QualifiedName

Scope = MutableMapping[str, Any]
TargetKind = Literal["root", "table", "rpc"]
_TABLE_METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}
_RPC_METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
_ROOT_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Headers:
    """Header values by lower-case name; repeated ones joined as HTTP allows, `Prefer` apart."""

    values: dict[str, str]
    prefer: tuple[str, ...]

    def get(self, name: str) -> str | None:
        """The value, if it was sent."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """Everything but the query string and the body."""

    method: str
    path: str
    query: bytes
    headers: Headers
    kind: TargetKind
    target: QualifiedName
    by_profile: bool
    accept: tuple[MediaType, ...]
    content_type: MediaType
    preferences: Preferences
    range: RowRange

    @property
    def is_safe(self) -> bool:
        """Whether the request may be repeated without a second effect."""
        return self.method in ("GET", "HEAD", "OPTIONS")

    def cookies(self) -> dict[str, str]:
        """The cookies sent with it."""
        header = self.headers.get("cookie")
        if not header:
            return {}
        try:
            return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        except CookieError:
            return {}


def read_headers(raw: list[tuple[bytes, bytes]]) -> Headers:
    """The headers of an ASGI scope."""
    values: dict[str, str] = {}
    prefer: list[str] = []
    for name_bytes, value_bytes in raw:
        name = name_bytes.decode("latin-1").lower()
        try:
            value = value_bytes.decode()
        except UnicodeDecodeError:
            value = value_bytes.decode("latin-1")
        if name == "prefer":
            prefer.append(value)
        values[name] = f"{values[name]}, {value}" if name in values else value
    return Headers(values, tuple(prefer))


def relative_path(scope: Mapping[str, Any]) -> str:
    """The path below where the app is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if root and path.startswith(root):
        path = path[len(root) :]
    return path or "/"


def read_request(
    scope: Scope, headers: Headers, config: RestConfig, timezones: frozenset[str]
) -> ApiRequest:
    """The request, or why it is none.

    Raises PGRST101, PGRST106, PGRST117 and PGRST125; PGRST103 for a Range header that runs
    backwards.
    """
    method: str = scope["method"]
    path = relative_path(scope)
    schema, by_profile = _schema(method, headers, config)
    kind, name = _target(method, path)
    if kind == "root" and config.root_spec is not None and method != "OPTIONS":
        kind, name = "rpc", config.root_spec
    accept = headers.get("accept")
    content_type = headers.get("content-type")
    header_range = headers.get("range") if method == "GET" else None
    return ApiRequest(
        method,
        path,
        scope.get("query_string", b""),
        headers,
        kind,
        QualifiedName(schema, name),
        by_profile,
        parse_accept(accept) if accept else (ANY_TYPE,),
        parse_media_type(content_type) if content_type else JSON_TYPE,
        parse_preferences(headers.prefer, config.tx_override_allowed, timezones),
        from_header(header_range) if header_range else ALL_ROWS,
    )


def _schema(method: str, headers: Headers, config: RestConfig) -> tuple[str, bool]:
    writes = method in ("POST", "PATCH", "PUT", "DELETE")
    profile = headers.get("content-profile" if writes else "accept-profile")
    if profile is None:
        return config.schemas[0], len(config.schemas) > 1
    if profile not in config.schemas:
        raise unacceptable_schema(profile, config.schemas)
    return profile, True


def _target(method: str, path: str) -> tuple[TargetKind, str]:
    parts = path.removeprefix("/").split("/")
    match [unquote(part) for part in parts]:
        case [""]:
            if method not in _ROOT_METHODS:
                raise unsupported_method(method)
            return "root", ""
        case ["rpc", name] if name:
            if method not in _RPC_METHODS:
                raise invalid_rpc_method(method)
            return "rpc", name
        case [table]:
            if method not in _TABLE_METHODS:
                raise unsupported_method(method)
            return "table", table
    raise invalid_path()
