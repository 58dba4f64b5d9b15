"""Cross-origin requests: any origin may ask, unless the configuration names some."""

from __future__ import annotations

from backoffice.rest.config import RestConfig
from backoffice.rest.request import Headers
from backoffice.rest.response import HeaderList

_METHODS = b"GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD"
_EXPOSED = (
    b"Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, "
    b"Transfer-Encoding, Range-Unit"
)
_SIMPLE_HEADERS = ("Accept", "Accept-Language", "Content-Language")


def cors_headers(method: str, headers: Headers, config: RestConfig) -> HeaderList:
    """What tells a browser that the page may read the answer."""
    origin = headers.get("origin")
    if origin is None or is_preflight(method, headers):
        return []
    return [*_allowed(origin, config), (b"access-control-expose-headers", _EXPOSED)]


def is_preflight(method: str, headers: Headers) -> bool:
    """Whether a browser asks for permission before the request itself."""
    return (
        method == "OPTIONS"
        and headers.get("origin") is not None
        and headers.get("access-control-request-method") is not None
    )


def preflight_headers(headers: Headers, config: RestConfig) -> HeaderList:
    """The permission."""
    asked = headers.get("access-control-request-headers") or ""
    names = [name.strip() for name in asked.split(",") if name.strip()]
    allowed = ", ".join(dict.fromkeys(["Authorization", *names, *_SIMPLE_HEADERS]))
    return [
        *_allowed(headers.get("origin") or "", config),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", allowed.encode("latin-1", "replace")),
        (b"access-control-max-age", b"86400"),
    ]


def _allowed(origin: str, config: RestConfig) -> HeaderList:
    if config.cors_allowed_origins is None:
        return [(b"access-control-allow-origin", b"*")]
    if origin not in config.cors_allowed_origins:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1", "replace")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]
